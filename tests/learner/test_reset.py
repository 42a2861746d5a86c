"""reset and undo: nothing goes without a word, a question and a copy."""

from __future__ import annotations

import pytest
from helpers.learner import solution

from autograder import backups
from autograder.stubs import fresh_stub


def test_a_reset_says_what_goes_and_keeps_a_copy_that_undo_brings_back(course):
    course.solve(3)
    mine = course.file(3).read_bytes()
    done = course.run("reset", 3, "--yes")
    assert done.returncode == 0, done.stderr
    assert "lines of yours" in done.stdout and "largest = max" in done.stdout
    assert course.file(3).read_text(encoding="utf-8") == fresh_stub("part03_layers.py")
    (copy,) = (course.exercises / "backups").iterdir()
    assert copy.read_bytes() == mine and copy.name in done.stdout
    assert course.run("undo").returncode == 0
    assert course.file(3).read_bytes() == mine


def test_an_undo_can_be_undone(course):
    course.solve(3)
    mine, stub = course.file(3).read_bytes(), fresh_stub("part03_layers.py").encode("utf-8")
    course.run("reset", 3, "--yes")
    for expected in (mine, stub, mine, stub):
        assert course.run("undo").returncode == 0
        assert course.file(3).read_bytes() == expected
    copies = [path.read_bytes() for path in (course.exercises / "backups").iterdir()]
    assert set(copies) == {mine, stub} and len(copies) == 5


def test_a_task_is_found_in_a_file_that_begins_with_a_byte_order_mark(course):
    course.file(3).write_bytes(b"\xef\xbb\xbf" + solution(3).encode("utf-8"))
    done = course.run("reset", "3.2", "--yes")
    assert done.returncode == 0, done.stderr
    assert 'NotImplementedError("3.2 softmax")' in course.file(3).read_text(encoding="utf-8-sig")


def test_a_reset_of_a_task_leaves_the_others_and_the_helpers(course):
    course.solve(3)
    text = course.file(3).read_text(encoding="utf-8")
    course.write(3, text + "\n\ndef helper():\n    return 1\n")
    assert course.run("reset", "3.2", "--yes").returncode == 0
    after = course.file(3).read_text(encoding="utf-8")
    assert 'raise NotImplementedError("3.2 softmax")' in after and "def helper():" in after
    assert after.count("NotImplementedError") == 1
    statuses = course.run("check", 3).stdout
    assert " 3.2 softmax: not written yet" in statuses and "pass" in statuses


def test_a_reset_of_a_task_with_several_methods_takes_all_of_them(course):
    longer = solution(1).replace(
        "        result = math.exp(self.data)\n", "        # one\n" * 9 + "        result = math.exp(self.data)\n"
    )
    course.write(1, longer)
    assert course.run("reset", "1.3", "--yes").returncode == 0
    compile(course.file(1).read_text(encoding="utf-8"), "part01", "exec")
    after = course.file(1).read_text(encoding="utf-8")
    assert [name for name in ("exp", "log", "relu") if f'"1.3 Value.{name}"' in after] == ["exp", "log", "relu"]
    assert after.count("NotImplementedError") == 3


def test_a_reset_of_a_task_says_which_other_task_is_in_the_same_function(course):
    course.solve(1)
    said = course.run("reset", "1.5").stdout
    assert "1.5 is in the same function as 1.4: this deletes Value.backward of both.\n" in said
    assert "1.4 is in the same function as 1.5" in course.run("reset", "1.4").stdout
    assert "same function" not in course.run("reset", "1.3").stdout


def test_without_a_keyboard_and_without_yes_nothing_is_changed(course):
    course.solve(3)
    mine = course.file(3).read_bytes()
    done = course.run("reset", 3)
    assert done.returncode == 2 and "--yes" in done.stderr
    assert course.file(3).read_bytes() == mine and not (course.exercises / "backups").exists()


def test_a_stub_has_nothing_to_reset_and_no_copy_is_made(course):
    done = course.run("reset", 3)
    assert done.returncode == 0 and "nothing to do" in done.stdout
    assert not (course.exercises / "backups").exists()


def test_a_missing_file_is_written_anew(course):
    course.file(3).unlink()
    assert course.run("reset", 3).returncode == 0
    assert course.file(3).read_text(encoding="utf-8") == fresh_stub("part03_layers.py")


@pytest.mark.parametrize(
    ("text", "words"),
    [("def linear(:\n", "Python can't read"), ("def linear(x, w):\n    return x\n", "has no softmax")],
)
def test_a_task_that_is_not_to_be_found_is_a_sentence(course, text, words):
    course.write(3, text)
    done = course.run("reset", "3.2", "--yes")
    assert done.returncode == 1 and words in done.stderr and "reset all of part 3" in done.stderr
    assert course.file(3).read_text(encoding="utf-8") == text


def test_nothing_to_undo_is_a_sentence(course):
    done = course.run("undo")
    assert done.returncode == 1 and "nothing to undo" in done.stderr


def test_a_copy_is_later_than_every_other_also_when_the_clock_was_set_back(tmp_path):
    file = tmp_path / "part03_layers.py"
    (tmp_path / backups.FOLDER).mkdir()
    (tmp_path / backups.FOLDER / "part03_layers.2999-01-01_000000_2.py").write_bytes(b"from the future")
    for content in (b"one", b"two"):
        file.write_bytes(content)
        backups.keep([file])
        assert backups.newest(tmp_path)[file].read_bytes() == content


def test_files_that_were_copied_together_come_back_together(tmp_path):
    a, b = tmp_path / "part03_layers.py", tmp_path / "part04_parameters.py"
    a.write_bytes(b"a")
    backups.keep([a])
    b.write_bytes(b"b")
    backups.keep([a, b])
    (tmp_path / backups.FOLDER / "notes.txt").write_bytes(b"a stranger's file")
    assert set(backups.newest(tmp_path)) == {a, b}
