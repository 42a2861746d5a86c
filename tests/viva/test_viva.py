"""The viva: questions are about the learner's own lines, answers what the code does; strangers' code stays inside."""

import json
import random
import re
import subprocess
import sys
import tracemalloc

import pytest
from helpers.hostile_sources import SOURCES, little_of_this_process
from helpers.learners_part00 import MINE
from typer.testing import CliRunner

from autograder.check import check
from autograder.cli import app
from autograder.course import ROOT, SOLUTIONS, parse_target, part, parts
from autograder.grading.checks import Draw
from autograder.grading.grade import data_files
from autograder.grading.part_probes import Call, Probes, paper_calls
from autograder.sandbox import SandboxUnavailable, Tier, strict_tier
from autograder.viva import draw_questions
from autograder.viva.draw_questions import ask, ask_apart
from autograder.viva.questions import held_before, lengths, order_questions, result_questions
from autograder.viva.recorded_run import run_calls
from autograder.viva.student_code import Code

OTHER_WAYS = ROOT / "tests" / "right_but_different"

FAST = ("closures_and_counted_uses", "slopes_in_the_opposite_order")


def solution(number):
    return (SOLUTIONS / part(number).file_name).read_bytes()


def ask_about(source, number=0, seed=1):
    content = source if isinstance(source, bytes) else source.encode("utf-8")
    return ask({part(number).file_name: content}, part(number), Tier.LOCAL, seed)


def runs_of(source, *calls):
    code = Code(source.encode("utf-8"), "part00_setup.py")
    return code, run_calls(part(0), code, list(calls), Tier.LOCAL, {})


def viva(*words):
    return CliRunner().invoke(app, ["viva", *map(str, words)])


@pytest.fixture
def stranger(tmp_path):
    try:
        strict_tier()
    except SandboxUnavailable:
        pytest.skip("No strict sandbox holds on this machine.")
    return tmp_path / "ada"


def hand_in(folder, source, name="part00_setup.py"):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(source, encoding="utf-8")
    return folder


# The calls of each part


@pytest.mark.parametrize("number", [each.number for each in parts()])
def test_every_call_of_a_part_has_an_answer_that_fits_on_paper(number):
    probes = Probes(part(number))
    for seed in range(20):
        calls = paper_calls(part(number), Draw(seed))
        assert calls
        for call in calls:
            part(number).task(call.task)
            answer = call.right or probes.on_reference(call.probe, call.arguments)
            assert len(lengths(answer) if call.only_lengths else str(answer)) < 200, call
            assert call.mentions.endswith(".") and len(probes.called(call.probe, call.arguments)) < 400


def test_every_task_has_a_call():
    for each in parts():
        tasks = {call.task for call in paper_calls(each, Draw(1))}
        assert tasks == {task.id for task in each.tasks if task.defines and not task.stretch}


@pytest.mark.parametrize("number", [0, 5, pytest.param(None, marks=pytest.mark.slow)])
def test_a_right_part_gives_three_questions_about_lines_of_its_own(number):
    for each in parts() if number is None else [part(number)]:
        content = solution(each.number)
        lines = content.decode("utf-8").splitlines()
        questions = ask_about(content, each.number).questions
        assert len(questions) == 3 and len({question.words for question in questions}) == 3
        for question in questions:
            line, text = question.lines[0]
            assert lines[line - 1].strip()[:200] == text
            assert question.answer and all(question.mentions)


# Right code that is written differently

RIGHT = [
    pytest.param(
        each.number, path, id=f"{each.number}-{path.stem}", marks=() if path.stem in FAST else pytest.mark.slow
    )
    for each in parts()
    for path in sorted((OTHER_WAYS / each.name).glob("*.py"))
]


@pytest.mark.parametrize(("number", "path"), RIGHT)
def test_every_call_of_right_code_is_answered_and_its_answer_is_right(number, path):
    asked = part(number)
    code, calls = Code(path.read_bytes(), asked.file_name), paper_calls(asked, Draw("3"))
    runs = run_calls(asked, code, calls, Tier.LOCAL, data_files(asked, 3))
    assert [(run.call.task, run.call.probe) for run in runs] == [(call.task, call.probe) for call in calls]
    assert all(run.lines for run in runs)
    questions = result_questions(asked, code, runs)
    assert not [question.answer for question in questions if "wrong here" in question.answer]
    assert len({question.words for question in questions}) == len(questions)


