"""One verdict in every door: file, notebook, browser, Gradescope and GitHub. benchmarks/doors.md has all parts."""

import json
import subprocess
from pathlib import Path

import doors
import pytest
from helpers.bundle import few_mistakes

from autograder.bundle import page
from autograder.course import part, parts, read_toml
from autograder.grading.checks import checks_of
from autograder.grading.misconceptions import misconceptions

WORDING = Path(__file__).with_name("wording.toml")
# At most so many differences of each kind, for all known mistakes of most parts. Lower it when a difference is gone.
MOST = {"wording": 42, "unnamed": 18, "digits": 2, "limit": 1, "smaller": 26, "named": 1}
TIMER = """
import { countProcessorTime } from "./processor_time.mjs";
countProcessorTime();
let ended = false;
setTimeout(() => (ended = true), 300);
const idle = setInterval(() => {}, 20);
const wait = (seconds) => new Promise((done) => { const at = performance.now();
  const look = setInterval(() => performance.now() - at > seconds * 1000 && (clearInterval(look), done()), 20); });
await wait(0.5);
const early = ended;
const before = process.cpuUsage();
const used = () => { const { user, system } = process.cpuUsage(before); return (user + system) / 1000; };
while (used() < 350);
await wait(0.1);
clearInterval(idle);
console.log(JSON.stringify([early, ended]));
process.exit(0);
"""


@pytest.fixture(scope="module")
def rows():
    return json.loads(doors.DATA.read_text(encoding="utf-8"))


def test_a_file_gets_the_same_verdict_from_make_check_and_in_the_browser(in_page):
    of = part(0)

    def browser(of, files):
        return doors.verdict(in_page([(of.number, files)])[0]["report"]["checks"])

    given = doors.submissions(of, 2)
    assert list(given)[:2] == ["reference", "stub"]
    assert doors.differences("browser", browser, doors.file, of, given) == []
    assert all(points for points, _ in browser(of, given["reference"]).values())
    assert not any(points for points, _ in browser(of, given["stub"]).values())


def test_the_version_of_python_in_the_browser_comes_from_the_browsers_python(in_page, built_page):
    locked = json.loads((built_page / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))
    assert in_page([()]) == [{"version": locked["info"]["python"]}]


def test_no_time_limit_of_a_measurement_passes_while_other_programs_use_the_processors(built_page):
    command = ["node", "--input-type=module", "--eval", TIMER]
    done = subprocess.run(command, cwd=doors.IN_NODE.parent, capture_output=True, encoding="utf-8")
    assert json.loads(done.stdout or "[]") == [False, True], done.stderr


def listed(here, there, again=None):
    """The differences where a door gives one answer, and another one when it is asked again."""
    answers = iter([here, here if again is None else again])
    found = doors.differences("door", lambda *_: next(answers), lambda *_: there, part(0), {"stub": {}})
    return [(each.check, each.kind) for each in found]


def test_a_difference_between_two_doors_is_listed():
    said = doors.differences("door", lambda *_: {}, lambda *_: {"title": (1, "")}, part(0), {"stub": {}})
    assert [str(each) for each in said] == ["door, part 0, stub, *title*: None, but elsewhere (1, '')"]


def test_a_difference_that_is_gone_in_the_second_check_is_listed_separately_and_not_hidden():
    right = {"title": (1, "")}
    assert listed({"title": (0, "no answer")}, right, again=right) == [("title", "once")]


def test_only_the_sentence_of_an_exception_counts_as_a_wording_of_python():
    called = "Called:     f(1)\nYour code raised "
    here, there = f"{called}TypeError: one sentence.", f"{called}TypeError: another one."
    assert listed({"title": (0, here)}, {"title": (0, there)}) == [("title", "wording")]
    for points, text in ((1, here), (0, f"{called}ValueError: one sentence."), (0, f"{here}\nOne more line")):
        assert listed({"title": (points, text)}, {"title": (0, there)}) == [("title", "real")]


