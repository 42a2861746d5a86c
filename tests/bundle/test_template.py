"""The template repository: its workflow is well formed, and its steps are run on students' repositories, hostile ones
too. Run here: everything but the checkout action, in whose place git clones the same repository."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from helpers.bundle import SOLVED

from autograder.assistant_files import assistant_files
from autograder.bundle import github as templates
from autograder.bundle.github import make_classroom50, make_template
from autograder.course import class_settings
from autograder.errors import Misuse
from autograder.sandbox import SandboxUnavailable, strict_tier

NAME = class_settings()["course_id"]
RELEASE = f"https://example.org/releases/download/v1/{NAME}.zip"

OURS = ("autograder/__main__.py", "autograder/course.toml", "constraints.txt", "Makefile")

# Each would say that all is well, were it ever run.
LIE = "print('all 110/110 passed')\nimport os\nos._exit(0)\n"
PLANTED = {
    "autograder/__init__.py": LIE,
    "autograder/__main__.py": LIE,
    "autograder/parts/part00/checks.json": "{}",
    "exercises/autograder.py": LIE,
    "exercises/autograder/__main__.py": LIE,
    "exercises/random.py": LIE,
    "conftest.py": LIE,
    "exercises/conftest.py": LIE,
    "sitecustomize.py": LIE,
    "usercustomize.py": LIE,
    "typer.py": LIE,
    "setup.py": LIE,
    "Makefile": "check:\n\t@echo all passed\n",
    "pip.conf": "[global]\nindex-url = https://example.org/simple\nno-index = true\n",
    ".pip/pip.conf": "[global]\nno-index = true\n",
    ".pypirc": "[pypi]\n",
    "pyproject.toml": "[build-system]\nrequires = ['nothing-such']\n",
    "constraints.txt": "typer==0.0.1\n",
    ".env": "PYTHONPATH=.\nGRADER=none\n",
    ".venv/bin/python": "#!/bin/sh\necho all passed\n",
    ".gitattributes": "*.py filter=evil\n",
    "pushed.pth": "import os; os._exit(0)\n",
}
WRONG = SOLVED["part00_setup.py"].replace("return x * x", "return x + x")
# The module itself tries: to end the grader, to write into its folder and into the files that GitHub reads.
CHEATING = (
    WRONG
    + """

import glob
import os
import sys

for name in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY", "RUNNER_TEMP", "GITHUB_WORKSPACE"):
    print(name, os.environ.get(name))
print("::set-output name=passed::true\\n##[group]all 110/110 passed")
for place in glob.glob("/tmp/**/checks.json", recursive=True):
    print("found", place)
    open(place, "w").close()
try:
    os.kill(os.getppid(), 9)
except OSError:
    pass
"""
)


@pytest.fixture(scope="module")
def template(bundle_zip, tmp_path_factory):
    try:
        strict_tier()
    except SandboxUnavailable:
        pytest.skip("No strict sandbox holds on this machine.")
    dist = tmp_path_factory.mktemp("dist")
    shutil.copy(bundle_zip, dist)
    return make_template(RELEASE, dist)


@pytest.fixture(scope="module")
def workflow(template):
    return yaml.safe_load((template / ".github" / "workflows" / "checks.yml").read_text(encoding="utf-8"))


def git(folder, *words):
    name = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *name, *words], cwd=folder, check=True, capture_output=True)


def push(template, tmp_path, files):
    """A student's repository: the template with these files, committed, and cloned to where the action checks out."""
    student, runner = tmp_path / "student", tmp_path / "runner"
    shutil.copytree(template, student)
    for path, text in files.items():
        (student / path).parent.mkdir(parents=True, exist_ok=True)
        (student / path).write_text(text, encoding="utf-8")
    git(student, "init", "-q")
    git(student, "add", "-A", "--force")
    git(student, "commit", "-qm", "My work")
    runner.mkdir()
    git(runner, "clone", "-q", str(student), "workspace/pushed")
    (runner / "temp").mkdir()
    return runner


