"""No command of the learner loses work: each one runs on a working copy full of changes."""

from __future__ import annotations

import pytest
from helpers.learner import Course, solution

from autograder.command_table.table import TABLE

# What every command is called with here; "ctrl-c" stands for one that runs until it is ended.
CALLS = {
    "check": ["check"],
    "appeal": ["appeal", "1", "--check", "a_sum_holds_the_sum", "--reason", "It is right."],
    "hint": ["hint"],
    "context": ["context", "1"],
    "progress": ["progress"],
    "compare": ["compare", "3"],
    "debug": ["debug", "1"],
    "trace": ["trace", "--name", "a"],
    "lab": ["lab"],
    "reset": ["reset", "1", "--yes"],
    "undo": ["undo"],
    "update": ["update", "--yes"],
    "harden": ["harden", "3"],
    "recall": ["recall"],
    "stubs": ["stubs"],
    "watch": ["ctrl-c", "watch"],
    "train": ["train", "--fast", "--steps", "3", "--data", "few.txt", "--out", "runs"],
    "capstone": ["capstone"],
    "card": ["card"],
    "lesson": ["lesson", "3", "--print"],
    "notebooks": ["notebooks", "3", "--version"],  # JupyterLab says its version and ends
    "experiment": ["experiment", "names_per_step", "--seeds", "1", "--steps", "1", "--out", "runs"],
    "quick": ["quick"],
    "viva": ["viva", "3"],
    "leaderboard": ["leaderboard", "show", "--board", "board"],
}
# Instructors and contributors run these where a learner's files are.
OTHERS = {"viva", "stubs"}


def dirty(course: Course) -> None:
    """Right, wrong, half-written and broken files, notes and a recipe; line ends of Windows; a part that is missing."""
    course.solve(0, 3)
    course.write(1, solution(1).replace("child.grad += local_grad", "child.grad = local_grad"))
    course.write(2, "def load_docs(path:\n    half a thought\n")
    course.file(4).write_bytes(solution(4).replace("\n", "\r\n").encode("utf-8"))
    course.file(6).unlink()
    course.file(7).write_bytes(b"\xff\xfe no text at all")
    course.write(8, course.file(8).read_text(encoding="utf-8") + "\n# a note at the end\n")
    (course.exercises / "notes.txt").write_text("mine", encoding="utf-8")
    (course.exercises / "leaderboard_recipe.py").write_text("# my recipe\n", encoding="utf-8")
    (course.root / "few.txt").write_text("anna\nbob\ncleo\ndan\n" * 5, encoding="utf-8")


def contents(course: Course) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in course.exercises.iterdir() if path.is_file()}


def kept(course: Course) -> set[bytes]:
    """Everything that can be had back."""
    return {path.read_bytes() for path in course.exercises.rglob("*") if path.is_file()}


def run(course: Course, words: list[str]) -> None:
    if words[0] != "ctrl-c":
        answer = Course(course.root).run(*words)  # in a new process, which has loaded nothing yet
        assert "Traceback" not in answer.stderr, answer.stderr
        return
    import signal
    import subprocess
    import sys

    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", *words[1:]],
        cwd=course.root,
        env=course.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    while b"Ctrl-C ends it" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.wait(20)
    process.stdout.close()


def test_every_command_is_tried_here():
    learners = {command.name.split()[0] for command in TABLE["For learners"]}
    assert learners | OTHERS == set(CALLS)


@pytest.mark.parametrize("name", sorted(set(CALLS) - {"quick"}))
def test_on_a_dirty_copy_nothing_is_lost_by(course, name):
    dirty(course)
    before = contents(course)
    run(course, CALLS[name])
    after = contents(course)
    changed = {file for file in before if after.get(file) != before[file]}
    allowed = {"reset": {"part01_autograd.py"}, "harden": {"part03_layers.py"}}.get(name, set())
    assert changed - {".stubs.json"} <= allowed, f"{name} changed {changed}"
    assert set(before[file] for file in changed - {".stubs.json"}) <= kept(course)
    new = set(after) - set(before)
    assert new <= {"part06_adam.py", "appeal_part01.toml"}, f"{name} wrote {new}"


def test_reset_and_undo_in_any_order_lose_nothing(course):
    dirty(course)
    before = contents(course)
    for words in (["reset", "1"], ["reset", "2"], ["undo"], ["reset", "3.1"], ["undo"], ["undo"], ["reset", "7"]):
        course.run(*words, *(["--yes"] if words[0] == "reset" else []))
        assert set(before.values()) - kept(course) - {before[".stubs.json"]} == set(), words


def test_a_folder_that_cannot_be_written_is_a_sentence_and_loses_nothing(course):
    """A file stands where the copies would go."""
    dirty(course)
    (course.exercises / "backups").write_text("in the way", encoding="utf-8")
    before = contents(course)
    answer = course.run("reset", 1, "--yes")
    assert answer.returncode == 1 and "backups" in answer.stderr and "Traceback" not in answer.stderr
    assert contents(course) == before
    assert answer.stderr.rstrip().endswith("backups is a file, but must be a folder. Move the file to another place.")