def test_other_last_digits_of_long_lines_are_listed_as_such_and_another_number_as_a_difference():
    def kind(here):
        there = "Returned:   [0.16011638761920363, -0.15317632766460718, 0.02072886061 ..."
        return doors.Difference("browser", 0, "stub", "title", (0, here), (0, there)).kind

    assert kind("Returned:   [0.1601163876192036, -0.1531763276646072, 0.0207288606188 ...") == "digits"
    assert kind("Returned:   [0.1601163876192036, -0.2531763276646072, 0.0207288606188 ...") == "real"
    assert kind("Returned:   [0.1601163876192036, 0.0207288606188 ...") == "real"
    short = doors.Difference(
        "browser", 0, "stub", "title", (0, "Returned: [0.864002, -1.5]"), (0, "Returned: [0.864001, -1.5]")
    )
    assert short.kind == "digits"
    assert (
        doors.Difference("browser", 0, "stub", "title", (0, "Returned: [0.864003]"), (0, "Returned: [0.864001]")).kind
        == "real"
    )


def test_another_time_limit_and_a_smaller_input_of_the_browser_are_listed_as_such():
    late = [
        f"Your code did not answer in time: no answer after {limit}."
        for limit in ("5 seconds", "1 second of processor time")
    ]
    chain = "backward follows chains of 5,000 and 50,000 values"
    for check, texts, kind in (("title", late, "limit"), (chain, ("100 times", "5000 times"), "smaller")):
        here, there = ((0, text) for text in texts)
        assert doors.Difference("browser", 1, "stub", check, here, there).kind == kind
        assert doors.Difference("browser", 1, "stub", check, (1, texts[0]), there).kind == "real"


def test_a_mistake_that_a_door_without_hidden_checks_does_not_name_is_listed_as_such_and_another_name_as_a_difference():
    first, second, *_ = misconceptions(part(0))
    named, other = f"Returned: 1\n{doors.LIKELY}{first.says}", f"Returned: 1\n{doors.LIKELY}{second.says}"
    none = f"Returned: 1\n{doors.LIKELY}the check's own guess"

    def kind(door, here):
        return doors.Difference(door, 0, "stub", "title", (0, here), (0, named)).kind

    assert kind("browser", none) == kind("GitHub", none) == "unnamed"
    assert kind("browser", other) == kind("Gradescope", none) == "real"
    assert doors.Difference("browser", 0, "stub", "title", (0, named), (0, none)).kind == "named"


def test_the_page_of_the_doors_is_written_from_its_data(rows):
    assert doors.PAGE.read_text(encoding="utf-8") == doors.report(rows), "run: python benchmarks/doors.py"


def test_each_part_was_measured_in_each_door_with_no_new_difference(rows):
    assert [row["part"] for row in rows] == [each.number for each in parts()]
    for row in rows:
        assert set(row["files"]) == set(doors.DOORS), row["part"]
        assert row["earned"] == [row["possible"], 0], row["part"]
    found = doors.listed(rows)
    assert [str(each) for each in found if each.kind not in {*MOST, "once"}] == []
    for kind, most in MOST.items():
        assert len([each for each in found if each.kind == kind]) <= most, kind
    known = read_toml(WORDING)["differs"]
    names = {check.title: check.name for each in parts() for check in checks_of(each)}
    new = {f"{each.part} {each.submission}: {names[each.check]}" for each in found if each.kind == "wording"}
    assert new <= {f"{submission}: {check}" for submission, checks in known.items() for check in checks}
    assert sum(map(len, known.values())) <= MOST["wording"]


def test_the_page_with_the_solutions_gave_the_verdicts_of_make_check_with_hidden_checks(rows):
    measured = [row for row in rows if "own_page" in row]
    assert {row["part"] for row in rows if row not in measured} <= {1}
    assert sum(row["own_page"]["only_hidden"] for row in measured) > 10
    assert {each.kind for each in doors.own_differences(measured)} <= {
        "wording",
        "digits",
        "limit",
        "smaller",
        "named",
        "order",
    }


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    return tmp_path_factory.mktemp("recordings")


@pytest.mark.slow
@pytest.mark.parametrize("number", [each.number for each in parts()])
def test_every_door_gives_one_verdict(number, recordings, tmp_path):
    of, most = part(number), 2
    with few_mistakes(recordings, lambda of: doors.some(misconceptions(of), most)):
        built = page.make_page(tmp_path / "page", [of])
        with doors.doors([of], built) as all_doors:
            row = doors.measured(of, all_doors, most, most)
    assert [str(each) for each in doors.listed([row]) if each.kind == "real"] == []
    assert row["earned"] == [row["possible"], 0]
