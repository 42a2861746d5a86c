"""What a learner reads when something odd happens: through the real command line, on part 3."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import ROOT, SOLUTIONS
from autograder.grading import session
from autograder.sandbox import SandboxUnavailable, strict_tier

SOLUTION = (SOLUTIONS / "part03_layers.py").read_text(encoding="utf-8")
FIRST_LINE = "    return [sum("
SQUARE = "def square(x):\n    return x * x\n\n\n"
FUTURE = "from __future__ import annotations\n"


def check(folder: Path, *options: str, target: str = "3", **environment: str) -> subprocess.CompletedProcess:
    """`python -m autograder check TARGET --from FOLDER --seed 1`, its output as bytes."""
    command = [sys.executable, "-m", "autograder", "check", target, "--from", str(folder), "--seed", "1", *options]
    settings = {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, cwd=ROOT, env=settings, stdin=subprocess.DEVNULL, timeout=600)


def checked(tmp_path: Path, source: str | bytes) -> tuple[int, str]:
    """Exit status and printed text of a check of this source in a local worker, by the command in this process."""
    content = source.encode("utf-8") if isinstance(source, str) else source
    (tmp_path / "part03_layers.py").write_bytes(content)
    command = ["check", "3", "--from", str(tmp_path), "--seed", "1", "--sandbox", "local"]
    answer = CliRunner().invoke(app, command)
    assert answer.stderr == "" and isinstance(answer.exception, (SystemExit, type(None))), answer.stderr
    return answer.exit_code, answer.stdout


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """An import that never ends is ended after a second of processor time, where `checked` runs it."""
    monkeypatch.setattr(session, "LOADING", 1.0)


def in_linear(line: str) -> str:
    return SOLUTION.replace(FIRST_LINE, f"    {line}\n{FIRST_LINE}", 1)


def at_the_top(line: str) -> str:
    return SOLUTION.replace(FUTURE, f"{FUTURE}{line}\n", 1)


def line_of(source: str, text: str) -> int:
    return next(number for number, line in enumerate(source.split("\n"), 1) if text in line)


SITUATIONS = {
    "a syntax error": (
        SOLUTION.replace("return [sum(", "return [sum((", 1),
        "return [sum((",
        [
            "Python can't read the file: closing parenthesis ']' does not match",
            "Look at that line and the one above it.",
        ],
    ),
    "a wrong indentation": (
        SOLUTION.replace("    largest =", "  largest =", 1),
        "  largest =",
        ["Python can't read the file: unindent does not match any outer indentation level."],
    ),
    "a missing name": (
        SOLUTION.replace("def linear(", "def linaer("),
        None,
        [
            "Your file lacks a name that this check needs",
            "no attribute 'linear'",
            "Your file has linaer, but no linear.",
        ],
    ),
    "too few arguments": (
        SOLUTION.replace("def linear(x: list[Value], w: list[list[Value]])", "def linear(x)"),
        "def linear(x)",
        [
            "Your code raised TypeError: linear() takes 1 positional argument but 2 were given.\n",
            "Likely:     Call it like this: linear(x, w).\n",
        ],
    ),
    "too many arguments": (
        SOLUTION.replace("def linear(x: list[Value], w: list[list[Value]])", "def linear(x, w, bias)"),
        "def linear(x, w, bias)",
        ["linear() missing 1 required positional argument: 'bias'.\n", "Call it like this: linear(x, w)."],
    ),
    "no return": (
        SOLUTION.replace(FIRST_LINE, "    [sum(", 1),
        "    [sum(",
        [
            "The check can't use what your code returned",
            "'NoneType'",
            "computes a value that is never used: is a return",
        ],
    ),
    "brackets that make a generator": (
        SOLUTION.replace("zip(row, x)) for row in w]", "zip(row, x)) for row in w)").replace(
            FIRST_LINE, "    return (sum("
        ),
        "def linear(",
        ["The check can't use what your code returned", "It is a generator: write [...] instead of (...)"],
    ),
    "Values that are compared": (in_linear("max(x)"), "max(x)", ["Compare the numbers in them, their .data."]),
    "a ReLU by max": (in_linear("max(0, x[0])"), "max(0, x[0])", ["max(0, x) of a Value is x.relu(), which keeps"]),
    "a Value for math": (
        in_linear("import math; math.sqrt(x[0])"),
        "math.sqrt(x[0])",
        [
            "must be real number, not Value.\n",
            "import math; math.sqrt(x[0])\n",
            "math is for plain numbers: a Value has .exp() and .log()",
        ],
    ),
    "an import of a later part": (
        at_the_top("from part05_gpt import gpt"),
        "from part05_gpt",
        ["No module named 'part05_gpt'. This part may use: part01_autograd."],
    ),
    "a name of another part that is spelt wrong": (
        SOLUTION.replace("import Value", "import Valeu", 1),
        "import Valeu",
        ["cannot import name 'Valeu' from 'part01_autograd'. Of part01_autograd this part may use: Value."],
    ),
    "an endless loop": (
        in_linear("while len(w) == 2: pass"),
        "def linear(",
        ["Your code did not answer in time: no answer after", "Is there a loop that never ends?"],
    ),
    "an endless loop at import": (
        at_the_top("while True: pass"),
        None,
        [
            "Nothing could be checked:",
            "Importing the file did not end (no answer after",
            "Likely:     Is there a loop outside the functions?\n"
            "                Code outside functions runs whenever the file is imported.\n",
        ],
    ),
    "an endless recursion": (
        in_linear("return linear(x, w)"),
        None,
        ["RecursionError: maximum recursion depth exceeded."],
    ),
    "two gigabytes at import": (
        at_the_top("table = [bytes(1024 ** 2) for _ in range(2048)]"),
        "table =",
        ["Your code used more memory than is allowed", "Is there a list that grows without end?"],
    ),
    "two gigabytes in a call": (
        in_linear("table = [bytes(1024 ** 2) for _ in range(2048)]"),
        "table =",
        ["Your code used more memory than is allowed"],
    ),
    "input() at import": (
        at_the_top("name = input('Your name? ')"),
        "name = input",
        [
            "Your file can't be imported: it raised EOFError: input() cannot be used here",
            "Remove it, or put it below: if __name__",
        ],
    ),
    "input() in a call": (
        in_linear("input('Your name? ')"),
        "input('Your name? ')",
        ["EOFError: input() cannot be used here: nobody is at the keyboard while the code is checked."],
    ),
    "sys.exit() at import": (
        SOLUTION + "\nimport sys\nsys.exit()\n",
        "sys.exit()",
        [
            "Your code ended the program: the code called sys.exit(). "
            "A module that others import must not end the program: remove that call."
        ],
    ),
    "exit() in a call": (in_linear("exit(3)"), "exit(3)", ["Your code ended the program"]),
    "os._exit() at import": (
        at_the_top("import os; os._exit(0)"),
        None,
        ["Your code ended the program", "part03_layers.py\n"],
    ),
    "a crash": (
        in_linear("import ctypes; ctypes.string_at(0)"),
        "def linear(",
        ["Your code failed: the interpreter crashed", "Is there a recursion that never ends?"],
    ),
    "nesting without end": (
        "x = " + "(" * 30_000 + ")" * 30_000,
        "x =",
        ["Python can't read the file: too many nested"],
    ),
    "more nesting": ("x = " + "-" * 60_000 + "1", None, ["Python can't read the file: it is nested too deeply"]),
    "null bytes": ("x = 1\0", None, ["The file is not plain text: it contains null bytes. Save it as UTF-8 text."]),
    "UTF-16": ("x = 1".encode("utf-16"), None, ["it contains null bytes. Save it as UTF-8 text."]),
    "Latin-1": (
        "# caf\u00e9".encode("latin-1"),
        None,
        ["The file is not UTF-8 text, which Python needs: save it as"],
    ),
    "ten megabytes": ("#" * 10_000_000, None, ["bytes; at most 65,536 are allowed."]),
    "an import of torch": (
        at_the_top("import torch"),
        "import torch",
        ["imports torch: the course uses Python's standard"],
    ),
}


@pytest.mark.skipif(os.name != "posix", reason="Windows has no limits of memory for one process")
@pytest.mark.parametrize(("source", "line", "words"), SITUATIONS.values(), ids=SITUATIONS)
def test_an_odd_file_is_answered_with_what_happened_and_where(tmp_path, source, line, words):
    status, said = checked(tmp_path, source)
    assert status == 1
    for sentence in words:
        assert sentence in said, said
    if line is not None:
        assert f"part03_layers.py, line {line_of(source, line)}\n" in said, said
    assert "Traceback" not in said
    if "Nothing could be checked:" in said:  # nor is any check worth a line
        assert re.search(r"Next: fix (line \d+ of )?part03_layers\.py, then", said) and "0 of 10 points" in said
    else:
        assert "Next: fix 3.1 linear, then" in said
        assert "0/1 3.1 linear multiplies each row by the vector" in said


def test_a_print_in_a_loop_is_shown_cut_and_costs_nothing(tmp_path):
    status, said = checked(tmp_path, in_linear("for i in range(20_000): print('step', i)"))
    assert (
        status == 0 and "Your code printed:\n  | step 0\n  | step 1\n" in said and len(said) < 5000 and " ...\n" in said
    )


def test_a_missing_file_and_a_missing_folder_are_told_apart(tmp_path):
    answer = check(tmp_path, "--sandbox", "local")
    assert answer.returncode == 1 and b"part03_layers.py is missing." in answer.stdout
    answer = check(tmp_path / "nowhere", "--sandbox", "local")
    assert answer.returncode == 2 and b"nowhere. Use a folder with modules" in answer.stderr and answer.stdout == b""


def test_a_link_to_a_file_elsewhere_is_refused(tmp_path):
    (tmp_path / "part03_layers.py").symlink_to(SOLUTIONS / "part03_layers.py")
    answer = check(tmp_path, "--sandbox", "local")
    assert answer.returncode == 2 and b"is a link to a file outside" in answer.stderr


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii"])
def test_an_old_console_shows_everything_somehow(tmp_path, encoding):
    source = in_linear("print('\u221a \u65e5\u672c \U0001f600 \u00e9'); raise ValueError('\u2264 \U0001f600')")
    (tmp_path / "part03_layers.py").write_text(source, encoding="utf-8")
    answer = check(tmp_path, "--sandbox", "local", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    said = answer.stdout.decode(encoding)
    assert (
        answer.returncode == 1 and answer.stderr == b"" and "ValueError: " in said and "First failing task: 3.1" in said
    )


def test_a_path_with_spaces_and_accents_works(tmp_path):
    folder = tmp_path / "Mes \u00e9tudes, partie 3 (essai)"
    folder.mkdir()
    shutil.copy(SOLUTIONS / "part03_layers.py", folder)
    answer = check(folder, "--sandbox", "local", PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert answer.returncode == 0 and "partie 3 (essai)" in answer.stdout.decode("cp1252")
    answer = check(folder, "--sandbox", "local", "--json")
    assert answer.returncode == 0 and json.loads(answer.stdout)["earned"] == json.loads(answer.stdout)["possible"]


WITHOUT_SANDBOX = """
import runpy, sys
from autograder.sandbox import confine, tiers
from autograder.sandbox.tiers import SandboxUnavailable

