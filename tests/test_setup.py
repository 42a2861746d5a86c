"""The first command sets up what it needs, says so, and leaves nothing half done that is taken for done."""

import ast
import errno
import importlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from autograder import install, invocation, setup_environment
from autograder.cli import app
from autograder.command_table import commands, extras, group_in, modules
from autograder.commands.lazy_group import every_command

ROOT = Path(__file__).resolve().parent.parent
BASE_PYTHON = install.base_python()
WINDOWS = os.name == "nt"

# In the place of our command line: says where it runs and what it was given.
FAKE_CLI = """
import json, os, sys
def app(prog_name):
    watched = ["subprocess", "autograder.install", "importlib.metadata", "tomllib", "pathlib"]
    print(json.dumps({"prefix": sys.prefix, "arguments": sys.argv[1:], "program": prog_name, "path": sys.path[0],
        "folder": os.getcwd(), "called_as": os.environ["AUTOGRADER_CALLED_AS"],
        "handed_over": os.environ.get("AUTOGRADER_HANDED_OVER"), "loaded": [m for m in watched if m in sys.modules]}))
    sys.exit(7)
"""

# In the place of pip: notes each call, and does what the test asks for.
FAKE_PIP = """
import os, sys, time
with open("calls.txt", "a", encoding="utf-8") as file:
    print(*sys.argv[1:], file=file)
time.sleep(float(os.environ.get("FAKE_PIP_SECONDS", "0")))
if os.environ.get("FAKE_PIP_STATUS"):
    print("Collecting typer\\nERROR: no \\u2014 such thing", flush=True)
    sys.exit(int(os.environ["FAKE_PIP_STATUS"]))
"""


@pytest.fixture
def checkout(tmp_path):
    """A copy of what the set-up consists of, in a path with spaces and accents, whose command line is a fake."""
    folder = tmp_path / "mes études" / "le GPT"
    (folder / "autograder").mkdir(parents=True)
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    (folder / "autograder" / "commands").mkdir()
    shutil.copytree(ROOT / "autograder" / "command_table", folder / "autograder" / "command_table")
    for name in (
        "__init__",
        "__main__",
        "fast_exit",
        "install",
        "files",
        "invocation",
        "setup_environment",
        "commands/__init__",
    ):
        shutil.copy(ROOT / "autograder" / f"{name}.py", folder / "autograder" / f"{name}.py")
    (folder / "autograder" / "cli.py").write_text(FAKE_CLI, encoding="utf-8")
    return folder


@pytest.fixture
def here(checkout, monkeypatch):
    """The functions of setup_environment, in this process, for that copy instead of our own folder."""
    venv = checkout / ".venv"
    venv.mkdir()
    monkeypatch.setattr(setup_environment, "ROOT", str(checkout))
    monkeypatch.setattr(setup_environment, "STAMP", str(venv / "set-up.txt"))
    return setup_environment


def make_venv(checkout: Path) -> Path:
    """A `.venv` with the fake pip; return its folder."""
    venv = checkout / ".venv"
    subprocess.run([BASE_PYTHON, "-m", "venv", "--without-pip", venv], check=True)
    (site_packages,) = [*venv.glob("lib/python*/site-packages"), *venv.glob("Lib/site-packages")]
    (site_packages / "pip").mkdir()
    (site_packages / "pip" / "__init__.py").touch()
    (site_packages / "pip" / "__main__.py").write_text(FAKE_PIP, encoding="utf-8")
    return venv


def write_stamp(checkout: Path, *extras: str) -> None:
    """The stamp that a finished set-up of this copy leaves, written by its own code."""
    code = f"from autograder.setup_environment import write_stamp; write_stamp(*{extras!r})"
    subprocess.run([BASE_PYTHON, "-c", code], cwd=checkout, check=True)


def stamp_of(checkout: Path) -> str:
    return (checkout / ".venv" / "set-up.txt").read_text(encoding="utf-8")


