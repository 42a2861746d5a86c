"""What works on Linux only, or on a console in UTF-8 only, is banned: Windows and macOS are not at hand to run it."""

import ast
import re
import sys
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("autograder", "notebook_tools", "solutions", "datasets", "experiments")
OURS = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
TABLES = sorted((ROOT / "autograder").rglob("*.toml"))

# What does one of these things on purpose, and why it does no harm.
ALLOWED = {
    "fork": {
        "autograder/sandbox/attacks.py": "tries it in the strict sandbox, which is Linux only",
        "autograder/sandbox/worker.py": "for a class, in the strict sandbox, which is Linux only",
        "autograder/sandbox/fork_server.py": "asks that worker for it",
        "autograder/intake/isolated_reader.py": "where os has it; elsewhere one process reads all",
    },
    "select": {"autograder/intake/isolated_reader.py": "waits for a process that it has forked"},
    "resource": {
        "autograder/sandbox/worker.py": "imports it where limits are set, and does without where there is none",
        "autograder/sandbox/attacks.py": "tries it in the strict sandbox, which is Linux only",
        "autograder/intake/isolated_reader.py": "imports it where limits are set, and does without where there is none",
        "autograder/intake/git_clones.py": "imports it where there is one, and does without elsewhere",
    },
}

# Characters beyond ASCII that strings may hold, and why no console sees one that it lacks.
ALLOWED_CHARACTERS = {
    "autograder/render/loss_curve.py": "•│└─",  # drawn when the caller says that the console has them
    "autograder/training.py": "•│└─",  # asks the console for them
    "autograder/leaderboard/invented_names.py": "аеорсухікмтвнԁѕјԛԝһӏαβγεηικνορτυχıſƽ",  # compared, not shown
    "autograder/leaderboard/board_page.py": "\u00b1\u2013\u2212",  # signs in the web page
    "autograder/learner/hint_steps.py": "\u00b7",  # replaced by an asterisk
    "autograder/notebooks/lesson_page.py": "\ue000\ue001",  # stand for formulas, and are replaced
    "autograder/classroom/written_answer.py": "\xa0",  # replaced by a space
    "autograder/parts/part02/files.py": "ë",  # for a data file; print_lines escapes what is shown of it
    # In pictures. picture.show prints their text alternative with what the console has.
    "notebook_tools/bars.py": "−",
    "notebook_tools/chart.py": "²³¹⁰⁴⁵⁶⁷⁸⁹⁻−",
    "notebook_tools/graph.py": "·×÷−",
    "notebook_tools/histograms.py": "→",
    "notebook_tools/means.py": "×→",
    "notebook_tools/products.py": "·",
    "notebook_tools/shapes.py": "×",
    "notebook_tools/slices.py": "√−",
    "notebook_tools/svg.py": "°²³·¹½éΣβδεσ–’“”…⁰⁴⁵⁶⁷⁸⁹⁻ⁿ₀₁₂∂−√∞",
    "notebook_tools/walks.py": "·×→",
    # In pages and pictures. print_lines escapes what a console lacks.
    "experiments/depth_and_width.py": "×",
    "experiments/nonsense.py": "±",
    "experiments/run.py": "±",
    "experiments/words.py": "±",
}

# Docstrings are for readers of the code, except these: the help, the sentences of checks, the calls that probes show.
PRINTED_DOCSTRINGS = re.compile(r"autograder/(cli\.py|.*commands\.py|parts/.*)")

# `x.open(...)` is Path.open unless x is one of these, which have no encoding.
OTHER_OPEN = {"os", "tarfile", "zipfile", "webbrowser", "archive", "bundle"}


def findings(source: str, path: str) -> list[str]:
    """What is banned in this source: a kind and a line each, such as "fork:3"."""
    tree = ast.parse(source)
    found = []
    for node in ast.walk(tree):
        for kind in _kinds(node):
            if path not in ALLOWED.get(kind, ()):
                found.append(f"{kind}:{node.lineno}")
    return found + _non_ascii(tree, path)


def _kinds(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [kind for alias in node.names if (kind := _module(alias.name))]
    if isinstance(node, ast.ImportFrom):
        kinds = [_module(node.module or "")]
        kinds += ["fork" for alias in node.names if node.module in ("os", "pty") and "fork" in alias.name]
        return [kind for kind in kinds if kind]
    if isinstance(node, ast.Attribute) and node.attr in ("fork", "forkpty"):
        return ["fork"]
    if isinstance(node, ast.Call):
        return _call(node)
    return []


def _module(name: str) -> str | None:
    top = name.partition(".")[0]
    return {"select": "select", "selectors": "select", "resource": "resource"}.get(top)


def _call(call: ast.Call) -> list[str]:
    """A call that reads or writes text in the encoding of whoever's machine it is."""
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    owner = call.func.value.id if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) else ""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if "encoding" in given or None in given:  # **options may hold it
        return []
    if name == "read_text":
        return [] if call.args else ["encoding"]
    if name == "write_text":
        return [] if len(call.args) > 1 else ["encoding"]
    if name == "open" and owner not in OTHER_OPEN:
        is_path = isinstance(call.func, ast.Attribute) and owner != "io"
        return [] if _is_binary(call, given, 0 if is_path else 1, "r") else ["encoding"]
    if name == "fdopen":
        return [] if _is_binary(call, given, 1, "r") else ["encoding"]
    if name in ("NamedTemporaryFile", "TemporaryFile", "SpooledTemporaryFile"):
        return [] if _is_binary(call, given, 0, "w+b") else ["encoding"]
    if any(isinstance(given.get(key), ast.Constant) and given[key].value for key in ("text", "universal_newlines")):
        return ["encoding"]  # subprocess
    return []


