"""The workflow that publishes site and page, and the links from the site to the page."""

import os
import shutil
import subprocess
import sys

import pytest
import yaml

from autograder.bundle.page import MARK
from autograder.bundle.page_example import example
from autograder.commands import site
from autograder.course import ROOT, part
from autograder.grading.misconceptions import misconceptions

pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # by Sphinx, about MyST and our code

WORKFLOW = ROOT / ".github" / "workflows" / "pages.yml"
# In the place of `python`: the real command line, but no build of Sphinx or Pyodide.
PYTHON = """#!/bin/sh
''':'
exec '{python}' "$0" "$@"  # the path of an interpreter may have spaces, which #! does not allow
'''
import sys
sys.path.insert(0, {root!r})
sys.argv[1:3] = []
from autograder.bundle import page
from autograder.commands import site
def sphinx(builder, out, *more):
    (out / ".buildinfo").touch()
    (out / "index.html").write_text(" ".join(more), encoding="utf-8")
    return 0
def make_page(folder, *unused):
    folder.mkdir()
    (folder / "index.html").touch()
site._sphinx, page.make_page = sphinx, make_page
from autograder import cli
cli.app()
"""


def workflow():
    return yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))


@pytest.mark.skipif(shutil.which("bash") is None, reason="There is no bash here.")
def test_the_steps_of_the_workflow_fill_the_folder_that_it_publishes(tmp_path):
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python"
    python.write_text(PYTHON.format(python=sys.executable, root=str(ROOT)), encoding="utf-8")
    python.chmod(0o755)
    steps = workflow()["jobs"]["build"]["steps"]
    environment = {**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    for step in steps:
        if "run" in step:
            command = ["bash", "-e", "-o", "pipefail", "-c", step["run"]]
            done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8")
            assert done.returncode == 0, (step, done.stdout + done.stderr)
    public = tmp_path / steps[-1]["with"]["path"]
    assert (public / "page" / "index.html").is_file() and (public / ".nojekyll").is_file()
    assert "page_address=page/" in (public / "index.html").read_text(encoding="utf-8")


def test_the_workflow_runs_for_a_release_and_manually_and_may_write_only_pages():
    data = workflow()
    assert set(data[True]) == {"release", "workflow_dispatch"}  # YAML 1.1 reads `on` as true
    assert data["permissions"] == {"contents": "read"}
    assert data["jobs"]["publish"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert data["jobs"]["publish"]["needs"] == "build"


def test_the_example_of_the_front_page_is_a_known_mistake_and_fits_in_an_address():
    shown = example()
    assert shown.mistake in {mistake.id for mistake in misconceptions(part(shown.part))}
    assert shown.code.count("raise NotImplementedError") == 1
    assert len(shown.fragment) < 4_000, "Longer addresses are cut by some programs."


CONF = f"""
import sys
sys.path[:0] = [{str(ROOT / "docs")!r}, {str(ROOT)!r}]
extensions = ["myst_parser", "generator.start"]
html_theme = "basic"
"""


@pytest.fixture
def front_page(tmp_path, monkeypatch):
    """front_page(address): the HTML of a page with both links."""
    pytest.importorskip("sphinx", reason="The site's generator needs Python 3.11.")
    docs = tmp_path / "docs"
    (docs / "learner").mkdir(parents=True)
    (docs / "conf.py").write_text(CONF, encoding="utf-8")
    text = "# Title\n\n```{start} button\n```\n\n```{start} example\n```\n\n```{toctree}\nlearner/browser\n```\n"
    (docs / "index.md").write_text(text, encoding="utf-8")
    (docs / "learner" / "browser.md").write_text("# Guide\n\n```{start} button\n```\n", encoding="utf-8")
    monkeypatch.setattr(site, "DOCS", docs)

    def build(address=""):
        assert site.build(tmp_path / "dist" / "site", page=address) == 0
        pages = tmp_path / "dist" / "site"
        return (pages / "index.html").read_text(encoding="utf-8"), (pages / "learner" / "browser.html").read_text(
            encoding="utf-8"
        )

    return build


def test_the_site_links_to_the_page_and_opens_the_example_in_it(front_page):
    front, guide = front_page("page/")
    assert 'href="page/">Start in your browser</a>' in front and 'href="../page/">Start in your browser</a>' in guide
    assert f'href="page/{example().fragment.replace("&", "&amp;")}"' in front


def test_without_an_address_the_site_links_to_a_page_next_to_it_or_to_the_guide(front_page, tmp_path):
    front, guide = front_page()
    assert 'href="learner/browser.html"' in front and "Break this line" not in front
    assert "Start in your browser" not in guide  # where the button would lead to itself
    (tmp_path / "dist" / "page").mkdir()
    (tmp_path / "dist" / "page" / MARK).touch()
    front, guide = front_page()
    assert 'href="../page/">Start in your browser</a>' in front and 'href="../../page/">Start in' in guide