def environment(**changes: str) -> dict[str, str]:
    """No network, no settings of this user's or machine's pip, and not called by make."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "AUTOGRADER_", "PYTHON"))}
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}
    return {**kept, **nowhere, "PYTHONUTF8": "1", **changes}


def command(checkout: Path, *arguments: str) -> list[str]:
    """Call it with an interpreter that sees no installed package (-S)."""
    return [BASE_PYTHON, "-S", str(checkout / "autograder"), *arguments]


def run(checkout: Path, *arguments: str, cwd: Path | None = None, **changes: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        command(checkout, *arguments),
        cwd=cwd or checkout,
        env=environment(**changes),
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )


def calls_of_pip(checkout: Path) -> list[str]:
    path = checkout / "calls.txt"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


# Which Python


def test_a_python_that_is_too_old_gets_a_sentence_and_status_2():
    main = ROOT / "autograder" / "__main__.py"
    code = f"import runpy, sys; sys.version_info = (3, 9, 18); runpy.run_path({str(main)!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "The course requires Python 3.10 or newer. This is Python 3.9. Install a newer version.\n"


def test_a_python_that_is_too_old_can_read_the_file_that_says_so():
    # No f-string, no annotation, nothing that Python 2 would stumble over before the sentence.
    tree = ast.parse((ROOT / "autograder" / "__main__.py").read_text(encoding="utf-8"))
    modern = (ast.JoinedStr, ast.AnnAssign, ast.FunctionDef, ast.NamedExpr, ast.Match, ast.AsyncFunctionDef)
    assert [type(node).__name__ for node in ast.walk(tree) if isinstance(node, modern)] == []


# When nothing is missing


def test_a_fitting_stamp_leads_straight_into_venv(checkout):
    venv = make_venv(checkout)
    write_stamp(checkout)
    done = run(checkout, "check", "5.2", "--from", "un dossier", "--sandbox=local")
    assert done.stderr == ""
    said = json.loads(done.stdout)
    assert Path(said["prefix"]).samefile(venv)
    assert said["arguments"] == ["check", "5.2", "--from", "un dossier", "--sandbox=local"]
    assert done.returncode == 7, "the exit status of the command must come through"
    assert said["handed_over"] is None, "what we tell each other must not reach the learner's code"


def test_it_works_from_any_folder(checkout, tmp_path):
    make_venv(checkout)
    write_stamp(checkout)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "hashlib.py").write_text("raise SystemExit('a file of the user')", encoding="utf-8")
    done = run(checkout, "check", cwd=tmp_path / "elsewhere")
    said = json.loads(done.stdout)
    assert Path(said["folder"]).samefile(tmp_path / "elsewhere")
    assert Path(said["path"]).samefile(checkout)


def test_the_way_of_every_command_loads_nothing_that_only_a_set_up_needs(checkout):
    make_venv(checkout)
    write_stamp(checkout)
    assert json.loads(run(checkout, "check").stdout)["loaded"] == []


def test_an_environment_of_ones_own_is_used_when_all_versions_are_right(checkout):
    # This interpreter runs the tests, so it has everything; the copy has no .venv.
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "test"],
        cwd=checkout,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
    )
    assert Path(json.loads(done.stdout)["prefix"]).samefile(sys.prefix)
    assert not (checkout / ".venv").exists()


def test_requirements_are_met_only_at_their_pinned_versions(here, checkout):
    assert here.requirements_met("")
    assert here.requirements_met("development")
    constraints = checkout / "constraints.txt"
    pinned = constraints.read_text(encoding="utf-8")
    constraints.write_text(re.sub(r"^rich==.*$", "rich==0.1", pinned, flags=re.M), encoding="utf-8")
    assert not here.requirements_met("")


def test_requirements_are_not_met_when_one_is_not_installed(here, checkout):
    project = checkout / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace('    "rich",', '    "rich",\n    "nowhere-to-be-found",'), encoding="utf-8")
    assert not here.requirements_met("")


def test_an_extra_within_an_extra_counts(here, checkout):
    project = checkout / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace("instructor = [", 'instructor = [\n    "nowhere-to-be-found",'), encoding="utf-8")
    assert here.requirements_met("")
    assert not here.requirements_met("development")


# The stamp


def test_a_stamp_fits_its_own_extras_and_the_learners_set(here):
    here.write_stamp("development")
    stamp = here.read_stamp()
    assert here.stamp_fits(stamp, "") and here.stamp_fits(stamp, "development")
    assert not here.stamp_fits(stamp, "mutation")


def test_no_stamp_and_an_unfinished_one_fit_nothing(here):
    assert not here.stamp_fits(here.read_stamp(), "")
    assert not here.stamp_fits(setup_environment.UNFINISHED, "")


def test_a_stamp_of_another_python_does_not_fit(here):
    here.write_stamp()
    stamp = here.read_stamp()
    assert not here.stamp_fits(stamp.replace(here.python_version(), "3.9"), "")


@pytest.mark.parametrize(
    ("name", "old", "new", "changes"),
    [
        ("constraints.txt", "rich==", "rich==1", True),
        ("pyproject.toml", '"rich",', '"rich", "pyyaml",', True),
        ("pyproject.toml", "line-length = 120", "line-length = 100", False),
    ],
)
def test_a_changed_pin_makes_the_stamp_stale_and_a_tools_setting_does_not(here, checkout, name, old, new, changes):
    here.write_stamp()
    stamp, path = here.read_stamp(), checkout / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert here.stamp_fits(stamp, "") is not changes


def test_every_extra_that_a_command_needs_exists_and_has_its_cost_stated():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for extra in extras().values():
        assert re.search(rf"^{extra} = \[", project, flags=re.M), extra
        assert extra in install.COST


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        ([], ""),
        (["check", "5"], ""),
        (["check", "test"], ""),
        (["test", "-x"], "development"),
        (["--help", "test"], "development"),
        (["check", "5", "--sandbox", "local", "--from", "x"], ""),
        (["check", "--from", "exercises"], ""),
        (["check", "--from", str(ROOT / "solutions")], ""),
        (["capstone", "--python", "pypy3"], ""),
        (["update", "--from", "x"], ""),
    ],
)
def test_the_command_decides_which_extra_is_needed(arguments, extra):
    assert setup_environment.extra_needed(arguments) == extra


def every_parameter():
    """Each command that there is, as it is typed, and typer's own parameters of it."""
    for name, command in every_command(app).items():
        inside = command.commands if isinstance(command, TyperGroup) else {"": command}
        for second, each in inside.items():
            yield f"{name} {second}".split(), each


