"""The catalogue of known mistakes: each has an entry at an address that stays, and no page gives a solution away."""

import html
import json
import re

import pytest
from helpers.shared_code import shared_runs
from mistake_examples import digest, edit, example, stored
from typer.testing import CliRunner

from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.settings import ClassError, load_settings
from autograder.cli import app
from autograder.commands import site as site_command
from autograder.course import ROOT, part, parts
from autograder.grading.checks import checks_of
from autograder.grading.misconceptions import misconceptions

pytest.importorskip("sphinx", reason="The site's generator needs Python 3.11.")

from generator import catalogue
from generator.wrong_code import MOST, allowed, runs, solution_runs, words, wrong_code

MISTAKES = [(each, mistake) for each in parts() for mistake in misconceptions(each)]
# Tokens in a row that a page may share with the reference. The sentences that checks print themselves go up to this
# limit; for code it is MOST.
MOST_IN_A_PAGE = 9


def text_of(page):
    return html.unescape(re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")))


def test_every_known_mistake_has_an_entry_at_its_address_with_all_that_an_entry_says(site):
    assert len(MISTAKES) > 600
    for task, mistakes in {task.id: found for _, task, found in catalogue.tasks()}.items():
        page = site / "mistakes" / f"{task}.html"
        source, text = page.read_text(encoding="utf-8"), " ".join(text_of(page).split())
        assert [mistake.id for mistake in mistakes if f'<section id="{mistake.id}">' not in source] == []
        assert [m.id for m in mistakes if " ".join(m.says.replace("`", "").split()) not in text] == []
        for label in ("What you see.", "What is wrong.", "Why it happens.", "What to try."):
            assert text.count(label) == len(mistakes), (task, label)


def test_the_list_links_to_every_entry(site):
    links = set(
        re.findall(r'href="([\d.]+html#[^"]+)"', (site / "mistakes" / "index.html").read_text(encoding="utf-8"))
    )
    assert links == {f"{mistake.task}.html#{mistake.id}" for _, mistake in MISTAKES}


def test_every_mistake_is_of_a_kind_and_every_kind_has_members():
    assert {mistake.family for _, mistake in MISTAKES} == set(catalogue.families())
    for family in catalogue.families().values():
        assert set(family) == {"title", "why", "try"} and all(family.values())


def test_each_part_shows_three_mistakes_and_where_all_are(site):
    for each in parts():
        assert sum(mistake.common for mistake in misconceptions(each)) == 3, each.name
        page = (site / "learner" / f"{each.name}.html").read_text(encoding="utf-8")
        tasks = {mistake.task for mistake in misconceptions(each)}
        assert all(f"../mistakes/{task}.html" in page for task in tasks)
    assert "mistakes/index.html" in (site / "index.html").read_text(encoding="utf-8")


# What a page must not hold


def test_no_page_has_many_tokens_in_a_row_in_common_with_a_solution(site):
    pages = list((site / "mistakes").glob("*.html"))
    assert len(pages) > 30
    assert shared_runs("\n\n".join(map(text_of, pages)), MOST_IN_A_PAGE + 1) == set()
    assert shared_runs("Write gradient.append((above - below) / (2 * h)).", MOST_IN_A_PAGE + 1)


def test_wrong_code_keeps_to_the_rule_where_it_is_shown():
    shown = {(mistake.task, mistake.id): wrong_code(each, mistake) for each, mistake in MISTAKES}
    assert sum(map(bool, shown.values())) > 300
    for code in filter(None, shown.values()):
        assert not runs(words(code.replace("...", "")), MOST + 1) & solution_runs(), code
    assert shown["5.1", "no-attention-scale"] == "scale = 1.0"
    assert "local_grad * value" not in shown["1.4", "overwrites-gradients"]  # one sign away from the solution


def test_code_that_is_nearly_the_solution_is_not_allowed():
    right = words("scale = (mean_square + eps) ** -0.5")
    assert not allowed(words("scale = (mean_square + 1e-5) ** -0.5"), right)
    assert allowed(words("(mean_square + 1e-5)"), right)
    assert not allowed(words("return self + other"), words("return self + (-other)"))  # right in another function


def test_of_a_hidden_check_only_the_title_is_shown():
    hidden = {check.name: check for each in parts() for check in checks_of(each) if check.hidden}
    found = 0
    for each, mistake in MISTAKES:
        shown = stored(each)["examples"][mistake.id]
        assert ("seen" in shown) is (shown["check"] not in hidden), mistake.id
        if shown["check"] in hidden:
            found += 1
            entry = catalogue.entry(each, mistake)
            assert "Its input stays hidden" in entry and "<dt>" not in entry
    assert found > 10


# The stored examples


@pytest.mark.parametrize("each", parts(), ids=lambda each: each.name)
def test_the_examples_are_of_this_code_and_of_these_checks(each):
    again = f"run: .venv/bin/python tests/gates/mistake_examples.py {each.number}"
    data = stored(each)
    assert data["computed_from"] == digest(each), again
    edits = {name: shown["edit"] for name, shown in data["examples"].items()}
    assert edits == {mistake.id: edit(mistake) for mistake in misconceptions(each)}, again


@pytest.mark.parametrize(("number", "name"), [(0, "divides-by-h"), (3, "softmax-without-exp"), (9, "loss-in-bits")])
def test_an_example_is_what_the_check_prints(number, name):
    each = part(number)
    mistake = next(mistake for mistake in misconceptions(each) if mistake.id == name)
    computed = json.loads(json.dumps(example(each, mistake)))
    shown = dict(stored(each)["examples"][name])
    assert shown.pop("edit") and shown == computed


# A class decides


def test_a_class_can_leave_the_catalogue_out(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(site_command, "_sphinx", lambda *words: asked.append(words) or 0)
    for text, tags in (("", ()), ("catalogue = true\n", ()), ("catalogue = false\n", ("-t", "no_catalogue"))):
        (tmp_path / "class.toml").write_text(text, encoding="utf-8")
        done = CliRunner().invoke(app, ["site", "--class", str(tmp_path), "--out", str(tmp_path / "site")])
        assert done.exit_code == 0, done.output
        assert asked.pop()[2:] == tags
        (tmp_path / "site").rmdir()


def test_the_setting_must_be_true_or_false(tmp_path):
    (tmp_path / "class.toml").write_text('catalogue = "no"\n', encoding="utf-8")
    with pytest.raises(ClassError, match="'no' must be true or false, without quotes"):
        load_settings(ClassFolder(tmp_path))


@pytest.mark.slow
def test_a_site_without_the_catalogue_has_no_trace_of_it(tmp_path):
    assert site_command.build(tmp_path / "site", catalogue=False) == 0
    assert not (tmp_path / "site" / "mistakes").exists()
    assert [
        page for page in (tmp_path / "site").rglob("*.html") if "mistakes/" in page.read_text(encoding="utf-8")
    ] == []


# The filter of the list


@pytest.mark.gate
def test_the_filter_shows_what_has_all_words_and_says_how_many(browser, address):
    browser.look(f"{address}/mistakes/index.html")
    total = len(MISTAKES)
    type_in = """
    const field = document.querySelector('#filter');
    field.value = arguments[0];
    field.dispatchEvent(new Event('input'));
    return [document.querySelector('.filter [role=status]').textContent,
            [...document.querySelectorAll('article li')].filter(li => li.checkVisibility()).length];
    """
    said, visible = browser.run(type_in, "transposed 4.1")
    assert 0 < visible < 10 and said == f"{visible} of {total} mistakes"
    assert browser.run(type_in, "nothing has these words") == [f"0 of {total} mistakes", 0]
    assert browser.run(type_in, "")[0] == ""
    assert browser.run("return document.querySelectorAll('article section[hidden], article li[hidden]').length") == 0
    assert browser.run("return document.querySelector('label[for=filter]').textContent")
    errors = [entry for entry in browser.driver.get_log("browser") if entry["source"] != "network"]
    assert [entry for entry in errors if entry["level"] == "SEVERE"] == []


def test_the_pages_are_one_for_each_task_with_mistakes():
    pages = {path.stem for path in (ROOT / "docs" / "mistakes").glob("*.md")} - {"index", "kinds"}
    assert pages == {mistake.task for _, mistake in MISTAKES}, "docs/mistakes/ needs a page of one line for each task"
