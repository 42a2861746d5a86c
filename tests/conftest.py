"""For all tests: what they do is not what the learner at this machine has done."""

import os
import tempfile

import pytest


def pytest_configure(config: pytest.Config) -> None:
    folder = tempfile.TemporaryDirectory(prefix="memory-")
    config.add_cleanup(folder.cleanup)
    os.environ["AUTOGRADER_MEMORY"] = folder.name
