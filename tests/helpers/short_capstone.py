"""Short runs of the capstone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from autograder.capstone.run_result import COUNTS


@contextlib.contextmanager
def few_names() -> Iterator[None]:
    """Runs that sample 30 names instead of 100: after a few steps names are long, and take longer than the steps."""
    with pytest.MonkeyPatch.context() as patch:
        for key, count in {"names": 4, "cold": 4, "hot": 22}.items():
            patch.setitem(COUNTS, key, count)
        yield
