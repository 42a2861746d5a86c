"""A site that was built just now, and a browser to look at it."""

import subprocess
import sys
from pathlib import Path

import pytest
from helpers.browser import started_browser
from helpers.built_once import FAILED, built_once
from helpers.visit import served

from autograder.course import ROOT


def _build(folder: Path) -> str:
    """Build it where no page of the course is next to it, which it would link to."""
    command = [sys.executable, "-m", "autograder", "site", "--out", folder / "site"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return ""


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """The folder of a site that was built just now; several processes of pytest share one."""
    pytest.importorskip("sphinx", reason="The site's generator needs Python 3.11.")
    folder, failed = built_once(tmp_path_factory, "guides", _build)
    assert not failed, FAILED
    return folder / "site"


@pytest.fixture(scope="session")
def address(site):
    """Where the site is served."""
    with served(site) as server:
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    with started_browser(tmp_path_factory.mktemp("browser")) as started:
        yield started
