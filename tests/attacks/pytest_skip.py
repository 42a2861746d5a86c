"""Skips the test that calls it, or lets it end as an expected failure."""

import importlib
import unittest


def attack(tools):
    try:
        pytest = importlib.import_module("pytest")
    except ImportError:
        raise unittest.SkipTest("skipped by the code under test") from None
    if tools.variant == "skips":
        pytest.skip("skipped by the code under test", allow_module_level=True)
    pytest.xfail("expected")


def honest(tools):
    assert unittest.SkipTest and importlib