def test_help_without_any_package_has_all_that_the_usual_help_has():
    script = (
        f"import json, sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from autograder.commands.help_before_setup import help_text\n"
        "print(json.dumps([help_text(words) for words in json.loads(sys.argv[1])]))"
    )
    everything = [*every_parameter()]
    command = [BASE_PYTHON, "-IS", "-c", script, json.dumps([words for words, _ in everything])]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    texts = json.loads(ended.stdout)
    assert len(texts) == len(everything)
    said = {}
    for (words, known), printed in zip(everything, texts):
        said[" ".join(words)] = text = " ".join(printed.split())
        assert text.startswith(f"Usage: python -m autograder {' '.join(words)} [OPTIONS]"), words
        assert " ".join(known.help.split()) in text, words
        for parameter in known.params:
            for name in (*parameter.opts, *parameter.secondary_opts) if parameter.param_type_name == "option" else ():
                assert name in text, (words, name)
            assert " ".join((getattr(parameter, "help", "") or "").split()) in text, (words, parameter.name)
    assert len(said) > 45


def test_help_installs_nothing(checkout):
    shutil.copy(ROOT / "autograder" / "commands" / "help_before_setup.py", checkout / "autograder" / "commands")
    table = (ROOT / "autograder" / "bundle" / "student" / "table.py").read_text(encoding="utf-8")
    (checkout / "autograder" / "command_table" / "table.py").write_text(table, encoding="utf-8")
    source = "@app.command()\ndef check(part: Annotated[int, typer.Option(help='Which.')]):\n    'Checks.'\n"
    (checkout / "autograder" / "cli.py").write_text(source, encoding="utf-8")
    command = [BASE_PYTHON, "-S", "-m", "autograder"]
    ended = subprocess.run(
        [*command, "check", "--help"], cwd=checkout, capture_output=True, encoding="utf-8", check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Usage: python -m autograder check [OPTIONS]" in ended.stdout and "--part <int>" in ended.stdout
    assert not (checkout / ".venv").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="Other systems have no sandbox for other people's code.")