def run(workflow, runner, release: Path):
    """All shell steps as the runner runs them: (exit status of the first that fails, what was printed)."""
    job, said = workflow["jobs"]["checks"], ""
    kept = {name: value for name, value in os.environ.items() if name in ("LANG", "HOME")}
    # python3 is this interpreter, which has what the grader needs; the release lies on this disk.
    (runner / "bin").mkdir()
    (runner / "bin" / "python3").symlink_to(sys.executable)
    environment = {
        **kept,
        **job["env"],
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "RUNNER_TEMP": str(runner / "temp"),
        "GITHUB_WORKSPACE": str(runner / "workspace"),
        "GITHUB_STEP_SUMMARY": str(runner / "summary.md"),
        "GRADER": release.as_uri(),
    }
    status = 0
    for step in job["steps"]:
        if "run" not in step or (status and "if" not in step):
            continue
        where = step.get("working-directory", str(runner / "workspace")).replace("${{ runner.temp }}", f"{runner}/temp")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=where,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        said += done.stdout
        status = status or done.returncode
    return status, said


@pytest.fixture
def check(template, workflow, tmp_path):
    def check_push(files, release=template.parent / f"{NAME}.zip"):
        runner = push(template, tmp_path, files)
        status, said = run(workflow, runner, release)
        summary = runner / "summary.md"
        return status, said, summary.read_text(encoding="utf-8") if summary.exists() else ""

    return check_push


def module(number):
    (name,) = [name for name in SOLVED if name.startswith(f"part{number:02d}_")]
    return f"exercises/{name}"


# What is written


def test_the_workflow_asks_for_little_and_pins_what_it_uses(workflow, template):
    assert workflow["permissions"] == {"contents": "read"}
    assert set(workflow[True]) == {"push", "workflow_dispatch"}  # YAML reads `on` as True; no pull_request_target
    text = (template / ".github" / "workflows" / "checks.yml").read_text(encoding="utf-8")
    assert "secrets" not in text and "token" not in text.lower() and "@RELEASE" not in text and "@NAME" not in text
    (job,) = workflow["jobs"].values()
    assert "permissions" not in job and job["timeout-minutes"] <= 15 and job["runs-on"] == "ubuntu-24.04"
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert used and all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action) for action in used)
    (checkout,) = [step for step in job["steps"] if "uses" in step]
    assert checkout["with"] == {"path": "pushed", "persist-credentials": False}
    # Nothing that a student chooses, such as a branch's name, is pasted into a script.
    assert not any("${{" in step["run"] for step in job["steps"] if "run" in step)


def test_the_grader_is_pinned_by_the_checksum_of_the_bundle(workflow, template):
    (job,) = workflow["jobs"].values()
    assert job["env"]["GRADER"] == RELEASE
    content = (template.parent / f"{NAME}.zip").read_bytes()
    assert job["env"]["GRADER_SHA256"] == hashlib.sha256(content).hexdigest()


def test_the_template_holds_the_bundle_and_no_answers(template):
    assert (template / "exercises" / "part05_gpt.py").exists() and (template / "README.md").exists()
    assert (template / ".devcontainer" / "devcontainer.json").exists() and not (template / "solutions").exists()
    assert all((template / name).read_bytes() == content for name, content in assistant_files(top=True).items())


def test_a_template_is_not_written_over_another_and_needs_a_bundle_and_an_address(template, tmp_path):
    with pytest.raises(Misuse, match="already exists"):
        make_template(RELEASE, template.parent)
    with pytest.raises(Misuse, match="To make it: python -m autograder bundle"):
        make_template(RELEASE, tmp_path)
    for address in (
        "",
        "http://example.org/a.zip",
        'https://example.org/"; rm -rf ~',
        "https://example.org/a b.zip",
        "https://github.com/anna/course/releases/tag/v1",
        "https://github.com/anna/course/blob/main/course.zip",
        "https://github.com/OWNER/REPOSITORY/releases/download/v1/course.zip",
    ):
        with pytest.raises(Misuse, match="is not the URL of a file"):
            make_template(address, template.parent)


# What it does


def test_an_untouched_template_is_no_failure(check):
    status, said, summary = check({})
    assert status == 0, said
    assert "not begun" in said and summary.startswith("```\n") and summary.count("```") == 2


