"""Every gate runs for each part that has a suite; those of modules with LABS_TOO run for the optional labs, too."""

import importlib.util

import pytest

from autograder.course import Part, labs, parts


def _lab(lab: Part) -> object:
    missing = [name for name in lab.packages if importlib.util.find_spec(name) is None]
    reason = f"{lab.label} needs {', '.join(missing)}, which is not installed here"
    return pytest.param(lab, id=lab.name, marks=pytest.mark.skipif(bool(missing), reason=reason))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "part" in metafunc.fixturenames:
        ready = [pytest.param(part, id=part.name) for part in parts() if part.suite.exists()]
        if getattr(metafunc.module, "LABS_TOO", False):
            ready += map(_lab, labs())
        metafunc.parametrize("part", ready)


@pytest.fixture
def solution(part: Part) -> bytes:
    from autograder.course import SOLUTIONS

    return (SOLUTIONS / part.file_name).read_bytes()