def test_operators_are_asked_about_before_backward_is_written():
    code = Code(solution(1).replace(b"order, seen, to_visit =", b"raise NotImplementedError #"), "part01_autograd.py")
    runs = run_calls(part(1), code, paper_calls(part(1), Draw("3")), Tier.LOCAL, {})
    assert {run.call.task for run in runs} == {"1.1", "1.2", "1.3"}
    assert not [question for question in result_questions(part(1), code, runs) if "wrong here" in question.answer]


# Answers


def test_the_answer_to_a_call_is_what_the_learners_code_gives():
    code, runs = runs_of(MINE, Call("0.1", "squares", ([3, -2],), "."))
    (question,) = result_questions(part(0), code, runs)
    assert question.answer == "[9, 4]" and question.lines == ((1, "def square(x):"),)
    assert "[square(x) for x in [3, -2]]" in question.words


def test_the_answer_of_wrong_code_is_what_it_does_with_what_is_right_beside_it():
    code, runs = runs_of(MINE.replace("y = x * x", "y = x * 2"), Call("0.1", "squares", ([3],), "."))
    (question,) = result_questions(part(0), code, runs)
    assert question.answer == "[6] (This code is wrong here: the right answer is [9].)"


def test_lengths_are_counted_level_by_level():
    assert lengths([[[1.0], [1.0, 2.0]]]) == (
        "1 element; each of them a list, of 2 elements; each of them a list, of 1, 2 elements"
    )


def test_questions_on_running_have_the_answers_that_a_person_counts():
    code, runs = runs_of(MINE, Call("0.2", "slopes_of_product", (4, -3), "."))
    assert runs[0].lines == [7, *[9, 10, 11, 12, 13, 18] * 2, 14]
    questions = [question for seed in range(40) for question in order_questions(code, runs, random.Random(seed))]
    times = {question.answer for question in questions if "How many times" in question.words}
    assert times == {"2"}
    orders = {question.answer for question in questions if "In which order" in question.words}
    assert orders and all(
        answer.index("18") < answer.index("14") for answer in orders if "18" in answer and "14" in answer
    )
    assert "13, then 18, then 14" in orders
    held = {question.answer for question in questions if "What is the value of" in question.words}
    assert "[4, -3]" in held and "[]" in held  # up and down are lists of two numbers; slopes is empty at first


def test_a_value_is_explained_by_what_the_same_function_assigned_before():
    source = MINE.replace("    return f(up) - f(down)", "    y = f(up)\n    return y - f(down)")
    code, runs = runs_of(source, Call("0.2", "slopes_of_product", (4, -3), "."))
    assert held_before(code, runs[0], 18, "y") == []  # up and down were assigned before, by another function
    assert [(line, name) for line, name, _ in held_before(code, runs[0], 11, "down")] == [(7, "slopes"), (9, "up")]


def test_a_changed_line_fails_the_checks_that_the_answer_names(tmp_path):
    seen = 0
    for seed in range(4):
        (question,) = [question for question in ask_about(MINE, seed=seed).questions if question.kind == "change"]
        lines = MINE.splitlines()
        number, before = question.lines[0]
        assert lines[number - 1].strip() == before
        indent = lines[number - 1][: -len(lines[number - 1].lstrip())]
        lines[number - 1] = indent + (question.lines[1][1] if len(question.lines) == 2 else "pass")
        folder = hand_in(tmp_path, "\n".join(lines))
        (report,) = check(folder, parse_target("0"), Tier.LOCAL, seed)
        failing = {found.title for found in report.checks if found.status != "passed"}
        listed = dict(re.findall(r"\((\w)\) ([^;]+)(?:;|$)", question.words))
        named = set(re.findall(r"\b([a-d])\b", question.answer.partition(" would")[0]))
        assert {letter for letter, title in listed.items() if title in failing} == named
        seen += len(question.lines) == 2
    assert seen  # an operator, not only lines that are taken out