def test_honest_work_passes_and_what_is_not_begun_is_no_failure(check):
    status, said, summary = check({module(n): SOLVED[Path(module(n)).name] for n in (0, 1)})
    assert status == 0, said
    assert re.search(r" 0 Set-up +10/10|passed", summary) and "not begun" in summary
    assert "Sandbox: strict" in said or "Sandbox: landlock" in said


@pytest.mark.parametrize("make", [make_template, make_classroom50], ids=["template", "classroom50"])
@pytest.mark.parametrize(
    ("names", "cut"),
    [(["notes.txt"], 0), ([f"{NAME}/notes.txt"], 0), (["else.txt", *(f"{NAME}/{one}" for one in OURS)], 0), (None, 40)],
    ids=["another zip", "no course in it", "more beside it", "cut off"],
)
def test_a_zip_that_is_not_the_students_is_refused_and_leaves_nothing(tmp_path, make, names, cut):
    path = tmp_path / f"{NAME}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names or [f"{NAME}/{one}" for one in OURS]:
            archive.writestr(name, "text")
    path.write_bytes(path.read_bytes()[cut:] if cut else path.read_bytes())
    with pytest.raises(Misuse, match="is not the students' zip, or it is damaged. Make it again: python -m"):
        make(RELEASE, tmp_path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_template_that_can_not_be_finished_leaves_nothing(tmp_path, monkeypatch):
    path = tmp_path / f"{NAME}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in OURS:
            archive.writestr(f"{NAME}/{name}", "text")
    monkeypatch.setattr(
        templates, "_template_files", lambda grader: {"Makefile/below": "a file where a folder is needed"}
    )
    with pytest.raises(OSError):
        make_template(RELEASE, tmp_path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture(scope="module")
def wrong(template, workflow, tmp_path_factory):
    """The exit status, the log and the summary of a run on wrong work, with nothing planted."""
    runner = push(template, tmp_path_factory.mktemp("wrong"), {module(0): WRONG})
    status, said = run(workflow, runner, template.parent / f"{NAME}.zip")
    return status, said, (runner / "summary.md").read_text(encoding="utf-8")


def test_wrong_work_fails_and_the_log_says_where(wrong):
    status, said, summary = wrong
    assert status == 1
    assert "First failing task: 0.1 square" in said and "first failing: 0.1 square" in summary


def test_half_of_a_part_is_no_failure(check):
    half, stub = SOLVED["part00_setup.py"], "raise NotImplementedError('0.2 numerical_gradient')"
    start = half.index("### BEGIN SOLUTION 0.2")
    status, said, _ = check({module(0): f"{half[:start]}{stub}\n"})
    assert status == 0 and "to write: 0.2 numerical_gradient" in said, said


def test_nothing_that_is_planted_changes_the_verdict(check, wrong):
    planted = check({**PLANTED, module(0): WRONG})
    assert planted[0] == 1 and "110/110" not in planted[1]
    assert planted == wrong


def test_a_module_that_attacks_the_grader_fails_as_its_checks_do(check):
    status, said, summary = check({**PLANTED, module(0): CHEATING})
    assert status == 1 and "0 Set-up" in summary and "110/110" not in summary
    assert "GITHUB_ENV None" in said and "RUNNER_TEMP None" in said and "found /tmp" not in said
    assert not re.search(r"^\s*::|##\[", said, flags=re.M)  # no line is a command to GitHub


def test_a_link_out_of_the_folder_gives_no_verdict(template, workflow, tmp_path):
    runner = push(template, tmp_path, {})
    path = runner / "workspace" / "pushed" / module(0)
    path.unlink()
    path.symlink_to("/etc/passwd")
    status, said = run(workflow, runner, template.parent / f"{NAME}.zip")
    assert status == 2 and "is a link to a file outside" in said and "root:" not in said


def test_another_file_than_the_pinned_one_is_not_run(check, tmp_path):
    other = tmp_path / "other.zip"
    other.write_bytes(b"PK no such thing")
    status, said, _ = check({module(0): SOLVED["part00_setup.py"]}, other)
    assert status == 1 and "did NOT match" in said and "Set-up" not in said
