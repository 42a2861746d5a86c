"""`appeal`: a learner's regrade request as a file that is never lost, and never harms who reads it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time

import pytest
from helpers.learner import solution
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.appeal_file import (
    LARGEST,
    LONGEST_REASON,
    Appeal,
    AppealError,
    add_appeal,
    check_names,
    find_check,
    read_appeals,
)
from autograder.course import ROOT, part, parts
from autograder.grading.grade import grade
from autograder.sandbox import Tier

CHECK = "square_gives_x_times_x"
FIRST = part(0)
BLOCK = b'[[appeal]]\ncheck = "square_gives_x_times_x"\nreason = '


def test_a_request_is_written_beside_the_module_and_says_what_to_do(course):
    done = course.run("appeal", "--check", CHECK, "--reason", "It is right for 0, too.")
    assert done.returncode == 0
    path = course.exercises / "appeal_part00.toml"
    assert read_appeals(path.read_bytes()) == [Appeal(CHECK, "It is right for 0, too.")]
    assert "appeal_part00.toml" in done.stdout.split("Next:")[0]
    assert "submit this file together with your part00_setup.py" in " ".join(done.stdout.split())


def test_without_a_check_or_a_reason_it_says_what_is_missing_and_writes_nothing(course):
    for words, said in (
        ((), "Which check?"),
        (("--check", CHECK), "Say in your own words"),
        (("--check", CHECK, "--reason", " \n"), "Say in your own words"),
        (("--check", "square_gives_x_time_x", "--reason", "x"), f"Did you mean {CHECK}?"),
        (("5", "--check", CHECK, "--reason", "x"), "in part 5"),
        (("99", "--check", CHECK, "--reason", "x"), "There is no part 99"),
        (("--check", CHECK, "--reason", "x", "--from", "nowhere"), "There is no folder nowhere"),
    ):
        done = course.run("appeal", *words)
        assert done.returncode == 2 and said in " ".join(done.stderr.split()), (words, done.stderr)
    assert not list(course.exercises.glob("appeal*"))


@pytest.mark.skipif(shutil.which("make") is None, reason="There is no make here.")
def test_make_hands_on_a_sentence_with_any_sign(course):
    shutil.copy(ROOT / "Makefile", course.root)
    sentence = 'It\'s "right": `x` $(touch planted); \\ & < é'
    words = ["make", f"PYTHON={sys.executable}", "appeal", f"check={CHECK}", f"reason={sentence}"]
    done = subprocess.run(words, cwd=course.root, env=course.environment(), capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    (appeal,) = read_appeals((course.exercises / "appeal_part00.toml").read_bytes())
    assert appeal.reason == sentence and not (course.root / "planted").exists()


@pytest.mark.skipif(os.name == "nt", reason="There are no pseudo-terminals there.")
def test_at_a_keyboard_it_asks_for_the_reason(course):
    from helpers.terminal import Terminal  # which needs a pseudo-terminal

    command = [sys.executable, "-m", "autograder", "appeal", "--check", CHECK]
    with Terminal(command, course.root, course.environment()) as terminal:
        terminal.wait_for("an empty line ends")
        terminal.send("It is right\nfor 0, too.\n\n")
        terminal.wait_for("Written")
    (appeal,) = read_appeals((course.exercises / "appeal_part00.toml").read_bytes())
    assert appeal.reason == "It is right\nfor 0, too."


def test_a_later_request_is_added_and_what_was_there_stays(tmp_path):
    path, new = add_appeal(tmp_path, FIRST, CHECK, "One.")
    first = path.read_bytes()
    assert new and add_appeal(tmp_path, FIRST, CHECK, "One.") == (path, False)
    assert path.read_bytes() == first
    add_appeal(tmp_path, FIRST, "another_check", "Two.")
    add_appeal(tmp_path, FIRST, CHECK, "Three.")
    assert path.read_bytes().startswith(first.rstrip())
    assert read_appeals(path.read_bytes()) == [Appeal(CHECK, "Three."), Appeal("another_check", "Two.")]


@pytest.mark.parametrize("content", [b"reason = half a line", b"\xff\xff", BLOCK + b'"a"\n' + b"#" * LARGEST])
def test_a_file_that_cannot_be_read_or_would_grow_too_large_stays_as_it_is(tmp_path, content):
    path = tmp_path / "appeal_part00.toml"
    path.write_bytes(content)
    with pytest.raises(AppealError, match=r"(?s)appeal_part00\.toml.*nothing was written"):
        add_appeal(tmp_path, FIRST, CHECK, "One.")
    assert path.read_bytes() == content and list(tmp_path.iterdir()) == [path]


def test_a_reason_that_is_too_long_is_refused_and_not_cut(tmp_path):
    with pytest.raises(AppealError, match="longer than 4,000"):
        add_appeal(tmp_path, FIRST, CHECK, "x" * (LONGEST_REASON + 1))
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]) | st.just("\n"), min_size=1, max_size=200))
@example("\"\"\"'''\\")
@example("a\n[[appeal]]\ncheck = 'other'\nreason = 'x'")
@example("# \\u0000 \U0001f600")
def test_whatever_is_written_is_read_back(tmp_path_factory, reason):
    folder = tmp_path_factory.mktemp("exercises")
    if reason.strip():
        path, _ = add_appeal(folder, FIRST, CHECK, reason)
        assert read_appeals(path.read_bytes()) == [Appeal(CHECK, reason.strip())]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (b"'''\nIt's \\sqrt{x}.\n'''", "It's \\sqrt{x}."),
        (b"'''one\r\ntwo'''\r\n", "one\ntwo"),
        (b'"a \\"b\\" \\u00e9" # a comment', 'a "b" \xe9'),
        (b'"""x"""', "x"),
        (b"''", ""),
        (b'"\\u001b[31m\\u202ered\\u0007"', "red"),
    ],
)
def test_what_a_person_types_by_hand_is_read_and_cleaned(written, reason):
    assert read_appeals(BLOCK + written) == [Appeal(CHECK, reason)]
    assert read_appeals((BLOCK + written).decode("utf-8").encode("utf-16")) == [Appeal(CHECK, reason)]
    assert read_appeals(b"\xef\xbb\xbf" + BLOCK.replace(b"[[appeal]]", b"[appeal]") + written) == [
        Appeal(CHECK, reason)
    ]


HOSTILE = {
    "one dotted key": b"a." * (LARGEST // 2 - 2) + b"a=1",
    "brackets": b"a = " + b"[" * (LARGEST - 10),
    "blanks": b" \t" * (LARGEST // 2 - 1) + b"x",
    "blanks after a key": BLOCK + b" " * (LARGEST - 200) + b"x",
    "quotes": BLOCK + b'"' * (LARGEST - 200),
    "single quotes": BLOCK + b"'''\n" * (LARGEST // 4 - 200) + b"x",
    "backslashes": BLOCK + b'"' + b"\\" * (LARGEST - 200),
    "a string that ends early": BLOCK + b'"""\\"""\nreason = """\n' + b"a." * 15_000 + b'a=1\n"""\n',
    "tables": b"[[appeal]]\n" * (LARGEST // 11),
    "too many": b"".join(b'[[appeal]]\ncheck = "c%d"\nreason = ""\n' % i for i in range(41)),
    "no text": b"\x00\xff" * 100,
    "too large": b"#" * (LARGEST + 1),
    "nothing": b"",
    "a path for a check": b'[[appeal]]\ncheck = "../../x"\nreason = "x"',
    "a list for a reason": BLOCK + b'["x"]',
    "no check": b'[[appeal]]\nreason = "x"',
    "no table": b'check = "x"\nreason = "x"',
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_a_sentence_at_once(content):
    began = time.process_time()
    with pytest.raises(AppealError):
        read_appeals(content)
    # Processor time: all of TOML in Python takes 14 s for the first of these, three unbounded repeats 89 s for another.
    assert time.process_time() - began < 3


def test_the_names_that_it_accepts_are_those_of_the_checks():
    files = {FIRST.file_name: solution(0).encode("utf-8")}
    report = grade(files, FIRST, tier=Tier.LOCAL)
    assert check_names(FIRST) == [check.name for check in report.checks]
    names = [name for each in parts() for name in check_names(each)]
    assert len(names) == len(set(names)), "a check's name alone says which part it belongs to"
    assert find_check(f"test_{CHECK}", None) == (FIRST, CHECK)
