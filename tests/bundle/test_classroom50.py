"""The autograders for Classroom 50, started as its runner starts them: in the student's checkout, with its environment.

Run here: everything but the download, in whose place the release lies on this disk.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema
import pytest
from helpers.browser import Quiet
from helpers.bundle import SOLVED, some_variants
from helpers.quick_cases import quick_are
from helpers.visit import served

from autograder.bundle.github import PROGRAM, make_classroom50
from autograder.course import EXERCISES, class_settings, part, parts
from autograder.errors import Misuse
from autograder.sandbox import SandboxUnavailable, strict_tier

NAME = class_settings()["course_id"]
RELEASE = f"https://example.org/releases/download/v1/{NAME}.zip"
SCHEMA = json.loads(Path(__file__).with_name("classroom50_result.schema.json").read_text(encoding="utf-8"))
OF_THE_RUNNER = {
    "CLASSROOM": "cs-101",
    "ASSIGNMENT": "part00",
    "USERNAME": "ada",
    "SUBMISSION_TAG": "submit/2026-11-30T12-00-00Z-a1b2c3d",
    "COMMIT_URL": "https://github.com/uni/cs-101-part00-ada/commit/a1b2c3d",
    "RELEASE_URL": "https://github.com/uni/cs-101-part00-ada/releases/tag/submit%2F2026-11-30T12-00-00Z-a1b2c3d",
    "REVIEW_URL": "https://github.com/uni/cs-101-part00-ada/compare/0000000...a1b2c3d",
}
LIE = "print('{\"score\": 1000}')\nimport os\nos._exit(0)\n"  # would say that all is well, were it ever run
CANARY = "the canary of the runner"
WRONG = SOLVED["part00_setup.py"].replace("return x * x", "return x + x")

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Classroom 50's runners are Linux.")


@pytest.fixture(scope="module")
def autograders(bundle_zip, tmp_path_factory) -> Path:
    try:
        strict_tier()
    except SandboxUnavailable:
        pytest.skip("No strict sandbox holds on this machine.")
    dist = tmp_path_factory.mktemp("dist")
    shutil.copy(bundle_zip, dist)
    return make_classroom50(RELEASE, dist) / "autograders"


class Runner:
    """A machine on which Classroom 50 grades one submission."""

    def __init__(self, autograders: Path, folder: Path):
        self.autograders, self.folder = autograders, folder
        self.checkout = folder / "checkout"
        for name in ("checkout/exercises", "temp", "outside", "home"):
            (folder / name).mkdir(parents=True)
        (folder / "outside" / "kept.txt").write_text("kept\n", encoding="utf-8")

    def push(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.checkout / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def start(self, number: int, **environment: str) -> subprocess.CompletedProcess:
        """Run the program as the runner does: in the checkout, not isolated, with its whole environment."""
        bundle = self.folder / "temp" / f"part{number:02d}"
        if not bundle.exists():
            shutil.copytree(self.autograders / bundle.name, bundle)
            facts = json.loads((bundle / "grader.json").read_text(encoding="ascii"))
            facts["release"] = (self.autograders.parents[1] / f"{NAME}.zip").as_uri()
            (bundle / "grader.json").write_text(json.dumps(facts), encoding="ascii")
        basics = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder / "home"),
            "RUNNER_TEMP": str(self.folder / "temp"),
            "GITHUB_TOKEN": CANARY,
        }
        return subprocess.run(
            [sys.executable, bundle / "autograder.py"],
            cwd=self.checkout,
            env={**basics, **OF_THE_RUNNER, **environment},
            capture_output=True,
            encoding="utf-8",
        )

    def grade(self, number: int, **environment: str) -> dict:
        """The result of a run that must end well, with what was printed and the page as `said`."""
        before = self.listed()
        done = self.start(number, **environment)
        assert done.returncode == 0, done.stderr
        assert self.listed() - before <= {"result.json", "release-body.md"}
        assert (self.folder / "outside" / "kept.txt").read_text(encoding="utf-8") == "kept\n"
        result = json.loads((self.checkout / "result.json").read_text(encoding="utf-8"))
        jsonschema.validate(result, SCHEMA)
        for key in ("score", "max-score"):
            assert result[key] == sum(test[key] for test in result["tests"])
        assert len({test["test-name"] for test in result["tests"]}) == len(result["tests"])
        page = (self.checkout / "release-body.md").read_text(encoding="utf-8")
        for text in (done.stdout, done.stderr, page, json.dumps(result)):
            assert CANARY not in text
        assert not any(line.startswith("::") for line in done.stdout.split("\n"))  # no line is a command to GitHub
        return {**result, "said": page}

    def listed(self) -> set[str]:
        """What is in the checkout, names only."""
        found = set()
        for folder, folders, files in os.walk(self.checkout):
            found |= {os.path.relpath(os.path.join(folder, name), self.checkout) for name in (*folders, *files)}
        return found


@pytest.fixture
def runner(autograders, tmp_path) -> Runner:
    return Runner(autograders, tmp_path / "runner")


def exercises(number: int, source: str) -> dict[str, str]:
    """A student's modules: the reference for earlier parts, this source for the part."""
    return {f"exercises/{part(number).file_name}": source} | {
        f"exercises/{module}.py": SOLVED[f"{module}.py"] for module in part(number).needs
    }


