"""hint: tied to what fails first, one level more each time, remembered on this machine only."""

from __future__ import annotations

import json
import re

from helpers.learner import solution

from autograder.course import part, parts
from autograder.grading.report import Check, Report
from autograder.learner.hints import levels
from autograder.render.next_step import next_step
from autograder.stubs import fresh_stub

OVERWRITES = ("child.grad += local_grad * value.grad", "child.grad = local_grad * value.grad")
TWICE = "a_value_used_twice_gets_both_gradients"


def overwriting() -> str:
    assert OVERWRITES[0] in solution(1)
    return solution(1).replace(*OVERWRITES)


def shown_levels(text: str) -> list[str]:
    return re.findall(r"^  (\d)\. ", text, re.MULTILINE)


def test_every_call_shows_one_level_more_and_the_last_one_stays(course):
    course.write(1, overwriting())
    answers = [course.run("hint", 1) for _ in range(5)]
    assert [answer.returncode for answer in answers] == [0] * 5
    assert [shown_levels(answer.stdout)[-1] for answer in answers] == ["1", "2", "3", "4", "5"]
    assert "Hint 1 of 6" in answers[0].stdout and "Hint 5 of 6" in answers[4].stdout
    first = levels(part(1))[TWICE][0]
    assert first[:40] in " ".join(answers[0].stdout.split())


def test_hints_are_for_the_check_that_check_shows_in_full(course):
    course.write(1, overwriting())
    checked, hinted = course.run("check", 1).stdout, course.run("hint", 1).stdout
    assert "First failing task: 1.4 backward\n  a value used twice gets both gradients" in checked
    assert "task 1.4 backward" in hinted and "fails: a value used twice gets both gradients" in hinted


def test_a_mended_check_hands_over_to_the_next_one_with_its_first_level(course):
    course.write(1, overwriting())
    course.run("hint", 1)
    course.run("hint", 1)
    course.write(1, solution(1).replace("max(0.0, self.data)", "abs(self.data)"))
    answer = course.run("hint", 1).stdout
    assert "task 1.3 exp, log, relu" in answer and shown_levels(answer) == ["1"]
    course.write(1, overwriting())
    assert shown_levels(course.run("hint", 1).stdout) == ["1", "2", "3"]


def test_code_waits_for_the_texts_of_another_check_of_its_task(course):
    course.write(1, overwriting())
    last = [course.run("hint", "1.4").stdout for _ in range(6)][-1]
    assert shown_levels(last) == ["1", "2", "3", "4", "6"] and "with fewer blanks, in place of 5." in last
    course.write(1, solution(1).replace("        self.grad = 1.0\n", ""))
    answers = [course.run("hint", "1.4").stdout for _ in range(5)]
    assert "Hint 1 of 6" in answers[0] and "Hint 4 of 6" in answers[3]
    assert ["____" in answer for answer in answers] == [False] * 4 + [True]
    assert shown_levels(answers[4]) == ["1", "2", "3", "4", "6"]


def test_an_unchanged_file_is_not_checked_again(course):
    course.write(1, overwriting())
    course.run("check", 1)
    path = course.root / ".learner" / "results" / "1.json"
    kept = json.loads(path.read_text(encoding="utf-8"))
    for check in kept["checks"]:
        if check["name"] == TWICE:
            check["advice"] = "This was kept."
    path.write_text(json.dumps(kept), encoding="utf-8")
    assert "This was kept." in course.run("hint", 1).stdout
    course.write(1, overwriting() + "\n# changed\n")
    assert "This was kept." not in course.run("hint", 1).stdout


def test_without_a_part_the_first_unfinished_one_is_meant(course):
    course.solve(0)
    assert "Part 1, task 1.1" in course.run("hint").stdout


def test_a_task_can_be_named(course):
    assert "task 5.3 mlp" in course.run("hint", "5.3").stdout


def test_what_is_passed_needs_no_hint(course):
    course.solve(3)
    answer = course.run("hint", 3)
    assert answer.returncode == 0 and "you need no hints" in answer.stdout and "Next:" in answer.stdout


def test_a_file_that_python_cannot_read_gets_that_sentence_and_uses_up_no_hint(course):
    course.write(3, "def linear(x, w:\n")
    answer = course.run("hint", 3).stdout
    assert "Python can't read the file" in answer and "Fix that first; hints come after it" in answer
    assert not (course.root / ".learner" / "hints.json").exists()