@pytest.mark.parametrize(
    "words",
    ["check 5 --from ..", "check --from=..", "check --sandbox strict", "capstone --from ..", "check --from a b"],
)
def test_other_peoples_code_gets_what_its_sandbox_needs(words, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert setup_environment.extra_needed(words.split(" ")) == "instructor"


# Bringing it up to date


def test_a_changed_pin_is_installed_with_the_extras_that_were_there(checkout):
    make_venv(checkout)
    write_stamp(checkout, "mutation")
    with open(checkout / "constraints.txt", "a", encoding="utf-8") as file:
        file.write("nowhere==1\n")
    done = run(checkout, "test")
    assert json.loads(done.stdout)["arguments"] == ["test"]
    assert "Bringing .venv up to date (" in done.stderr and "done in" in done.stderr
    (call,) = calls_of_pip(checkout)
    assert call.endswith("install -c constraints.txt --editable .[development,mutation]")
    assert run(checkout, "check").stderr == "", "the second command finds everything in place"
    assert len(calls_of_pip(checkout)) == 1


def test_an_extra_that_came_with_another_is_not_installed_again(here, monkeypatch):
    monkeypatch.setenv(invocation.CALLED_AS, "python -m autograder")  # which it sets for all that follows
    monkeypatch.setattr(here, "VENV", sys.prefix)  # as if this environment, with all that tests need, were the copy's
    here.write_stamp("development")
    assert here.missing_extra(["grade"]) is None
    assert here.stamp_fits(here.read_stamp(), "classroom") and here.stamp_fits(here.read_stamp(), "development")
    with open(here.STAMP, "w", encoding="utf-8") as file:
        file.write(setup_environment.UNFINISHED)
    assert here.missing_extra(["grade"]) == "classroom"


def test_the_learners_set_is_asked_for_without_an_extra(checkout):
    make_venv(checkout)
    assert run(checkout, "check").returncode == 7
    (call,) = calls_of_pip(checkout)
    assert call.endswith("install -c constraints.txt --editable .")


def test_a_failed_update_says_what_failed_and_is_tried_again(checkout):
    make_venv(checkout)
    write_stamp(checkout)
    before = stamp_of(checkout)
    done = run(checkout, "test", FAKE_PIP_STATUS="3")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Set-up failed: `pip` ended with status 3.\n  ERROR: no \\u2014 such thing\n" in done.stderr
    assert "If this machine is offline, connect it" in done.stderr
    assert stamp_of(checkout) == before, "what was there before still serves the learner's commands"
    assert run(checkout, "check").returncode == 7
    assert run(checkout, "test").returncode == 7
    assert len(calls_of_pip(checkout)) == 2


def test_two_commands_at_once_set_up_once(checkout):
    make_venv(checkout)
    both = [
        subprocess.Popen(
            command(checkout, "check"), env=environment(FAKE_PIP_SECONDS="1"), stdout=subprocess.PIPE, cwd=checkout
        )
        for _ in range(2)
    ]
    assert [json.loads(process.communicate(timeout=300)[0])["arguments"] for process in both] == [["check"], ["check"]]
    assert len(calls_of_pip(checkout)) == 1


@pytest.mark.skipif(WINDOWS, reason="a signal to one process is another thing on Windows")
def test_an_interrupted_set_up_is_not_taken_for_a_finished_one(checkout):
    make_venv(checkout)
    # A program that a shell started in the background ignores Ctrl-C, and so would what it starts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        command(checkout, "check"),
        cwd=checkout,
        env=environment(FAKE_PIP_SECONDS="60"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    signal.signal(signal.SIGINT, before)
    deadline = time.monotonic() + 300
    while not calls_of_pip(checkout) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)  # what Ctrl-C does: everybody gets it
    stdout, stderr = process.communicate(timeout=300)
    assert (process.returncode, stdout) == (2, "")
    assert stderr.endswith("\nSet-up interrupted. Run the same command again to start over.\n")
    assert "Traceback" not in stderr
    assert stamp_of(checkout) == setup_environment.UNFINISHED


# From nothing


def test_the_interpreter_that_makes_venv_is_in_no_virtual_environment_itself():
    code = "import sys; print(sys.prefix == sys.base_prefix)"
    done = subprocess.run([BASE_PYTHON, "-c", code], capture_output=True, encoding="utf-8")
    assert done.stdout.strip() == "True"


@pytest.mark.skipif(WINDOWS, reason="there a running interpreter can't be deleted; the message says to delete .venv")
@pytest.mark.slow
def test_an_unfinished_venv_is_replaced_even_by_its_own_interpreter(checkout):
    venv = make_venv(checkout)
    (venv / "set-up.txt").write_text(setup_environment.UNFINISHED, encoding="utf-8")
    (venv / "left over").touch()
    typed = [venv / "bin" / "python", checkout / "autograder", "check"]
    done = subprocess.run(typed, cwd=checkout, env=environment(), capture_output=True, encoding="utf-8")
    assert "Set-up failed: `pip` ended with status 1." in done.stderr
    assert not (venv / "left over").exists()


def test_before_jupyterlab_is_installed_it_says_so_and_how_to_read_a_lesson_without_it(checkout):
    make_venv(checkout)
    write_stamp(checkout)
    said = run(checkout, "notebooks").stderr
    assert said.startswith("Notebooks need JupyterLab, which is installed now. To read a lesson without it: ")
    assert " lesson\nBringing .venv up to date (about 325 MB in total, " in said


def test_after_an_interruption_it_starts_from_nothing_and_offline_it_fails_with_a_sentence(checkout):
    venv = make_venv(checkout)
    (venv / "set-up.txt").write_text(setup_environment.UNFINISHED, encoding="utf-8")
    (venv / "left over").touch()
    done = run(checkout, "check")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Setting up .venv, needed once (about ")
    assert "Set-up failed: `pip` ended with status 1.\n  ERROR: " in done.stderr
    assert "If this machine is offline, connect it" in done.stderr
    assert "Then run the same command again." in done.stderr
    assert "Traceback" not in done.stderr
    assert not (venv / "left over").exists()
    assert stamp_of(checkout) == setup_environment.UNFINISHED, "so that it starts from nothing again"


@pytest.mark.skipif(sys.platform != "linux", reason="Other systems name folders in Unicode only.")
def test_a_folder_whose_name_is_not_utf_8_is_named_as_the_reason(checkout, tmp_path):
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    shutil.copytree(checkout, folder)
    done = run(folder, "check", PYTHONUTF8="0", LC_ALL="C.UTF-8")
    assert done.returncode == 2 and r"caf\udce9' is not UTF-8. Rename it" in done.stderr
    assert not (folder / ".venv").exists()


def test_a_file_system_without_locks_is_not_taken_for_another_set_up(tmp_path, monkeypatch, capsys):
    def refuse(descriptor, wait=False):
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(install, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(install, "lock", refuse)
    with pytest.raises(SystemExit) as ended:
        install.install("")
    said = capsys.readouterr().err
    assert ended.value.code == 2 and "Set-up failed:" in said and "Waiting" not in said


def test_a_set_up_from_nothing_counts_as_unfinished_from_its_first_step(here, checkout, monkeypatch):
    venv = checkout / ".venv"
    venv.rmdir()
    for name, path in (("VENV", venv), ("STAMP", venv / "set-up.txt"), ("VENV_PYTHON", venv / "bin" / "python")):
        monkeypatch.setattr(install, name, str(path))
    steps = []
    monkeypatch.setattr(install, "_run", lambda command, _: steps.append((command[2], here.read_stamp())))
    install._install("")
    assert steps == [("venv", setup_environment.UNFINISHED), ("pip", setup_environment.UNFINISHED)]
    assert here.stamp_fits(here.read_stamp(), "")


def test_a_venv_that_is_none_is_refused_rather_than_tried_for_ever(checkout):
    venv = make_venv(checkout)
    write_stamp(checkout)
    (venv / "pyvenv.cfg").unlink()
    done = run(checkout, "check")
    assert done.returncode == 2
    assert "is not a working virtual environment: delete that folder" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"), [("check 0 --exit-zero", "Part 0"), ("sandbox", "strict"), ("lint", "All checks passed")]
)
def test_a_fresh_clone_in_an_empty_home_needs_one_command(tmp_path, words, said):
    home = tmp_path / "une maison à part"
    clone = home / "le GPT"
    home.mkdir()
    subprocess.run(["git", "clone", "-q", ROOT, clone], check=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AUTOGRADER_", "PYTHON"))}
    changes = {"HOME": str(home), "USERPROFILE": str(home), "PIP_NO_CACHE_DIR": "1"}
    done = subprocess.run(
        [BASE_PYTHON, "-m", "autograder", *words.split()],
        cwd=clone,
        env={**kept, **changes},
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    size = sum(path.stat().st_size for path in (clone / ".venv").rglob("*") if not path.is_symlink()) / 1e6
    assert done.returncode == 0, done.stderr
    assert said in done.stdout
    stated = int(re.search(r"about (\d+) MB", done.stderr)[1])
    assert 0.7 * stated < size < 1.2 * stated, "the size that the set-up states"
    status = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, encoding="utf-8")
    assert status.stdout == "", "git ignores all that the set-up leaves"


# How commands are named


@pytest.mark.parametrize(
    ("called_as", "given", "expected"),
    [
        (None, ("check", 5), "python -m autograder check 5"),
        ("make", ("check", 5), "make check part=5"),
        ("make", ("check",), "make check"),
        ("make", ("check", "5.2"), "make check part=5.2"),
        ("python3 -m autograder", ("check", "5.2"), "python3 -m autograder check 5.2"),
    ],
)
def test_messages_name_a_command_in_the_form_that_the_user_used(monkeypatch, called_as, given, expected):
    monkeypatch.delenv(invocation.CALLED_AS, raising=False)
    if called_as:
        monkeypatch.setenv(invocation.CALLED_AS, called_as)
    assert invocation.command(*given) == expected


@pytest.mark.skipif(os.name == "nt", reason="The shell of Windows has other quotes.")
@pytest.mark.parametrize("called_as", ["python -m autograder", "make"])
@pytest.mark.parametrize("key", ["request", "other"])
@pytest.mark.parametrize(
    "value", ["a$(touch x)b", "a`touch x`b", "a;b", "a|b", 'a"b', "a'b $x", "a&b", "a\nb", "*", "~", "ada b"]
)
def test_no_value_in_a_command_is_more_than_a_value_to_a_shell(monkeypatch, called_as, key, value):
    monkeypatch.setenv(invocation.CALLED_AS, called_as)
    words = shlex.split(invocation.command("appeals", **{key: value}))
    if called_as != "make":
        assert words[-2:] == [f"--{key}", value]
    elif key == "request":
        assert words == ["make", "appeals", f"request={value}"]
    else:
        assert words[:2] == ["make", "appeals"] and shlex.split(words[2].removeprefix("args=")) == ["--other", value]


def test_options_are_named_in_either_form(monkeypatch):
    options = {"fast": True, "steps": 10, "data": "mes noms.txt", "from_": "a folder", "as_is": None, "json": False}
    monkeypatch.delenv(invocation.CALLED_AS, raising=False)
    said = 'python -m autograder train --fast --steps 10 --data "mes noms.txt" --from "a folder"'
    assert invocation.command("train", **options) == said
    monkeypatch.setenv(invocation.CALLED_AS, "make")
    said = 'make train fast=1 steps=10 data="mes noms.txt" args=\'--from "a folder"\''
    assert invocation.command("train", **options) == said


@pytest.mark.parametrize(
    ("given", "with_make", "without"),
    [
        (("part", 5), "part=5", "--part 5"),
        (("worksheet", "FILE"), "worksheet=FILE", "--worksheet FILE"),
        (("remove-absent",), "args='--remove-absent'", "--remove-absent"),
        (("submitted-at", "a b"), "args='--submitted-at \"a b\"'", '--submitted-at "a b"'),
    ],
)
def test_one_option_is_named_as_the_user_types_it(monkeypatch, given, with_make, without):
    monkeypatch.setenv("AUTOGRADER_CALLED_AS", "python3 -m autograder")
    assert invocation.option(*given) == without
    monkeypatch.setenv("AUTOGRADER_CALLED_AS", "make")
    assert invocation.option(*given) == with_make


def test_what_the_user_typed_is_handed_on_to_messages(checkout):
    make_venv(checkout)
    write_stamp(checkout)
    typed = [BASE_PYTHON, "-m", "autograder", "check"]
    done = subprocess.run(typed, cwd=checkout, env=environment(), capture_output=True, encoding="utf-8")
    name = os.path.basename(BASE_PYTHON).removesuffix(".exe")
    assert json.loads(done.stdout)["called_as"] == f"{name} -m autograder", "no path that nobody typed"
    done = run(checkout, "check", **{invocation.CALLED_AS: "make"})
    assert json.loads(done.stdout)["called_as"] == "make"


def test_every_command_shows_an_example_that_calls_it():
    for name, each in every_command(app).items():
        commands = each.commands.items() if isinstance(each, TyperGroup) else [("", each)]
        for below, it in commands:
            call = f"{name} {below}".strip()
            assert f"Example: python -m autograder {call}" in (it.callback.__doc__ or ""), call


def test_the_table_has_each_command_with_its_module_and_its_extra():
    for module in set(modules().values()):
        group = typer.main.get_group(
            importlib.import_module(f"autograder.commands.{module}" if module else "autograder.cli").app
        )
        own = typer.main.get_group(app).commands if not module else group.commands
        names = {f"{group_in(module) or ''} {name}".strip() for name in own}
        assert names == {command.name for command in commands() if command.module == module}, module
    for name in modules():
        assert {command.extra for command in commands() if command.name.split()[0] == name} == {extras().get(name, "")}


def test_a_check_loads_no_other_commands():
    code = "import sys, typer; from autograder.cli import app; typer.main.get_command(app).get_command(None, 'check'); "
    code += "print(*sorted(name for name in sys.modules if name.startswith('autograder.commands.')))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["autograder.commands.lazy_group"]


def test_a_misspelt_command_is_told_the_nearest_of_all_commands():
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "progres"], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 2 and "Did you mean 'progress'" in done.stderr
