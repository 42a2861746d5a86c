"""watch, on a real terminal: a verdict per save, keys that work, and the terminal as it was afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from helpers.learner import solution

if sys.platform == "win32":
    pytest.skip("There are no pseudo-terminals on Windows.", allow_module_level=True)

from helpers.terminal import Terminal

from autograder.course import ROOT, SOLUTIONS, labs
from autograder.learner.watch import KEYS
from autograder.stubs import fresh_stub

READY = "q quit"


def watching(course, *words: object) -> Terminal:
    return Terminal([sys.executable, "-m", "autograder", "watch", *map(str, words)], course.root, course.environment())


def test_each_save_gets_a_verdict_also_one_by_rename(course):
    with watching(course, 3) as terminal:
        place = terminal.wait_for(READY)
        assert "3.1 linear" in terminal.text and "not written yet" in terminal.text
        course.solve(3)
        place = terminal.wait_for("Passed. Press n", place)
        new = course.exercises / "part03_layers.py.new"
        new.write_text(solution(3).replace("largest = max", "largest = min"), encoding="utf-8")
        os.replace(new, course.file(3))
        terminal.wait_for("First failing task: 3.2 softmax", place)
        terminal.send("q")
        assert terminal.exit_status() == 0 and terminal.restored()


def test_without_a_part_it_begins_at_the_first_unfinished_one_and_goes_on_with_n(course):
    course.solve(0, 1)
    with watching(course) as terminal:
        place = terminal.wait_for("Part 2, Tokenizer")
        place = terminal.wait_for(READY, place)
        terminal.send("n")
        terminal.wait_for(READY, terminal.wait_for("Part 3, Layers", place))
        terminal.send("q")
        assert terminal.exit_status() == 0


def test_it_follows_the_file_that_is_saved_and_goes_to_the_part_whose_number_is_typed(course):
    with watching(course, 3) as terminal:
        place = terminal.wait_for(READY, terminal.wait_for("Part 3, Layers"))
        course.solve(6)
        place = terminal.wait_for("Passed. Press n", terminal.wait_for("Part 6, Adam", place))
        lab = course.exercises / labs()[1].file_name
        lab.write_bytes((SOLUTIONS / lab.name).read_bytes())
        place = terminal.wait_for("Press n for the next lab", terminal.wait_for("Lab 2, Byte-pair encoding", place))
        terminal.send("1")
        place = terminal.wait_for(READY, terminal.wait_for("Part 1, Automatic", place))
        terminal.send("0")
        place = terminal.wait_for(READY, terminal.wait_for("Part 10, Experiments", place))
        terminal.send("0")
        terminal.wait_for(READY, terminal.wait_for("Part 0, Set-up", place))
        terminal.send("q")
        assert terminal.exit_status() == 0


def test_the_line_of_keys_fits_a_screen():
    assert len(KEYS) < 80


def test_every_key_that_is_printed_works(course):
    course.solve(4)
    with watching(course, 3) as terminal:
        place = terminal.wait_for(READY)
        terminal.send("h")
        place = terminal.wait_for(READY, terminal.wait_for("Hint 1 of 6. The next one: press h again", place))
        terminal.send("h")
        place = terminal.wait_for(READY, terminal.wait_for("Hint 2 of 6", place))
        terminal.send("c")
        place = terminal.wait_for(READY, terminal.wait_for("once you have passed the part", place))
        terminal.send("l")
        place = terminal.wait_for(READY, terminal.wait_for("min left", place))
        terminal.send("\n")
        place = terminal.wait_for(READY, terminal.wait_for("checked in", place))
        terminal.send("\x1b[A")  # an arrow key means nothing
        terminal.send("\u00b2")  # neither does this key of a French keyboard, which Python calls a digit
        terminal.send("n")
        place = terminal.wait_for(READY, terminal.wait_for("Part 5, The GPT", place))
        assert "largest = max" not in terminal.text
        terminal.send("\x04")
        assert terminal.exit_status() == 0 and terminal.restored()


def test_compare_shows_the_reference_of_a_part_that_is_passed(course):
    course.write(3, solution(3).replace("largest", "biggest"))
    with watching(course, 3) as terminal:
        place = terminal.wait_for(READY, terminal.wait_for("Passed"))
        terminal.send("c")
        terminal.wait_for("largest = max", terminal.wait_for("biggest = max", place))
        terminal.send("q")
        assert terminal.exit_status() == 0


def test_reset_asks_and_takes_no_for_an_answer(course):
    course.solve(3)
    mine = course.file(3).read_bytes()
    with watching(course, 3) as terminal:
        place = terminal.wait_for(READY)
        terminal.send("r")
        place = terminal.wait_for(READY, terminal.wait_for("lines of yours", place))
        terminal.send("q")  # any other key than y: it does not quit either
        place = terminal.wait_for(READY, terminal.wait_for("Nothing was changed", place))
        assert course.file(3).read_bytes() == mine
        terminal.send("r")
        place = terminal.wait_for("Continue?", place)
        terminal.send("y")
        place = terminal.wait_for("Your version is kept as", place)
        terminal.send("q")
        assert terminal.exit_status() == 0
    assert course.file(3).read_text(encoding="utf-8") == fresh_stub("part03_layers.py")
    (copy,) = (course.exercises / "backups").iterdir()
    assert copy.read_bytes() == mine


def test_a_save_between_question_and_answer_is_not_lost(course):
    course.solve(3)
    with watching(course, 3) as terminal:
        place = terminal.wait_for(READY)
        terminal.send("r")
        place = terminal.wait_for("Continue?", place)
        course.write(3, solution(3) + "# newer\n")
        place = terminal.wait_for("checked in", place)
        terminal.send("y")
        terminal.wait_for("saved the file in the meantime", place)
        assert course.file(3).read_text(encoding="utf-8").endswith("# newer\n")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_leaves_the_terminal_as_it_was(course, number, status):
    with watching(course, 3) as terminal:
        terminal.wait_for(READY)
        assert not terminal.restored(), "the test would see nothing"
        if number == signal.SIGINT:
            terminal.send("\x03")
        else:
            terminal.process.send_signal(number)
        assert terminal.exit_status() == status and terminal.restored()
        assert "Traceback" not in terminal.text


def test_ctrl_c_ends_it_in_the_middle_of_an_endless_loop(course):
    with watching(course, 3) as terminal:
        place = terminal.wait_for(READY)
        course.write(3, "def linear(x, w):\n    while True: pass\n")
        time.sleep(1.0)
        assert "checked in" not in terminal.text[place:]
        terminal.send("\x03")
        assert terminal.exit_status() == 130 and terminal.restored()
        assert "checked in" not in terminal.text[place:], "it was ended, not waited for"
        assert "Traceback" not in terminal.text


def test_an_exception_leaves_the_terminal_as_it_was(course):
    program = (
        "import time\nfrom autograder.learner.keyboard import read_keys\n"
        "with read_keys(print):\n    print('changed')\n    time.sleep(0.5)\n"
        "    raise RuntimeError('a mistake of ours')\n"
    )
    with Terminal([sys.executable, "-c", program], ROOT, course.environment()) as terminal:
        terminal.wait_for("changed")
        assert not terminal.restored()
        assert terminal.exit_status() == 1 and terminal.restored()


def test_without_a_terminal_it_checks_on_save_and_says_that_there_are_no_keys(course):
    command = [sys.executable, "-m", "autograder", "watch", "3"]
    process = subprocess.Popen(
        command, cwd=course.root, env=course.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    try:
        printed = b""
        while b"Ctrl-C ends it" not in printed:
            printed += os.read(process.stdout.fileno(), 4096)
        course.solve(3)
        while b"Passed" not in printed:
            printed += os.read(process.stdout.fileno(), 4096)
        assert b"\x1b" not in printed and b"Keys:" not in printed
        process.terminate()
        assert process.wait(10) == 143
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_file_that_is_deleted_and_comes_back_is_checked(course):
    course.solve(3)
    with watching(course, 3) as terminal:
        place = terminal.wait_for(READY)
        course.file(3).unlink()
        place = terminal.wait_for("part03_layers.py is missing.", place)
        course.solve(3)
        terminal.wait_for("Passed", place)


@pytest.mark.parametrize("how", ["deleted", "moved away"])
def test_a_folder_that_is_replaced_is_watched_again(course, tmp_path, how):
    course.solve(3)
    with watching(course, 3) as terminal:
        place = terminal.wait_for(READY, terminal.wait_for("Passed"))
        shutil.copytree(course.exercises, tmp_path / "copy")
        if how == "deleted":
            shutil.rmtree(course.exercises)
        else:
            course.exercises.rename(tmp_path / "old")
        (tmp_path / "copy" / "part03_layers.py").write_text("", encoding="utf-8")
        (tmp_path / "copy").rename(course.exercises)
        place = terminal.wait_for("The file is empty.", place)
        course.solve(3)
        terminal.wait_for("Passed", place)
        terminal.send("q")
        assert terminal.exit_status() == 0


def test_a_part_that_does_not_exist_is_a_sentence(course):
    answer = course.run("watch", "12")
    assert answer.returncode == 2 and "There is no part 12" in answer.stderr
