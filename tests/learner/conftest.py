"""A copy of the course for each test. All copies are in the same folder, so that the process that runs their commands
is started only once.
"""

from collections.abc import Iterator

import pytest
from helpers.learner import Course, forking, make_course, renew


@pytest.fixture(scope="session")
def only_course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    with forking(make_course(tmp_path_factory.mktemp("learner") / "course")) as course:
        yield course


@pytest.fixture
def course(only_course: Course) -> Course:
    renew(only_course)
    return only_course
