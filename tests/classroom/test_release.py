"""A release holds what students are to get, and nothing that tells them more; a finding stops it."""

from __future__ import annotations

import json
import shutil

import pytest
from helpers.shared_code import leaks
from helpers.submissions import PART, cell
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import SOLUTIONS, part, parts
from autograder.notebooks import release_audit as audits
from autograder.notebooks.lesson_notebooks import SOURCE, notebook_path, notebook_text, read_notebook
from autograder.notebooks.release import RELEASE, ReleaseError, generate, release, stale

SOLUTION_LINE = "return 2 * config.n_layer * length * config.n_embd"


@pytest.fixture
def source(tmp_path):
    shutil.copytree(SOURCE, tmp_path / "source")
    return tmp_path / "source"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The release of one part, to be copied and spoilt."""
    folder = tmp_path_factory.mktemp("release")
    generate(PART, folder)
    return folder / PART.name


@pytest.fixture
def released(made, tmp_path):
    return shutil.copytree(made, tmp_path / PART.name)


def edit(folder, change):
    path = folder / f"{PART.name}.ipynb"
    notebook = read_notebook(path)
    change(notebook)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def without_points(monkeypatch):
    monkeypatch.setattr(audits, "_wrong_points", lambda *_: [])


def test_the_committed_release_is_fresh():
    assert stale(parts(), RELEASE) == [], "run: make release"


def test_no_released_file_has_many_tokens_in_a_row_of_a_solution_or_a_known_mistake():
    files = {str(path): path.read_bytes() for path in RELEASE.rglob("*") if path.is_file()}
    assert leaks(files) == {}
    assert leaks({"part09.py": SOLUTION_LINE.encode("ascii")})


def test_a_release_holds_notebook_stub_tools_and_files(made):
    names = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    assert names == {
        "part09.ipynb", "part09_understanding.py", "notebook_tools.py", "AGENTS.md", "CLAUDE.md", "GEMINI.md",
        "names.txt", "trained_weights.json", "weights.py",
    }  # fmt: skip
    assert "NotImplementedError" in (made / PART.file_name).read_text(encoding="utf-8")


def test_data_and_given_modules_are_released_next_to_the_notebook(tmp_path):
    generate(part(5), tmp_path)
    assert {"weights.py", "trained_weights.json"} <= {path.name for path in (tmp_path / "part05").iterdir()}


def test_an_honest_release_passes_the_audit(made):
    assert audits.audit(made, PART) == []


def answer(folder):
    sentence = next(iter(audits.sample_answers(PART)), None)
    if sentence is None:
        pytest.skip("the sample answers are not written yet")
    edit(folder, lambda n: n["cells"][0].update(source=n["cells"][0]["source"] + "\n\n" + sentence))


def metadata(folder):
    edit(folder, lambda n: n["cells"][1]["metadata"].update(tags=[SOLUTION_LINE]))


def output(folder):
    text = [{"output_type": "stream", "name": "stdout", "text": [SOLUTION_LINE + "\n"]}]
    edit(folder, lambda n: n["cells"][1].update(outputs=text))


def hidden_line(folder):
    line = max(audits.hidden_lines(PART), key=len)
    edit(folder, lambda n: n["cells"][1].update(source=line))


def solution(folder):
    shutil.copy(SOLUTIONS / PART.file_name, folder)


def docstring(folder):
    path = folder / PART.file_name
    path.write_text(path.read_text(encoding="utf-8").replace('"""', f'"""\n    {SOLUTION_LINE}\n', 1), encoding="utf-8")


LEAKS = {
    "a solution": (solution, "a line of solutions/"),
    "a solution's line in a cell": (
        lambda f: edit(f, lambda n: n["cells"][1].update(source=f"  {SOLUTION_LINE}")),
        "solu",
    ),
    "a solution's line in metadata": (metadata, "a line of solutions/"),
    "a solution's line in a docstring of the stub": (docstring, "a line of solutions/"),
    "a short answer in a comment": (
        lambda f: edit(f, lambda n: n["cells"][0].update(source="<!-- return math.exp( loss ) -->")),
        "a line of solutions/",
    ),
    "an output": (output, "what it gave when it ran"),
    "a hidden check": (hidden_line, "a line of a hidden check"),
    "a sample answer": (answer, "a sentence of a sample answer"),
    "a mark": (lambda f: edit(f, lambda n: n["cells"][1].update(source="### BEGIN HIDDEN TESTS")), "a mark of"),
    "unknown metadata": (
        lambda f: edit(f, lambda n: n["cells"][1]["metadata"].update(x=1)),
        "metadata that students don't need",
    ),
    "another file": (lambda f: (f / "test_hidden.py").write_text("", encoding="utf-8"), "does not belong"),
    "a file too few": (lambda f: (f / PART.file_name).unlink(), "is missing"),
}


@pytest.mark.parametrize(
    "text",
    [
        "open(path,encoding='utf-8') as lines: secret()",
        "<code>open(path, encoding=&quot;utf-8&quot;) as&#32;lines: secret()</code>",
        '> `open(path, encoding = "utf-8") as lines: secret()`',
    ],
)
def test_a_line_is_found_however_it_is_spaced_quoted_or_escaped(text, released, monkeypatch):
    without_points(monkeypatch)
    monkeypatch.setattr(
        audits, "hidden_lines", lambda _: {audits.normalised('open(path, encoding="utf-8") as lines: secret()')}
    )
    edit(released, lambda n: n["cells"][0].update(source=f"Some prose.\n\n{text}"))
    assert any("cell 1" in finding and "a hidden check" in finding for finding in audits.audit(released, PART))


def test_a_line_that_the_parts_own_stub_says_outside_the_marks_is_a_leak(released, monkeypatch):
    without_points(monkeypatch)
    stubs = audits.fresh_stubs()
    stubs[PART.file_name] += f"# {SOLUTION_LINE}\n    {SOLUTION_LINE}\n"
    monkeypatch.setattr(audits, "fresh_stubs", lambda: stubs)
    (released / PART.file_name).write_text(stubs[PART.file_name], encoding="utf-8")
    assert any("a line of solutions/" in finding for finding in audits.audit(released, PART))


@pytest.mark.parametrize("name", LEAKS)
def test_the_audit_finds(name, released, monkeypatch):
    without_points(monkeypatch)
    spoil, words = LEAKS[name]
    spoil(released)
    found = audits.audit(released, PART)
    assert any(words in finding for finding in found), found
    assert all(finding.startswith(str(released)) for finding in found)


def test_the_audit_finds_a_stub_that_earns_points(released):
    shutil.copy(SOLUTIONS / PART.file_name, released)
    assert any("the stub earns 10 points" in finding for finding in audits.audit(released, PART))


def test_a_finding_stops_the_release_and_the_old_one_stays(source, tmp_path):
    to = tmp_path / "release"
    release([PART], to, source)
    before = {path: path.read_bytes() for path in to.rglob("*") if path.is_file()}
    notebook = read_notebook(notebook_path(PART, source))
    notebook["cells"][1]["source"] += f"\n{SOLUTION_LINE}"
    notebook_path(PART, source).write_text(notebook_text(notebook), encoding="utf-8")
    with pytest.raises(ReleaseError) as error:
        release([part(3), PART], to, source)
    assert str(to / PART.name) in error.value.findings[0] and "a line of solutions/" in error.value.findings[0]
    assert {path: path.read_bytes() for path in to.rglob("*") if path.is_file()} == before
    assert [path.name for path in to.iterdir()] == [PART.name]


def test_what_nbgrader_refuses_is_reported_in_its_words(source, tmp_path):
    notebook = read_notebook(notebook_path(PART, source))
    cell(notebook, "written-9-5")["source"] = "### BEGIN SOLUTION\nno end"
    notebook_path(PART, source).write_text(notebook_text(notebook), encoding="utf-8")
    with pytest.raises(ReleaseError, match="no end solution statement found"):
        release([PART], tmp_path / "release", source)


def test_a_stale_release_is_named_and_not_touched(tmp_path):
    class_folder = tmp_path / "class"
    generate(PART, class_folder / "release")
    path = class_folder / "release" / PART.name / PART.file_name
    path.write_text("pass\n", encoding="utf-8")
    outcome = CliRunner().invoke(app, ["release", "9", "--check", "--class", str(class_folder)])
    assert outcome.exit_code == 1
    assert outcome.output.startswith(f"{path} is stale.\n")
    assert path.read_text(encoding="utf-8") == "pass\n"
    assert not (class_folder / "gradebook.db").exists()
