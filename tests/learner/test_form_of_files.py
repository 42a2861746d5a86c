"""Commands that write a learner's file keep its line endings, its byte order mark, and its end."""

from __future__ import annotations

import codecs

import pytest
from helpers.learner import solution

from autograder.course import part
from autograder.learner import mistake_edits, reset, update
from autograder.learner.faded import examples
from autograder.stubs import fresh_stub, write_stubs

PART = part(3)
OWN = solution(3)
FORMS = {
    "crlf": OWN.encode("utf-8").replace(b"\n", b"\r\n"),
    "mark": codecs.BOM_UTF8 + OWN.encode("utf-8"),
    "mark-crlf-without-last-newline": codecs.BOM_UTF8 + OWN.encode("utf-8").replace(b"\n", b"\r\n").rstrip(),
    "last-newline-missing": OWN.encode("utf-8").rstrip(),
    "mixed": OWN.encode("utf-8").replace(b"\n", b"\r\n").replace(b"\r\n", b"\n", 5),
}


def form_of(content: bytes) -> tuple[bool, bool, bool, bool]:
    """Byte order mark; some CR LF; some LF alone; a newline at the end."""
    alone = b"\n" in content.replace(b"\r\n", b"")
    return content.startswith(codecs.BOM_UTF8), b"\r\n" in content, alone, content.endswith(b"\n")


def in_form(text: str, like: bytes) -> bytes:
    """A text in the form of a file."""
    mark, crlf, _, end = form_of(like)
    content = text.encode("utf-8") if end else text.encode("utf-8").rstrip()
    return (codecs.BOM_UTF8 if mark else b"") + (content.replace(b"\n", b"\r\n") if crlf else content)


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(reset, "EXERCISES", tmp_path)
    return tmp_path / PART.file_name


@pytest.mark.parametrize("own", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("task", PART.tasks, ids=lambda task: task.id)
def test_the_code_of_a_task_comes_in_and_every_other_byte_stays(file, own, task):
    file.write_bytes(own)
    for source in (fresh_stub(PART.file_name), *(example.module for example in examples(PART, task))):
        after = reset.plan_task(PART, task.id, source).after
        assert form_of(after) == form_of(own)
        (name,) = task.defines
        text = after.decode("utf-8-sig")
        assert "NotImplementedError" in text or "____1" in text
        # Outside the function, which is from its first line to the next `def` or the end, nothing changes.
        head = own[: own.index(f"def {name}".encode())]
        assert after.startswith(head)
        ends = own.find(b"\ndef ", len(head) + 1)
        assert ends < 0 or after.endswith(own[ends:])


@pytest.mark.parametrize("own", FORMS.values(), ids=FORMS)
def test_the_stub_of_a_part_has_the_form_of_the_file_that_it_replaces(file, own):
    file.write_bytes(own)
    change = reset.plan_part(PART)
    mark, crlf, alone, end = form_of(own)
    assert form_of(change.after) == (mark, crlf, alone and not crlf, end)
    assert change.lost
    file.write_bytes(change.after)
    assert reset.plan_part(PART).nothing_to_do


@pytest.mark.parametrize("own", FORMS.values(), ids=FORMS)
def test_an_update_keeps_the_form_of_the_file(own):
    stub = fresh_stub(PART.file_name)
    base = stub.replace("Part 3:", "Part three:")
    old = update._text(own).replace("Part 3:", "Part three:")
    mine = in_form(old, own)
    merged = update._plan_file(PART.file_name, mine, base, stub, mine)
    assert merged.conflicts == 0 and form_of(merged.content) == form_of(mine) and b"Part 3:" in merged.content
    not_begun = update._plan_file(PART.file_name, in_form(base, own), base, stub, own)
    assert "not started" in not_begun.summary and not_begun.content == in_form(stub, own)
    moved = update._plan_file(PART.file_name, own, stub, stub, None)
    assert moved.content == own


def test_an_update_from_an_older_copy_leaves_files_that_only_this_one_has():
    stub = fresh_stub(PART.file_name)
    plan = update._plan_file(PART.file_name, None, None, stub, OWN.encode("utf-8"))
    assert plan.content is None and plan.stub is None


def test_new_stubs_have_the_form_of_the_old_ones(tmp_path):
    write_stubs(tmp_path)
    path = tmp_path / PART.file_name
    path.write_bytes(FORMS["crlf"])
    assert write_stubs(tmp_path, force=True).written == [PART.file_name]
    assert form_of(path.read_bytes()) == form_of(FORMS["crlf"])


def test_planted_mistakes_have_the_line_endings_of_the_file():
    for number in (1, 3, 7):
        own = solution(number).encode("utf-8").replace(b"\n", b"\r\n")
        own = own.replace(b"zip(row, x)", b"zip(row,\r\n        x)").replace(b"self, other", b"self,  other")
        edits = [*mistake_edits.known_edits(own, part(number)), *mistake_edits.general_edits(own)]
        assert edits
        for edit in edits:
            assert b"\n" not in edit.applied_to(own).replace(b"\r\n", b""), edit
            assert b"\r\r" not in edit.applied_to(own), edit


def test_hint_insert_keeps_the_form_of_the_file(course):
    stub = in_form(fresh_stub(PART.file_name), FORMS["mark-crlf-without-last-newline"])
    course.file(3).write_bytes(stub)
    (course.root / ".learner").mkdir(exist_ok=True)
    (course.root / ".learner" / "hints.json").write_text('{"3 code of 3.1": 1}', encoding="utf-8")  # it was shown
    done = course.run("hint", 3, "--insert")
    after = course.file(3).read_bytes()
    assert done.returncode == 0 and after != stub and form_of(after) == form_of(stub)
    assert course.run("undo").returncode == 0 and course.file(3).read_bytes() == stub
