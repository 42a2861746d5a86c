"""The stubs: fresh, importable, without a line of a solution, and never written over a learner's work."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import backups, stubs
from autograder.course import EXERCISES, ROOT, SOLUTIONS, part_of_task, parts, parts_and_labs
from autograder.grading.sources import inspect_source
from autograder.stubs import RECORD, StubError, make_stub, stale, write_stubs

NAMES = [part.file_name for part in parts_and_labs()] + ["weights.py"]
WITHOUT_A_REGION = {("1.5", "Value.backward")}  # 1.5 asks more of the function of 1.4
# The sampler of part 2 is given, and shows how to go about part 8's.
SHOWN_ON_PURPOSE = {
    "part02_tokenizer.py": {
        "tokens = [tokenizer.bos]",
        "if tokens[-1] == tokenizer.bos:",
        "return tokenizer.decode(tokens)",
    },
    "part07_training.py": {"rng = random.Random(seed) if rng is None else rng"},  # train's skeleton; 8.3 begins so, too
    "weights.py": {'with open(path, encoding="utf-8") as file:'},
}

CALL_EVERYTHING = """
import importlib, inspect, json, sys
answers = {}
for module_name, dotted in json.load(sys.stdin):
    function = importlib.import_module(module_name)
    for name in dotted.split("."):
        function = getattr(function, name)
    required = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    try:
        function(*[object()] * len(required))
        answers[module_name + " " + dotted] = "returned"
    except BaseException as error:
        answers[module_name + " " + dotted] = f"{type(error).__name__}: {error}"
