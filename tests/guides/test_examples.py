"""The learner guide's examples print what the pages say, its numbers come from them, and it gives no answers away."""

import doctest
import json
import re
from pathlib import Path

import pytest
from generator.course_pictures import PICTURES
from test_readme import calls_in, check_call

from autograder.bundle.zip_audit import MIN_ZIP_LEAK_CHARACTERS
from autograder.course import ROOT, capstone, parts
from autograder.leaderboard.noise import TARGET
from autograder.notebooks.release_audit import hidden_lines, normalised, sample_answers, solution_lines

LEARNER = ROOT / "docs" / "learner"
PAGES = sorted(LEARNER.glob("*.md"))
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
DECIMAL = re.compile(r"(?<![\w.^])\d[\d,]*\.\d{2,}(?![\w.]*\d)")
by_page = pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])


def examples(page: Path) -> doctest.DocTest:
    text = "\n".join(BLOCK.findall(page.read_text(encoding="utf-8")))
    return doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)


def measured() -> list[float]:
    """The course's own figures that pages may quote: what was measured, and the board's target."""
    found: list[float] = [TARGET]

    def collect(value: object) -> None:
        if isinstance(value, float):
            found.append(value)
        elif isinstance(value, list | dict):
            for item in value.values() if isinstance(value, dict) else value:
                collect(item)

    collect(json.loads((ROOT / "benchmarks" / "facts.json").read_text(encoding="utf-8")))
    record = json.loads((ROOT / "docs" / "experiments" / "recurrent.json").read_text(encoding="utf-8"))
    collect([spread["mean"] for spread in record["figures"]["held_out"].values()])
    return found


def unfounded(text: str) -> list[str]:
    """The decimal numbers of a page, outside code and addresses, that its code does not show and nobody measured."""
    code = "\n".join(BLOCK.findall(text))
    known = [
        float(number.replace(",", "")) for number in re.findall(r"(?<![\w.])[\d,]*\d(?:\.\d+)?", code)
    ] + measured()
    prose = re.sub(r"```.*?```|`[^`\n]*`|\]\([^)]*\)|Python 3[.]\d+", " ", text, flags=re.DOTALL)
    wrong = []
    for number in DECIMAL.findall(prose):
        places = len(number.partition(".")[2])
        value = float(number.replace(",", ""))
        if not any(abs(value - each) <= 0.5001 * 10**-places for each in known):
            wrong.append(number)
    return wrong


@by_page
def test_every_example_prints_what_the_page_says(page):
    test = examples(page)
    said: list[str] = []
    doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert not said, "".join(said)


def test_every_part_has_a_page_with_an_example():
    for part in parts():
        page = LEARNER / f"{part.name}.md"
        assert page.read_text(encoding="utf-8").startswith(f"# Part {part.number}: {part.title}\n")
        assert len(examples(page).examples) >= 5, page


def test_an_example_that_prints_something_else_would_be_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```python\n>>> 1 + 1\n3\n```\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="Expected"):
        test_every_example_prints_what_the_page_says(page)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "docs" / "index.md"], ids=lambda page: page.stem)
def test_every_number_in_the_text_is_printed_by_the_page_or_was_measured(page):
    assert unfounded(page.read_text(encoding="utf-8")) == []


def test_a_number_from_nowhere_would_be_noticed():
    text = "It is 0.73, or 2.357, or 0.67.\n```python\n>>> round(2 / 3, 4)\n0.6667\n```\n"
    assert unfounded(text) == ["0.73"]


@pytest.mark.parametrize("part", parts(), ids=lambda part: part.name)
def test_every_page_has_the_same_sections(part):
    titles = re.findall(r"^## (.+)$", (LEARNER / f"{part.name}.md").read_text(encoding="utf-8"), flags=re.M)
    assert titles[0] == "The idea"
    assert [
        title for title in titles if title in ("Shapes", "A worked example", "Common mistakes", "Further reading")
    ] == [
        "Shapes",
        "A worked example",
        "Common mistakes",
        "Further reading",
    ]
    assert titles[1].startswith(("The derivation", "The mathematics"))


# Answers


def text_of(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    return normalised(re.sub(r"<[^>]+>", "", text) if file.suffix == ".html" else text)


def answers_in(files: list[Path]) -> dict[str, list[str]]:
    """Lines of solutions, of hidden checks and of sample answers that stand in these files."""
    secrets = solution_lines().union(*(hidden_lines(part) | sample_answers(part) for part in parts()))
    secrets = {line for line in secrets if len(line) >= MIN_ZIP_LEAK_CHARACTERS}
    found = {file.name: [line for line in secrets if line in text] for file in files for text in [text_of(file)]}
    return {name: lines for name, lines in found.items() if lines}


def test_the_site_holds_no_answers(site):
    """The contributor guide shows one check in full; its readers have the suites."""
    files = [file for file in site.rglob("*") if file.suffix in (".html", ".py", ".md", ".txt", ".js")]
    assert len(files) > 40
    assert answers_in([file for file in files if "contributor" not in file.parts]) == {}


def test_an_answer_in_a_page_would_be_noticed(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<p>Write <b>exps = [(logit</b> - largest).exp() for logit in logits]</p>", encoding="utf-8")
    assert len(answers_in([page])["page.html"]) == 1


# What is made from the course


def test_the_days_of_a_plan_hold_all_minutes_and_every_part_in_order(site):
    from generator.course import PLANS, spread

    total = sum(part.minutes for part in [*parts(), capstone()])
    for budget in PLANS.values():
        plan = spread(budget)
        assert len(plan) == -(-total // budget)
        named = [item.partition("]")[0] for day in plan for item in day]
        assert list(dict.fromkeys(named)) == [f"[{part.number} {part.title}" for part in parts()] + ["[Capstone"]
    shown = text_of(site / "learner" / "paths.html")
    assert f"{total // 60}h{total % 60:02d}" in shown


def test_every_word_of_the_glossary_stands_in_its_order():
    words = re.findall(r"^([^\n:`#].*)\n: ", (LEARNER / "glossary.md").read_text(encoding="utf-8"), flags=re.M)
    assert len(words) > 40
    assert words == sorted(words, key=str.lower)


def test_every_part_has_a_picture_and_every_picture_a_part():
    found = {page.stem: re.findall(r"^```\{picture\} (\S+)$", page.read_text(encoding="utf-8"), re.M) for page in PAGES}
    assert [page for page in found if page.startswith("part") and not found[page]] == []
    assert sorted(name for names in found.values() for name in names) == sorted(PICTURES)


# Commands


@pytest.mark.parametrize("page", [*PAGES, *(ROOT / "docs").glob("*.md")], ids=lambda page: page.stem)
def test_every_command_of_a_page_is_a_real_one(page):
    calls = [
        call
        for call in calls_in(page.read_text(encoding="utf-8"))
        if re.match(r"make [a-z]|python -m autograder ", call)
    ]
    assert {call: wrong for call in calls if (wrong := check_call(call))} == {}