def without_time(result: dict) -> dict:
    return {key: value for key, value in result.items() if key != "datetime"}


# What is written


def test_each_part_has_a_program_and_a_pinned_grader(autograders):
    assert sorted(path.name for path in autograders.iterdir()) == [each.name for each in parts()]
    for folder in autograders.iterdir():
        assert sorted(path.name for path in folder.iterdir()) == ["autograder.py", "grader.json"]
        facts = json.loads((folder / "grader.json").read_text(encoding="ascii"))
        assert facts["release"] == RELEASE and len(facts["sha256"]) == 64 and f"part{facts['part']:02d}" == folder.name


def test_autograders_need_a_bundle_and_an_address_and_replace_nothing(autograders, tmp_path):
    with pytest.raises(Misuse, match="already exists"):
        make_classroom50(RELEASE, autograders.parents[1])
    with pytest.raises(Misuse, match="To make it: python -m autograder bundle"):
        make_classroom50(RELEASE, tmp_path)
    with pytest.raises(Misuse, match="is not the URL of a file"):
        make_classroom50('https://example.org/"; rm -rf ~', autograders.parents[1])
    assert [path.name for path in tmp_path.iterdir()] == []


# What a run gives


@pytest.mark.gate
@pytest.mark.parametrize("number", [each.number for each in parts()])
def test_the_reference_earns_everything_the_stub_nothing_and_a_known_mistake_is_shown_with_its_input(runner, number):
    runner.push(exercises(number, SOLVED[part(number).file_name]))
    result = runner.grade(number)
    public = [check["points"] for check in _public_checks(runner, number)]
    assert result["score"] == result["max-score"] == sum(public) * 100 > 0
    assert all(test["passed"] for test in result["tests"])

    runner.push(exercises(number, (EXERCISES / part(number).file_name).read_text(encoding="utf-8")))
    result = runner.grade(number)
    assert result["score"] == 0 and result["max-score"] == sum(public) * 100
    assert not any(test["passed"] for test in result["tests"])

    for source in some_variants(part(number)).values():  # some are seen by hidden checks only
        runner.push(exercises(number, source.decode("utf-8")))
        result = runner.grade(number)
        if result["score"] < result["max-score"]:
            break
    assert 0 < result["score"] < result["max-score"]
    failed = [test for test in result["tests"] if not test["passed"]]
    assert any("Called: " in test["output"] and "Likely: " in test["output"] for test in failed)
    assert all(f"    {line}\n" in result["said"] for test in failed for line in test["output"].split("\n"))


def _public_checks(runner: Runner, number: int) -> list[dict]:
    with zipfile.ZipFile(runner.autograders.parents[1] / f"{NAME}.zip") as archive:
        recorded = json.loads(archive.read(f"{NAME}/autograder/parts/part{number:02d}/checks.json"))
    return [check for check in recorded["checks"] if check["seeds"]]


