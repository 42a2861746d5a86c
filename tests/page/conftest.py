"""The page with three parts, built once: of parts 0 and 3 with every known mistake, of part 1 with some, since
recording all of them takes minutes."""

import functools
import json
import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from helpers.built_once import built_once
from helpers.bundle import SOLVED, few_mistakes

from autograder.bundle import page
from autograder.course import part
from autograder.model import Sizes, draw_weights
from autograder.stubs import fresh_stubs

PARTS = (0, 1, 3)
IN_NODE = Path(__file__).with_name("check_in_node.mjs")
NATIVELY = Path(__file__).parent.parent / "helpers" / "practice_natively.py"
MODEL_IN_NODE = Path(__file__).with_name("model_in_node.mjs")
STEPS = 40
DATA_SETS = (
    "ada\nben\n",
    "\n".join(f"ada{i}" for i in range(30)) + "\nbartholomewchristo\n",
    "\n".join(f"a{chr(0x4E00 + i)}" for i in range(150)),
    "\r\n".join(f"  name{i} " for i in range(30)) + "\r\n\r\n",
)
# A learner's files, as the page exports them: a mistake in part 0, the reference of part 1, the stub of part 3.
MISTAKEN = SOLVED["part00_setup.py"].replace("/ (2 * h)", "/ h")
EXPORTED = {
    "part00_setup.py": MISTAKEN,
    "part01_autograd.py": SOLVED["part01_autograd.py"],
    "part03_layers.py": fresh_stubs()["part03_layers.py"],
}


def _build(folder: Path, solutions: bool = False) -> str:
    """Build the page; the reason why it can't be built here, or nothing."""
    with few_mistakes(folder.with_name("recordings")):
        try:
            page.make_page(folder, [part(number) for number in PARTS], solutions=solutions)
        except page.NoTools as reason:
            return str(reason)
    return ""


@pytest.fixture(scope="session")
def built_page(tmp_path_factory) -> Path:
    """The folder of the page; several processes of pytest share one."""
    folder, reason = built_once(tmp_path_factory, "page", _build)
    if reason:
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def page_with_solutions(built_page, tmp_path_factory) -> Path:
    """The same page for a self-learner, with `recall` and `harden`. The recordings of the other one are there."""
    folder, _ = built_once(tmp_path_factory, "page-with-solutions", functools.partial(_build, solutions=True))
    return folder


@pytest.fixture(scope="session")
def practice(built_page, tmp_path_factory):
    """Asks the trusted side of a page with the solutions, parts 0 and 3: a request in, an answer out. The learner's
    code runs in worker processes.
    """
    folder = tmp_path_factory.mktemp("practice")
    wanted = [part(0), part(3)]
    with few_mistakes(recordings_of(tmp_path_factory)):
        files = {**page._checker_files(wanted, lambda words: None), **page._practice_files(wanted, lambda words: None)}
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    yield from _talking([sys.executable, NATIVELY, folder])


def recordings_of(factory: pytest.TempPathFactory) -> Path:
    """The folder of the recordings that the builds of all processes share."""
    shared = factory.getbasetemp()
    return (shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared) / "recordings"


def _talking(command):
    """A function that sends lines of JSON to a program and returns its answer to each."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as program:

        def ask(job):
            program.stdin.write(json.dumps(job) + "\n")
            program.stdin.flush()
            line = program.stdout.readline()
            assert line, "the program has ended: what it said is above"
            return json.loads(line)

        yield ask
        program.stdin.close()
        try:
            program.wait(10)
        finally:
            program.kill()


@pytest.fixture(scope="session")
def native(built_page, tmp_path_factory) -> Path:
    """What the page's checker holds, as a folder: the same grader and recorded checks, for this Python."""
    folder = tmp_path_factory.mktemp("native")
    with zipfile.ZipFile(built_page / "checker.zip") as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="session")
def in_page(built_page):
    """Checks jobs, [part, files by name] each, with the page's engine in node: its interpreters start only once."""
    for ask in _talking(["node", IN_NODE, built_page]):
        yield lambda jobs, ask=ask: [ask(job) for job in jobs]


@pytest.fixture(scope="session")
def rows():
    names = (page.SOURCE.parent / "datasets" / "names.txt").read_text(encoding="utf-8").split()
    return [*names[:400], *names[:30], "zo\u00eb", "mary ann"]


@pytest.fixture(scope="session")
def weights():
    """Weights that are large enough for uneven attention."""
    return {name: matrix.tolist() for name, matrix in draw_weights(Sizes(), random.Random(7), std=0.5).items()}


@pytest.fixture(scope="session")
def model(built_page, rows, weights):
    """What the page's own program computes. It needs the packages that the build of the page fetches."""
    names = (page.SOURCE.parent / "datasets" / "names.txt").read_text(encoding="utf-8").split()
    given = {"rows": rows, "steps": STEPS, "texts": DATA_SETS, "files": EXPORTED, "weights": weights, "names": names}
    done = subprocess.run(["node", MODEL_IN_NODE], input=json.dumps(given), capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