def no_landlock(*unused):
    raise SandboxUnavailable("the landlock sandbox cannot be set up: this kernel has no Landlock")

tiers.find_bubblewrap = lambda: None
tiers.PREPARATIONS[tiers.Tier.LANDLOCK] = no_landlock
sys.argv = ["autograder", *sys.argv[1:]]
runpy.run_module("autograder", run_name="__main__")
"""


def test_without_a_sandbox_other_peoples_code_is_refused_unless_local_is_asked_for(tmp_path):
    shutil.copy(SOLUTIONS / "part03_layers.py", tmp_path)

    def run(*options: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-c", WITHOUT_SANDBOX, "check", "3", "--from", str(tmp_path), *options]
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=600)

    refused = run()
    assert refused.returncode == 2 and refused.stdout == ""
    for words in ("No sandbox on this computer can hold other people's code", "bubblewrap is not installed"):
        assert words in refused.stderr
    assert "To see what this machine lacks and how to get it: " in refused.stderr
    assert "Traceback" not in refused.stderr
    assert run("--sandbox", "strict").returncode == 2
    allowed = run("--sandbox", "local")
    assert allowed.returncode == 0 and "10 of 10 points." in allowed.stdout


def test_a_folder_from_elsewhere_is_graded_in_the_strict_sandbox(tmp_path):
    try:
        tier = strict_tier()
    except SandboxUnavailable as error:
        pytest.skip(f"no sandbox for other people's code holds here: {error}")
    shutil.copy(SOLUTIONS / "part03_layers.py", tmp_path)
    answer = check(tmp_path)
    assert answer.returncode == 0 and f"sandbox {tier.value}".encode() in answer.stdout


@pytest.mark.parametrize("words", [("check", "1", "--seed"), ("train", "--steps"), ("leaderboard", "show", "--top")])
def test_a_text_where_a_number_belongs_is_told_in_plain_words(words):
    answer = CliRunner().invoke(app, [*words, "abc"])
    assert answer.exit_code == 2 and "'abc' is not a whole number." in answer.stderr


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        (("roster",), "file= is missing. Type: make roster file=FILE"),
        (("feedback", "x.zip"), "part= is missing. For example: make feedback file=FILE part=5"),
        (("gradescope",), "part= is missing. For example: make gradescope part=5"),
        (("repeat",), "name= is missing. Type: make repeat name=NAME"),
        (("reset",), "part= is missing. For example: make reset part=5"),
        (("template",), "url= is missing. Type: make template url=URL"),
        (("check", "--seed", "x"), "seed= 'x' is not a whole number."),
        (("check", "--sandbox", "foo"), "--sandbox 'foo' is not one of 'local', 'strict'."),
        (("gradescope", "x"), "part= 'x' is not a whole number."),
        (("leaderboard", "show", "--top", "x"), "--top 'x' is not a whole number."),
        (("appeals", "--decide", "perhaps"), "decide= 'perhaps' is not one of 'accept', 'reject'."),
        (("check", "--nope"), "No such option: --nope. See: make check args=--help"),
        (
            ("repeat", "ada/part05", "--class", "nowhere"),
            "There is no ledger nowhere/verdicts/ledger.jsonl. Grade "
            "first, or give the class's folder: make repeat name=ada/part05 class=FOLDER",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_one_sentence_with_the_names_that_make_has(words, typed):
    answer = CliRunner().invoke(app, words, prog_name="python -m autograder", env={"AUTOGRADER_CALLED_AS": "make"})
    assert answer.exit_code == 2 and answer.stderr == f"{typed}\n"


@pytest.mark.parametrize("source", [f"{SQUARE}x = (", f"{SQUARE}while True: pass", f"{SQUARE}1 / 0", "", None])
def test_a_file_that_can_not_be_used_costs_the_points_of_the_task_that_was_asked_for(tmp_path, source):
    """0.1 has one check, so nothing else tells that the file is meant, and not the task."""
    if source is not None:
        (tmp_path / "part00_setup.py").write_text(source, encoding="utf-8")
    command = ["check", "0.1", "--from", str(tmp_path), "--seed", "1", "--sandbox", "local"]
    answer = CliRunner().invoke(app, command).stdout
    assert "Nothing could be checked:" in answer and "0 of 2 points." in answer, answer
    assert "First failing" not in answer and "square gives" not in answer and "Next: fix 0.1" not in answer
