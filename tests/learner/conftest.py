"""A copy of the course for each test."""

from pathlib import Path

import pytest
from helpers.learner import Course, make_course


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_course(tmp_path / "course")
