"""A pytest plugin that runs the suites' tests on the reference in one process, without a worker. check_speed.py uses it
to measure the cost of checks whose code shares a process with the tests.
"""

from __future__ import annotations

import pytest

from autograder.course import parts
from autograder.grading.checks import Answer, Draw
from autograder.grading.part_probes import Probes, load_trusted


def _part_of(request: pytest.FixtureRequest):
    return next(part for part in parts() if part.suite == request.path.parent)


class SameProcessStudent:
    """The `student` fixture without a worker: the reference answers in this process."""

    def __init__(self, probes: Probes, files: dict[str, bytes]) -> None:
        self._probes, self.files = probes, files

    def __getattr__(self, probe: str):
        return lambda *arguments: Answer(
            self._probes.called(probe, arguments), self._probes.on_reference(probe, arguments)
        )


@pytest.fixture(scope="module")
def probes(request: pytest.FixtureRequest) -> Probes:
    return Probes(_part_of(request))


@pytest.fixture
def student(request: pytest.FixtureRequest, probes: Probes) -> SameProcessStudent:
    path = request.path.parent / "files.py"
    files = load_trusted(path).files(Draw("1 files")) if path.exists() else {}
    if files:
        pytest.skip("this part's probes read files that exist only next to the worker")
    return SameProcessStudent(probes, files)


@pytest.fixture
def draw(request: pytest.FixtureRequest) -> Draw:
    return Draw(f"1 {request.node.name}")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.obj.check.by_hand:
        pytest.skip("the points are given manually")