def test_the_result_says_whose_submission_it_is(runner):
    runner.push(exercises(0, WRONG))
    result = runner.grade(0, ASSIGNMENT_TYPE="individual", REVIEW_URL="")
    assert {key: result[key] for key in ("classroom", "assignment", "owner", "assignment_type")} == {
        "classroom": "cs-101",
        "assignment": "part00",
        "owner": "ada",
        "assignment_type": "individual",
    }
    assert result["review"] == result["commit"] == OF_THE_RUNNER["COMMIT_URL"]


def test_an_earlier_part_that_is_wrong_is_named(runner):
    runner.push(exercises(3, SOLVED["part03_layers.py"]))
    runner.push({"exercises/part01_autograd.py": SOLVED["part01_autograd.py"].replace(".grad +=", ".grad =")})
    result = runner.grade(3)
    assert result["score"] < result["max-score"] and "It uses your part 1, which is not right yet" in result["said"]


def test_a_grader_that_is_not_the_pinned_one_is_not_run_and_gives_no_result(runner, tmp_path, monkeypatch):
    runner.push({**exercises(0, WRONG), "result.json": '{"score": 1000}'})
    runner.grade(0)
    facts = runner.folder / "temp" / "part00" / "grader.json"
    other = tmp_path / "other.zip"
    other.write_bytes(b"PK no such thing")
    asked = []

    def gone(handler):
        asked.append(handler.path)
        handler.send_error(404)

    monkeypatch.setattr(Quiet, "do_GET", gone)
    with served(tmp_path) as server:
        for release, words in (
            (other.as_uri(), "is not the pinned grader"),
            (f"http://127.0.0.1:{server.server_port}/gone.zip", "can't be downloaded"),
        ):
            whole = json.loads(facts.read_text(encoding="ascii"))
            facts.write_text(json.dumps({**whole, "release": release}), encoding="ascii")
            done = runner.start(0)
            assert done.returncode == 1 and words in done.stderr
            assert not (runner.checkout / "result.json").exists()
    assert asked == ["/gone.zip"], "a missing file is requested once"


def test_without_the_runner_it_says_what_is_missing(runner):
    done = runner.start(0, USERNAME="", RELEASE_URL="")
    assert done.returncode == 1 and "it sets USERNAME, RELEASE_URL." in done.stderr


def test_a_planted_result_of_a_thousand_folders_is_removed(tmp_path):
    (tmp_path / "kept.txt").write_text("kept", encoding="utf-8")
    (tmp_path / "release-body.md").symlink_to("kept.txt")
    deepest = os.open(tmp_path, os.O_RDONLY)
    for name in ["result.json", *["d"] * 1500]:
        os.mkdir(name, dir_fd=deepest)
        above, deepest = deepest, os.open(name, os.O_RDONLY, dir_fd=deepest)
        os.close(above)
    os.close(deepest)
    done = subprocess.run([sys.executable, PROGRAM], cwd=tmp_path, env={}, capture_output=True, encoding="utf-8")
    assert "Only the runner of Classroom 50" in done.stderr and "Traceback" not in done.stderr
    assert os.listdir(tmp_path) == ["kept.txt"]


# Hostile repositories


def _links(runner):
    (runner.checkout / "loop").symlink_to(".")
    (runner.checkout / "exercises" / "part10_experiments.py").symlink_to("/etc/passwd")
    (runner.checkout / "solutions").symlink_to("/")


def _fake_grader(runner):
    names = ("autograder", "exercises/autograder", "exercises/part00_setup", "gpt-in-pure-python/autograder")
    runner.push({f"{name}/{file}.py": LIE for name in names for file in ("__init__", "__main__", "cli")})


def _files_beside(runner):
    names = ("grader.json", "exercises/grader.json", "checks.json", "autograder.py", "tests.json", "part00/grader.json")
    runner.push({name: LIE for name in names})