def _is_binary(call: ast.Call, given: dict, position: int, default: str) -> bool:
    mode = given.get("mode", call.args[position] if len(call.args) > position else ast.Constant(default))
    return isinstance(mode, ast.Constant) and "b" in str(mode.value)


def _non_ascii(tree: ast.Module, path: str) -> list[str]:
    """Strings with more than ASCII in them that may be printed: `non-ascii:line`."""
    silent = set()
    if not PRINTED_DOCSTRINGS.fullmatch(path):
        for node in ast.walk(tree):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.body:
                first = node.body[0]
                if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                    silent.add(first.value)
    return [
        f"non-ascii:{node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in silent
        if not _without(node.value, ALLOWED_CHARACTERS.get(path, "")).isascii()
    ]


def _without(text: str, characters: str) -> str:
    return "".join(character for character in text if character not in characters)


def _sentences(value: object) -> list[str]:
    """All strings in a table, except the edits of the reference that misconceptions are made with."""
    if isinstance(value, dict):
        return [text for key, item in value.items() if key not in ("find", "replace") for text in _sentences(item)]
    if isinstance(value, list):
        return [text for item in value for text in _sentences(item)]
    return [value] if isinstance(value, str) else []


# What we ship


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_our_code_does_nothing_that_one_system_or_console_lacks(path):
    assert findings(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()) == []


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_sentences_in_tables_can_be_printed_on_any_console(path):
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    assert [sentence for sentence in _sentences(table) if not sentence.isascii()] == []


def test_every_exception_is_still_needed():
    for kind, files in ALLOWED.items():
        for path in files:
            source = (ROOT / path).read_text(encoding="utf-8")
            assert any(item.startswith(kind) for item in findings(source, "elsewhere.py")), f"{kind} in {path}"
    for path, characters in ALLOWED_CHARACTERS.items():
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        strings = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        assert set(characters) <= set("".join(text for text in strings if isinstance(text, str))), path


# The bans bite


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os\nos.fork()", ["fork:2"]),
        ("from os import fork", ["fork:1"]),
        ("run = os.fork", ["fork:1"]),
        ("import select", ["select:1"]),
        ("from selectors import DefaultSelector", ["select:1"]),
        ("import json, resource", ["resource:1"]),
        ("def limit():\n    from resource import setrlimit", ["resource:2"]),
        ("open(path)", ["encoding:1"]),
        ("open(path, 'w')", ["encoding:1"]),
        ("open(path, mode)", ["encoding:1"]),
        ("io.open(path)", ["encoding:1"]),
        ("path.open()", ["encoding:1"]),
        ("(folder / 'a').open('a')", ["encoding:1"]),
        ("path.read_text()", ["encoding:1"]),
        ("path.write_text(content)", ["encoding:1"]),
        ("os.fdopen(descriptor)", ["encoding:1"]),
        ("NamedTemporaryFile('w')", ["encoding:1"]),
        ("subprocess.run(command, text=True)", ["encoding:1"]),
        ("print('r²')", ["non-ascii:1"]),
        ("print(f'{x} × {y}')", ["non-ascii:1"]),
    ],
)
def test_a_ban_bites_on(source, expected):
    assert findings(source, "autograder/sample.py") == expected


@pytest.mark.parametrize(
    "source",
    [
        "import sys",
        "open(path, encoding='utf-8')",
        "open(path, 'rb')",
        "open(path, mode='ab')",
        "path.open('rb')",
        "path.open(encoding='utf-8')",
        "path.read_text('utf-8')",
        "path.write_text(content, 'utf-8')",
        "path.read_bytes()",
        "os.open(path, flags)",
        "tarfile.open(path)",
        "os.fdopen(descriptor, 'rb')",
        "NamedTemporaryFile()",
        "subprocess.run(command, text=True, encoding='utf-8')",
        "subprocess.run(command)",
        "'''Shapes: B × T.'''\nx = 1  # 4·n",
        "print('plain')",
    ],
)
def test_no_ban_bites_on(source):
    assert findings(source, "autograder/sample.py") == []


def test_docstrings_that_are_printed_count_as_printed():
    source = "def check():\n    '''n × n.'''"
    assert findings(source, "autograder/cli.py") == ["non-ascii:2"]
    assert findings(source, "autograder/parts/part03/test_public.py") == ["non-ascii:2"]
    assert findings(source, "autograder/model.py") == []