def test_statements_in_cases_and_handlers_are_recorded():
    source = MINE.replace(
        "    return f(up) - f(down)",
        "    match up:\n        case _:\n            try:\n                return f(up) / 0\n"
        "            except ZeroDivisionError:\n                return f(up) - f(down)",
    )
    _, runs = runs_of(source, Call("0.2", "slopes_of_product", (4, -3), "."))
    assert {21, 23} <= {*runs[0].lines}


def test_a_line_that_alone_gives_a_name_its_value_is_not_taken_out():
    removed = {change.line for change in Code(MINE.encode(), "mine.py").changes() if change.words == "were not there"}
    assert removed == {3, 10, 12, 13, 14, 18}
    others = {(change.line, change.after) for change in Code(MINE.encode(), "mine.py").changes() if change.after}
    assert {(2, "y = x + x"), (10, "up[i] = h"), (13, "slopes.append(difference(f, up, down) * (2 * h))")} <= others


# Different learners, the same seed


def test_another_learners_code_gets_other_questions_and_the_same_code_the_same():
    other = sorted((OTHER_WAYS / "part00").glob("*.py"))[0].read_bytes()
    first, again, others = ask_about(MINE), ask_about(MINE), ask_about(other)
    assert first.questions == again.questions
    assert [question.words for question in first.questions] != [question.words for question in others.questions]
    assert ask_about(MINE, seed=2).questions != first.questions


# The command


def test_the_command_shows_questions_first_and_answers_behind_a_line():
    words = [sys.executable, "-m", "autograder", "viva", "0", "--from", "solutions", "--seed", "1"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    questions, _, answers = done.stdout.partition("-- For the examiner, not for the learner --")
    assert re.findall(r"^(\d)\. ", questions, flags=re.M) == ["1", "2", "3"] and "Answer" not in questions
    assert re.findall(r"^(\d)\. Answer: \S", answers, flags=re.M) == ["1", "2", "3"]
    assert "viva 0 --seed 1 --from solutions" in answers


def test_questions_come_as_data(stranger):
    done = viva(0, "--from", hand_in(stranger, MINE), "--seed", 3, "--json")
    found = json.loads(done.stdout)
    assert found["sandbox"] != "local" and found["seed"] == 3 and len(found["questions"]) == 3
    lines = MINE.splitlines()
    for question in found["questions"]:
        assert lines[question["lines"][0]["line"] - 1].strip() == question["lines"][0]["text"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["99"], "There is no part 99: the parts are 0 to "),
        (["five"], "'five' is not a part or a task."),
        (["5.2"], "Questions are about an entire part: write 5."),
        (["5", "--from", "nowhere"], "There is no folder nowhere."),
    ],
)
def test_bad_input_is_a_sentence(words, sentence):
    done = viva(*words)
    assert done.exit_code == 2 and sentence in done.stderr and "Traceback" not in done.stderr and not done.stdout


def test_a_folder_without_the_file_a_broken_file_and_an_unwritten_one_are_sentences(tmp_path):
    with pytest.raises(ValueError, match=r"There is no file part00_setup\.py, so there is nothing to ask about\."):
        ask({}, part(0), Tier.LOCAL)
    with pytest.raises(ValueError, match=r"part00_setup\.py, line 1: Python can't read the file"):
        ask_about("def square(x)\n    return x")
    with pytest.raises(ValueError, match="answers no call and passes no check yet"):
        ask_about("def square(x):\n    raise NotImplementedError('0.1 square')\n")


def test_half_of_a_part_is_asked_about_that_half():
    questions = ask_about(MINE.partition("def numerical")[0]).questions
    assert questions and all(question.lines[0][0] in (1, 2, 3) for question in questions)


# Other people's code


