"""Every gate runs for each part that has a suite."""

import pytest

from autograder.course import Part, parts


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "part" in metafunc.fixturenames:
        ready = [part for part in parts() if part.suite.exists()]
        metafunc.parametrize("part", ready, ids=[f"part{part.number:02d}" for part in ready])


@pytest.fixture
def solution(part: Part) -> bytes:
    from autograder.course import SOLUTIONS

    return (SOLUTIONS / part.file_name).read_bytes()