def without(number: int, *names: str) -> str:
    """The solution of a part, and of these methods the stub."""
    text, stub = solution(number), fresh_stub(part(number).file_name)
    for name in names:
        method = re.compile(rf"^    def {name}\(.*?(?=^    def |\Z)", re.MULTILINE | re.DOTALL)
        text = text.replace(method.search(text)[0], method.search(stub)[0])
    return text


def test_a_task_that_is_not_written_has_hints_of_its_own(course):
    course.write(1, without(1, "backward"))
    answers = [course.run("hint", "1.4").stdout for _ in range(7)]
    assert "task 1.4 backward" in answers[0] and "not written yet" in answers[0] and "Hint 1 of 6" in answers[0]
    assert "a topological order" in " ".join(answers[2].split())
    assert "The code of 1.4 with blanks." in answers[4] and "Hint 5 of 6" in answers[4]
    assert "These are all 6 hints.\n" in answers[6] and "debug" not in answers[6]
    course.write(1, overwriting())
    assert levels(part(1))[TWICE][0][:40] in " ".join(course.run("hint", "1.4").stdout.split()), "of the check now"


def test_a_task_that_waits_for_others_has_its_hints_all_the_same(course):
    answer = course.run("hint", "1.4").stdout  # nothing of part 1 is written
    assert "task 1.4 backward" in answer and levels(part(1))["1.4"][0][:40] in " ".join(answer.split())
    assert "What is left of" not in answer


def test_a_task_that_waits_for_an_earlier_one_says_so_and_sends_nobody_past_both():
    facts = {"name": TWICE, "task": "1.4", "title": "", "hidden": False, "points": 1.0, "status": "todo"}
    waiting = Check(**facts, message="1.1 Value.__add__ is not written yet.\n")
    report = Report(1, "part01_autograd", "part01_autograd.py", "", 1, "local", "", (waiting,))
    said = "1.4 is checked when 1.1 + and * is written. Next: write that in part01_autograd.py, then "
    assert next_step([report]).startswith(said)


def test_a_broken_memory_is_as_good_as_none(course):
    (course.root / ".learner").mkdir()
    for broken in ("", "[", "[]", '{"0 square_gives_x_times_x": "many"}', '{"0 square_gives_x_times_x": -7}'):
        (course.root / ".learner" / "hints.json").write_text(broken, encoding="utf-8")
        answer = course.run("hint", 0)
        assert answer.returncode == 0 and shown_levels(answer.stdout) == ["1"]


def test_where_nothing_can_be_remembered_a_sentence_says_so_and_the_hint_is_shown(course):
    (course.root / ".learner").write_text("a file where the folder should be", encoding="utf-8")
    answer = course.run("hint", 0)
    assert answer.returncode == 0 and shown_levels(answer.stdout) == ["1"]
    assert answer.stderr.count("Can't remember this") == 1


def test_every_hint_can_be_printed_on_any_console():
    for each in parts():
        found = levels(each)
        assert found and all(len(texts) == 4 for texts in found.values()), each.number
        for texts in found.values():
            text = "".join(texts)
            assert text.isascii(), [character for character in text if not character.isascii()]


def test_every_hint_is_complete():
    for each in parts():
        for name, texts in levels(each).items():
            assert [text[-30:] for text in texts if not re.search(r"[.?!]`?\)?$", text)] == [], (each.number, name)


def test_misuse_is_a_sentence(course):
    answer = course.run("hint", "12")
    assert answer.returncode == 2 and "There is no part 12" in answer.stderr


def test_while_nothing_of_a_task_is_written_its_hints_are_about_the_whole_task(course):
    for _ in range(4):
        said = " ".join(course.run("hint", "1.4").stdout.split())
    assert "task 1.4 backward" in said and "the result itself" not in said and "Hint 4 of 6" in said
    assert "topological order" in said and "append the value itself" in said and "go through the list backwards" in said
    course.write(1, solution(1).replace("        self.grad = 1.0\n", ""))
    assert "fails: the result has grad 1, and its inputs get their gradients" in course.run("hint", "1.4").stdout