@pytest.mark.parametrize(
    "hostile",
    [
        "import sys\nsys.exit()\n",
        "while True:\n    pass\n",
        "import sys\nr = sys.modules['viva_recorder']\nr.line = lambda number: r.lines.append('x' * 99)\n",
        "import sys\nr = sys.modules['viva_recorder']\nr.line = lambda number: r.lines.append(10**9)\n",
        "import sys\nr = sys.modules['viva_recorder']\nr.value = lambda *a: r.values.append([1, '\\x1b[2J', 1])\n",
        "open('/etc/passwd').read()\nopen('/tmp/viva', 'w')\n",
    ],
    ids=["exits", "never ends", "lines of text", "no such line", "a name that clears the screen", "reads and writes"],
)
def test_code_that_cheats_gets_a_sentence_or_honest_questions_and_no_traceback(stranger, hostile):
    done = viva(0, "--from", hand_in(stranger, MINE + "\n\n" + hostile), "--seed", 1)
    assert done.exit_code in (0, 2) and "Traceback" not in done.stderr + done.stdout
    said = done.stderr
    assert done.stdout or "answers no call and passes no check yet" in said or "a loop that never ends" in said
    assert "\x1b" not in done.stdout and "root:" not in done.stdout and "xxxx" not in done.stdout


HOSTILE = """signs; lists in lists; lambdas; a difference of 2,900; a hexadecimal number; a number of 60,000 digits;
50 MB; null bytes; surrogates; another encoding; marks of direction; functions that give back"""


@pytest.mark.parametrize("name", re.split(r";\s", HOSTILE))
def test_a_hostile_module_is_read_elsewhere_and_gets_a_sentence(name):
    files = {"part00_setup.py": SOURCES[name]()[: 64 * 1024 + 1]}
    with little_of_this_process(seconds=1, megabytes=50), pytest.raises(ValueError) as caught:
        ask_apart(files, part(0), Tier.LOCAL, 1)
    said = str(caught.value)
    assert "part00_setup.py" in said and said.isprintable() and said[-1] == "." and len(said) < 200


@pytest.mark.parametrize("name", ["names in the opposite order", "functions in functions"])
def test_questions_are_about_the_learners_lines_though_others_are_hostile(name):
    content = MINE.encode() + b"\n\nif not square:\n    " + SOURCES[name]().replace(b"\n", b"\n    ")
    with little_of_this_process(seconds=1, megabytes=50):
        found = ask_apart({"part00_setup.py": content[: content.rindex(b"\n")]}, part(0), Tier.LOCAL, 1)
    assert len(found.questions) == 3 and all(question.lines[0][0] < 20 for question in found.questions)


def test_a_process_of_its_own_asks_the_same():
    files = {"part00_setup.py": MINE.encode()}
    assert ask_apart(files, part(0), Tier.LOCAL, 4) == ask(files, part(0), Tier.LOCAL, 4)


def test_a_module_that_takes_for_ever_is_a_sentence(monkeypatch):
    monkeypatch.setattr(draw_questions, "SECONDS", 0.0)
    with pytest.raises(ValueError, match=r"^part00_setup\.py: Reading it takes too much processor time\.$"):
        ask_apart({"part00_setup.py": MINE.encode()}, part(0), Tier.LOCAL, 4)


PLANTED = """
import sys
recorder = sys.modules.get("viva_recorder")
if recorder:

    def square(x):
        recorder.lines[:] = [2, 3]
        recorder.values[:] = [[2, "y", 42]]
        return 42

    numerical_gradient = lambda f, xs, h=0: [42] * len(xs)
"""


def test_what_a_module_answers_only_while_it_is_recorded_is_not_asked_about():
    for seed in range(3):
        questions = ask_about(MINE + PLANTED, seed=seed).questions
        assert questions and not any("42" in question.answer for question in questions)


def test_an_escape_in_the_source_does_not_reach_the_terminal(stranger):
    source = MINE.replace("return y", "return y  # \x1b[2J\u202ehidden ##[error]")
    done = viva(0, "--from", hand_in(stranger, source), "--json", "--seed", 5)
    assert "\\u001b" not in done.stdout and "\\u202e" not in done.stdout
    plain = viva(0, "--from", stranger, "--seed", 5)
    assert "\x1b" not in plain.stdout and "\u202e" not in plain.stdout and "##[" not in plain.stdout


def test_the_changes_of_a_long_file_share_its_lines():
    """A file of 64 KB once had 728 MB of changes."""
    source = "def f(a):\n" + "".join(f"    a = a + {number}\n" for number in range(3500))
    tracemalloc.start()
    changes = Code(source.encode(), "mine.py").changes()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(changes) == 7000 and most < 60_000_000
    assert changes[1].source == source.replace("a = a + 0", "a = a - 0", 1)