print(json.dumps(answers))
"""


def run_stubs(*arguments):
    command = [sys.executable, "-c", "from autograder.cli import app; app(prog_name='autograder')", "stubs"]
    return subprocess.run([*command, *map(str, arguments)], capture_output=True, encoding="utf-8", timeout=300)


def regions():
    """Every region of every solution: (file name, id and name, its lines)."""
    found = []
    for part in parts_and_labs():
        text = (SOLUTIONS / part.file_name).read_text(encoding="utf-8")
        pattern = r"^ *### BEGIN SOLUTION ?(.*)\n((?:.*\n)*?) *### END SOLUTION$"
        found += [(part.file_name, *match) for match in re.findall(pattern, text, re.MULTILINE)]
    return found


# What is committed


def test_the_committed_stubs_are_fresh():
    names = stale()
    assert RECORD not in names, "solutions/ has changed since: run `python -m autograder stubs` and commit exercises/."
    if names and "CI" not in os.environ:
        pytest.skip(f"exercises/ holds work of your own ({', '.join(names)}), so it is not compared.")
    assert names == []


def test_no_copy_that_jupyterlab_makes_is_committed():
    listed = subprocess.run(["git", "ls-files", "exercises", "source"], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert [name for name in listed.stdout.splitlines() if ".ipynb_checkpoints/" in name] == []


def test_marks_name_the_tasks_that_the_course_lists():
    listed = {(t.id, name) for part in parts_and_labs() for t in part.tasks for name in t.defines} - WITHOUT_A_REGION
    marked = [tuple(task.split(" ")) for _, task, _ in regions() if task]  # one without a task leaves no TODO
    assert set(marked) == listed
    assert len(marked) == len(listed), "a task's function has one region"
    for file_name, task in [(file_name, task) for file_name, task, _ in regions() if task]:
        assert file_name == part_of_task(task.split(" ")[0]).file_name, f"{task} stands in {file_name}"


def test_a_task_records_how_many_statements_its_skeleton_has():
    for part in parts():
        functions = inspect_source((EXERCISES / part.file_name).read_bytes()).functions
        found = {task.id: max((functions[name].others for name in task.defines), default=0) for task in part.tasks}
        assert found == {task.id: task.given for task in part.tasks}


def test_every_stub_imports_and_raises_the_id_of_its_task(tmp_path):
    write_stubs(tmp_path)
    wanted = {
        f"{part.module} {name}": f"NotImplementedError: {task.id} {name}"
        for part in parts_and_labs()
        if all(importlib.util.find_spec(package) for package in part.packages)
        for task in part.tasks
        for name in task.defines
        if (task.id, name) not in WITHOUT_A_REGION and not task.given  # a skeleton fails earlier without real arguments
    }
    result = subprocess.run(
        [sys.executable, "-c", CALL_EVERYTHING],
        input=json.dumps([key.split(" ") for key in wanted]),
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == wanted


def test_no_code_line_of_a_solution_is_left_in_any_stub(tmp_path):
    write_stubs(tmp_path)
    solved = {
        line.split("  #")[0].strip()
        for _, _, region in regions()
        for line in region.splitlines()
        if not line.strip().startswith("#")
    }
    assert len(solved) > 100, "the regions were not found"
    trivial = {line for line in solved if len(line) < 12}  # `}`, `try:`, `return x`
    for name in NAMES:
        left = {line.strip() for line in (tmp_path / name).read_text(encoding="utf-8").splitlines()}
        assert (solved - trivial - SHOWN_ON_PURPOSE.get(name, set())) & left == set(), name


def test_docstrings_and_signatures_stay(tmp_path):
    write_stubs(tmp_path)
    text = (tmp_path / "part05_gpt.py").read_text(encoding="utf-8")
    assert "def attend(query: Vector, keys: list[Vector], values: list[Vector]) -> tuple[Vector, Vector]:" in text
    assert "2. Attention weights: the softmax of the scores." in text
    assert '    # TODO 5.1 attend: about 5 lines\n    raise NotImplementedError("5.1 attend")\n' in text


# Making one


def test_no_stub_asks_for_an_exception_since_no_check_looks_at_wrong_use():
    for part in parts_and_labs():
        text = make_stub((SOLUTIONS / part.file_name).read_text(encoding="utf-8"), part.file_name)
        assert not re.search(r"[Rr]aises? [A-Z]\w*Error(?!\()", text), part.file_name


def test_comments_and_blanks_do_not_count_as_lines():
    text = "def f():\n    ### BEGIN SOLUTION 1.1 f\n    # why\n\n    return 1  # one\n    ### END SOLUTION\n"
    assert (
        make_stub(text, "f.py") == 'def f():\n    # TODO 1.1 f: about 1 line\n    raise NotImplementedError("1.1 f")\n'
    )


def test_a_region_without_a_task_vanishes_whole():
    text = "a = 1\n### BEGIN SOLUTION\nsecret = 2\n### END SOLUTION\nb = 3\n"
    assert make_stub(text, "f.py") == "a = 1\nb = 3\n"


@pytest.mark.parametrize(
    "text, line, words",
    [
        ("x\n### BEGIN SOLUTION 1.1 f\ny\n", 2, "without an END"),
        ("x\ny\n### END SOLUTION\n", 3, "without a BEGIN"),
        ("### BEGIN SOLUTION 1.1 f\n### BEGIN SOLUTION 1.2 g\n", 2, "inside the region that began in line 1"),
        ("x\n### BEGIN SOLUTION1.1 f\ny\n### END SOLUTION\n", 2, "not a mark"),
        ("### BEGIN SOLUTION attend\ny\n### END SOLUTION\n", 1, "not a mark"),
        ("### begin solution\ny\n### end solution\n", 1, "not a mark"),
        ("### BEGIN SOLUTION\ny  ### END SOLUTION\n", 2, "not a mark"),
    ],
)
def test_marks_that_do_not_fit_are_refused_with_file_and_line(text, line, words):
    with pytest.raises(StubError, match=rf"^part99\.py:{line}: .*{words}"):
        make_stub(text, "part99.py")


# Writing them


def test_a_changed_file_is_left_alone_and_the_others_are_written(tmp_path):
    write_stubs(tmp_path)
    mine, other = tmp_path / "part03_layers.py", tmp_path / "part04_parameters.py"
    mine.write_text("mine", encoding="utf-8")
    other.unlink()
    result = run_stubs("--to", tmp_path)
    assert result.returncode == 1
    assert "part03_layers.py" in result.stderr and "--force" in result.stderr
    assert "part04_parameters.py" not in result.stderr
    assert mine.read_text(encoding="utf-8") == "mine"
    assert other.exists()


def test_force_keeps_a_backup_each_time_and_overwrites_none(tmp_path):
    write_stubs(tmp_path)
    mine = tmp_path / "part03_layers.py"
    fresh = mine.read_bytes()
    for version in (b"first", b"second", b"third"):  # within one second, most likely
        mine.write_bytes(version)
        assert write_stubs(tmp_path, force=True).written == ["part03_layers.py"]
        assert mine.read_bytes() == fresh
    assert {path.read_bytes() for path in (tmp_path / backups.FOLDER).iterdir()} == {b"first", b"second", b"third"}


def test_force_says_where_the_backup_is_and_leaves_untouched_files_without_one(tmp_path):
    write_stubs(tmp_path)
    (tmp_path / "part03_layers.py").write_text("mine", encoding="utf-8")
    result = run_stubs("--force", "--to", tmp_path)
    copies = list((tmp_path / backups.FOLDER).iterdir())
    assert result.returncode == 0
    assert len(copies) == 1 and str(copies[0]) in result.stdout.replace("\n", "")


def test_an_untouched_stub_of_an_older_course_is_updated(tmp_path):
    solutions, exercises = tmp_path / "solutions", tmp_path / "exercises"
    solutions.mkdir()
    for name in NAMES:
        text = (SOLUTIONS / name).read_text(encoding="utf-8")
        (solutions / name).write_text("# older\n" + text, encoding="utf-8")
    write_stubs(exercises, solutions=solutions)
    (exercises / "part03_layers.py").write_text("mine", encoding="utf-8")
    outcome = write_stubs(exercises)
    assert outcome.kept == ["part03_layers.py"]
    assert sorted(outcome.written) == sorted(set(NAMES) - {"part03_layers.py"})
    assert outcome.backups == []


def test_a_changed_file_is_kept_when_the_record_is_broken(tmp_path):
    write_stubs(tmp_path)
    (tmp_path / "part03_layers.py").write_text("mine", encoding="utf-8")
    for broken in ("", "{", "[]", '{"part03_layers.py": 3}'):
        (tmp_path / RECORD).write_text(broken, encoding="utf-8")
        assert write_stubs(tmp_path).kept == ["part03_layers.py"]


def test_line_ends_of_windows_are_no_change(tmp_path):
    write_stubs(tmp_path)
    path = tmp_path / "part03_layers.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert stale(tmp_path) == []
    assert write_stubs(tmp_path).kept == []


def test_check_names_what_is_stale_and_writes_nothing(tmp_path):
    write_stubs(tmp_path)
    assert run_stubs("--check", "--to", tmp_path).returncode == 0
    (tmp_path / "part03_layers.py").write_text("mine", encoding="utf-8")
    (tmp_path / "part04_parameters.py").unlink()
    (tmp_path / "part11_more.py").write_text("", encoding="utf-8")
    result = run_stubs("--check", "--to", tmp_path)
    assert result.returncode == 1
    assert re.findall(r"(part\d\d\w+\.py) is stale", result.stderr) == [
        "part03_layers.py",
        "part04_parameters.py",
        "part11_more.py",
    ]
    assert not (tmp_path / "part04_parameters.py").exists()


def test_the_solutions_are_never_overwritten(tmp_path):
    before = {path: path.read_bytes() for path in SOLUTIONS.glob("*.py")}
    result = run_stubs("--force", "--to", SOLUTIONS)
    assert result.returncode == 1 and "contains the solutions" in result.stderr
    assert {path: path.read_bytes() for path in SOLUTIONS.glob("*.py")} == before


def test_a_missing_solution_is_a_sentence(tmp_path):
    with pytest.raises(StubError, match="part00_setup.py can't be read"):
        stubs.fresh_stubs(Path(tmp_path))
