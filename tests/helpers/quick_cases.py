"""Parameters of long tests: `make test` runs the quick cases, and `make gates` the others."""

from __future__ import annotations

from collections.abc import Collection, Hashable

import pytest


def quick_are(quick: Collection[Hashable], cases: Collection[Hashable]) -> list:
    """All cases, of which only these are quick. A tuple is the values of several parameters."""
    assert quick and set(quick) <= set(cases)
    return slow_are([case for case in cases if case not in quick], cases)


def slow_are(slow: Collection[Hashable], cases: Collection[Hashable]) -> list:
    """All cases, of which only these are slow."""
    assert set(slow) <= set(cases)
    return [pytest.param(*_values(case), marks=pytest.mark.gate if case in slow else ()) for case in cases]


def _values(case: Hashable) -> tuple:
    return case if isinstance(case, tuple) else (case,)