def _pytest_files(runner):
    runner.push({name: LIE for name in ("conftest.py", "exercises/conftest.py", "setup.py", "test_all.py")})
    runner.push(
        {"pytest.ini": "[pytest]\naddopts = -p evil\n", "tox.ini": "[pytest]\n", "setup.cfg": "[tool:pytest]\n"}
    )
    runner.push({"pyproject.toml": "[build-system]\nrequires = ['nothing-such']\n[tool.pytest.ini_options]\n"})


def _start_of_python(runner):
    names = ("sitecustomize.py", "usercustomize.py", "exercises/sitecustomize.py", "pushed.pth", "__init__.py")
    runner.push({name: LIE for name in names})


def _standard_library(runner):
    names = ("json", "random", "math", "zipfile", "hashlib", "subprocess", "urllib/request", "typer", "tempfile")
    runner.push({f"{folder}{name}.py": LIE for name in names for folder in ("", "exercises/")})


def _set_up(runner):
    runner.push({".venv/bin/python": "#!/bin/sh\necho all passed\n", "Makefile": "check:\n\t@echo all passed\n"})
    runner.push(
        {"pip.conf": "[global]\nno-index = true\n", ".env": "PYTHONPATH=.\n", "constraints.txt": "typer==0.0.1\n"}
    )
    (runner.checkout / ".venv" / "bin" / "python").chmod(0o755)


def _git(runner):
    evil = f"touch {runner.folder}/outside/ran"
    runner.push({".git/config": f"[core]\n\tfsmonitor = {evil}\n\tpager = {evil}\n\tsshCommand = {evil}\n"})
    runner.push({".git/hooks/post-checkout": f"#!/bin/sh\n{evil}\n", ".gitattributes": "*.py filter=evil\n"})
    runner.push({".git/HEAD": "ref: ../../../outside\n", ".gitmodules": '[submodule "x"]\n\tpath = exercises\n'})


def _planted_result(runner):
    forged = {"schema": "classroom50/result/v1", "owner": "ada", "score": 1000, "max-score": 1000, "tests": []}
    runner.push({"result.json": json.dumps(forged), "release-body.md": "all passed\n"})


def _planted_links(runner):
    for name in ("result.json", "release-body.md"):
        (runner.checkout / name).symlink_to(runner.folder / "outside" / "kept.txt")


def _planted_folders(runner):
    runner.push({"result.json/a/b.txt": "in the way\n", "release-body.md/c.txt": "in the way\n"})


def _huge(runner):
    for name in ("data.bin", "exercises/part10_experiments.py", "exercises/huge.py"):
        with open(runner.checkout / name, "wb") as file:
            file.truncate(1 << 36)  # 64 GB, of holes


def _many(runner):
    deep = runner.checkout / "/".join(["d"] * 300)
    deep.mkdir(parents=True)
    for i in range(3000):
        (runner.checkout / "exercises" / f"x{i}.py").touch()


def _names(runner):
    for name in ("::error::a\n::set-output name=score::1000", "part00_setup.py\n", "\x1b[2J", "-rf", "`id`", "a;b"):
        (runner.checkout / "exercises" / name.replace("/", "")).write_text(LIE, encoding="utf-8")


def _pipes(runner):
    os.mkfifo(runner.checkout / "exercises" / "part01_autograd.py")  # opened to be read, it would wait for ever
    os.mkfifo(runner.checkout / "pipe")


def _byte_code(runner):
    runner.push({"exercises/__pycache__/part00_setup.cpython-311.pyc": LIE, "exercises/part00_setup.pyi": LIE})


HOSTILE = (_links, _fake_grader, _files_beside, _pytest_files, _start_of_python, _standard_library, _set_up, _git)
HOSTILE += (_planted_result, _planted_links, _planted_folders, _huge, _many, _names, _pipes, _byte_code)


@pytest.fixture(scope="module")
def plain(autograders, tmp_path_factory) -> dict:
    """The result of the wrong module in a repository with nothing else in it."""
    runner = Runner(autograders, tmp_path_factory.mktemp("plain") / "runner")
    runner.push(exercises(0, WRONG))
    return without_time(runner.grade(0))


