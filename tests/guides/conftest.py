"""A site that was built just now, and a browser to look at it."""

import subprocess
import sys

import pytest
from helpers.browser import started_browser
from helpers.visit import served

from autograder.course import ROOT


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of a site that was built just now."""
    pytest.importorskip("sphinx", reason="The site's generator needs Python 3.11.")
    folder = tmp_path_factory.mktemp("built") / "site"
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "site", "--out", folder], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def address(site):
    """Where the site is served."""
    with served(site) as server:
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    with started_browser(tmp_path_factory.mktemp("browser")) as started:
        yield started
