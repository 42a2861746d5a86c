"""For all tests: what they do is not what the learner at this machine has done."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


def pytest_configure(config: pytest.Config) -> None:
    folder = tempfile.TemporaryDirectory(prefix="memory-")
    config.add_cleanup(folder.cleanup)
    os.environ["AUTOGRADER_MEMORY"] = folder.name


@pytest.fixture(scope="session")
def postgresql_server():
    """A PostgreSQL server of the tests' own."""
    if sys.platform == "win32":
        pytest.skip("Where PostgreSQL is tried there is fork.")
    pytest.importorskip("psycopg", reason="There is no psycopg here.")
    from postgresql_server import programs, server

    if programs() is None:
        pytest.skip("There is no PostgreSQL here: Debian's package is called postgresql.")
    with server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path):
    """An empty database: a file, or a URL of the server."""
    if request.param == "sqlite":
        return tmp_path / "database.sqlite"
    running = request.getfixturevalue("postgresql_server")
    running.empty()
    return running.url


@pytest.fixture(scope="session")
def strict():
    """The tier for other people's code; skips where none holds."""
    from autograder.sandbox import SandboxUnavailable, strict_tier

    try:
        return strict_tier()
    except SandboxUnavailable as error:
        pytest.skip(str(error))