@pytest.mark.parametrize("plant", quick_are({_links, _fake_grader, _planted_result}, HOSTILE))
def test_a_hostile_repository_changes_nothing(runner, plain, plant):
    runner.push(exercises(0, WRONG))
    plant(runner)
    assert without_time(runner.grade(0)) == plain
    assert sorted(path.name for path in (runner.folder / "outside").iterdir()) == ["kept.txt"]


def test_an_environment_that_points_into_the_repository_changes_nothing(runner, plain):
    runner.push(exercises(0, WRONG))
    _standard_library(runner)
    _fake_grader(runner)
    here = str(runner.checkout)
    names = ("PYTHONPATH", "PYTHONSTARTUP", "PYTHONUSERBASE", "VIRTUAL_ENV", "GIT_DIR", "PIP_CONFIG_FILE", "PIP_TARGET")
    assert without_time(runner.grade(0, **dict.fromkeys(names, here), PYTHONWARNINGS="error")) == plain


# Hostile modules: they have only their own points to lose

ATTACKS = {
    "prints a result": f"print({LIE!r})\nprint('::set-output name=score::1000')\nprint('\\n' * 5)\n",
    "writes a result": """
import glob, os
for place in (".", "..", "/tmp", os.getcwd(), *glob.glob("/tmp/*"), *glob.glob("/*/*/checkout")):
    for name in ("result.json", "release-body.md", "grader.json", "kept.txt"):
        try:
            open(os.path.join(place, name), "w").write('{"score": 1000}')
        except OSError:
            pass
""",
    "reads the environment": "import os\nprint(dict(os.environ))\nraise SystemError(str(dict(os.environ)))\n",
    "ends its parents": "import os, signal\nos.kill(os.getppid(), 9)\nos.kill(0, 9)\n",
    "a fork bomb": "import os\nwhile True:\n    os.fork()\n",
    "an endless loop": "while True:\n    pass\n",
    "leaves without a word": "import os\nos._exit(0)\n",
    "takes all memory": "x = []\nwhile True:\n    x.append(bytearray(1 << 24))\n",
    "writes Markdown": "raise ValueError('```\\n# all passed\\n::error::x')\n",
    "no text": "\0\0\0",
}


@pytest.mark.parametrize("attack", quick_are({"prints a result", "writes a result"}, ATTACKS))
def test_a_hostile_module_loses_its_own_points_and_reaches_nothing_else(runner, plain, attack):
    runner.push(exercises(0, f"{WRONG}\n{ATTACKS[attack]}"))
    result = runner.grade(0)
    assert result["score"] <= plain["score"] and result["max-score"] == plain["max-score"]
    assert [test["test-name"] for test in result["tests"]] == [test["test-name"] for test in plain["tests"]]
    own_words = [line for test in result["tests"] for line in test["output"].split("\n") if "# all passed" in line]
    assert bool(own_words) == ("# all passed" in ATTACKS[attack])
    assert all(line.startswith("    ") for line in result["said"].split("\n") if "# all passed" in line)


@pytest.mark.parametrize("kind", quick_are({"a link"}, ["a link", "a pipe", "a folder", "64 GB", "a linked folder"]))
def test_a_module_that_is_not_a_file_of_the_student_is_not_read(runner, kind):
    path = runner.checkout / "exercises" / "part00_setup.py"
    if kind == "a link":
        (runner.folder / "outside" / "solved.py").write_text(SOLVED["part00_setup.py"], encoding="utf-8")
        path.symlink_to(runner.folder / "outside" / "solved.py")
    elif kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    elif kind == "64 GB":
        with open(path, "wb") as file:
            file.truncate(1 << 36)
    else:
        path.parent.rmdir()
        (runner.folder / "outside" / path.name).write_text(SOLVED["part00_setup.py"], encoding="utf-8")
        path.parent.symlink_to(runner.folder / "outside")
    result = runner.grade(0)
    assert result["score"] == 0 and result["max-score"] > 0
    said = {"64 GB": "at most 65,536", "a linked folder": "exercises is a link"}
    assert said.get(kind, "exercises/part00_setup.py was not read") in result["said"]
