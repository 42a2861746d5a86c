"""The pages around the parts: concepts, outcomes, plans, achievements, next steps, help."""

import ast
import re

import pytest
import yaml
from part02_tokenizer import load_docs, split_docs

from autograder.course import ROOT, capstone, parts
from autograder.learner.achievements import achievements

pytest.importorskip("sphinx", reason="The site's generator needs Python 3.11.")

from generator import course

LEARNER = ROOT / "docs" / "learner"
# What the system, make and JupyterLab say, and what a learner would say.
NOT_OURS = {
    "make: command not found",
    "'make' is not recognized",
    "No module named autograder",
    "No module named 'numpy'",
    "No rule to make target 'check'",
    "No rule to make target '5'",
    "python",
    "inconsistent use of tabs and spaces in indentation",
    "Running as root is not recommended. Use --allow-root to bypass.",
    "make train",
    "raise NotImplementedError",
}
LINK = re.compile(r"\[[^\]]+\]\((https://[^)]+|[\w./]+\.md(?:#[\w-]+)?)\)")


def read(name: str) -> str:
    return (LEARNER / f"{name}.md").read_text(encoding="utf-8")


def rows(text: str) -> list[list[str]]:
    """The cells of each row of a text's tables, without their headings."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    heads = {i for i, line in enumerate(lines) if i + 1 < len(lines) and set(lines[i + 1]) <= set("|- ")}
    rest = [line for i, line in enumerate(lines) if i not in heads and not set(line) <= set("|- ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in rest]


# Key concepts and outcomes


def test_each_of_the_eight_concepts_has_what_why_how_and_an_example():
    text = read("concepts")
    named = [re.match(r"\[([^\]]+)\]", row[0])[1] for row in rows(text)]
    sections = dict(re.findall(r"^## (.+)\n\n((?:.|\n)*?)(?=^## |\Z)", text, flags=re.M))
    assert len(named) == 8 and named == list(sections)[:8]
    for name in named:
        assert [word for word in re.findall(r"^\*\*(\w+)\.\*\*", sections[name], flags=re.M)] == ["What", "Why", "How"]
        assert ">>> " in sections[name], name


def test_every_outcome_says_how_to_check_it():
    text = read("outcomes")
    for kind in ("Understanding", "Skills", "Code literacy"):
        section = re.search(rf"^## {kind}.*?(?=^## |\Z)", text, flags=re.M | re.S)[0].split("\nWhat you wrote")[0]
        outcomes = rows(section)
        assert len(outcomes) >= 5
        assert [outcome for outcome, check in outcomes if len(check) < 10] == []


# Plans


def test_the_reading_hours_have_every_part_once_and_none_is_longer_than_an_hour():
    plan = rows(course.reading())
    assert [part.partition("]")[0] for _, part, _, _ in plan] == [f"[{part.number} {part.title}" for part in parts()]
    by_hour: dict[str, int] = {}
    for hour, _, minutes, _ in plan:
        by_hour[hour] = by_hour.get(hour, 0) + int(minutes)
    assert max(by_hour.values()) <= 60 and 3 <= len(by_hour) <= 5


def test_each_plan_by_days_reaches_every_aim_once_in_order():
    assert len(course.AIMS) == len(parts()) + 1
    for plan in re.split(r"^\*\*.*\n", course.days(), flags=re.M)[1:]:
        reached = [aim for _, _, aims in rows(plan) for aim in aims.split("; ") if not aim.startswith("(")]
        assert reached == list(course.AIMS)
        assert all(aims for _, _, aims in rows(plan))


def test_the_page_of_facts_names_the_rows_that_the_faq_counts():
    text = read("faq")
    docs = load_docs(ROOT / "datasets" / "names.txt")
    train, held_out = split_docs(docs)
    for count in (len(docs), len(set(docs)), len(train), len(held_out)):
        assert f"| {count:,} |" in text


# Achievements


def test_the_page_of_achievements_has_each_with_its_command_or_tick():
    shown = course.all_achievements()
    assert re.findall(r"^\*\*(\w+)\*\*$", shown, flags=re.M) == ["Beginner", "Intermediate", "Advanced", "Expert"]
    earned = {title.replace("\\", ""): how for title, how in rows(shown)}
    assert list(earned) == [achievement.title for achievement in achievements()]
    for achievement in achievements():
        how = earned[achievement.title]
        assert how.startswith("`make ") if achievement.acts else f"`make progress tick={achievement.id}`" in how


def test_the_names_for_the_blank_page_are_in_the_stubs():
    listed = rows(course.blank_page())
    assert len(listed) == 8
    for (_, names), part in zip(listed, parts()[1:]):
        stub = (ROOT / "exercises" / part.file_name).read_text(encoding="utf-8")
        for name in re.findall(r"`([^`]+)`", names):
            assert re.search(rf"\b(def|class) {name.rpartition('.')[2]}\b", stub), name


# Next steps


def test_every_next_step_has_something_to_do_and_a_source():
    steps = rows(read("next_steps"))
    assert len(steps) > 12
    assert [step[0] for step in steps if len(step) != 3 or not (LINK.search(step[2]) or "paper" in step[2])] == []


@pytest.mark.parametrize(
    "wanted",
    "nanoGPT minGPT micrograd huggingface/transformers zero-to-hero course.fast.ai cs224n cs336 1706.03762 1810.04805"
    " unsupervised_multitask 1412.6980 lecture_slides_lec6 transformer-family annotated-transformer".split(),
)
def test_a_resource_that_learners_should_know_is_linked(wanted):
    assert any(wanted in address for address in LINK.findall(read("next_steps")))


# Help


def words_of_the_course() -> str:
    """Every text constant of the grader and of what notebooks import; text that is put in is an ellipsis."""
    found = []
    for folder in ("autograder", "notebook_tools"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.append(node.value)
                elif isinstance(node, ast.JoinedStr):
                    found.append("".join(v.value if isinstance(v, ast.Constant) else "…" for v in node.values))
    return "\n".join(found) + (ROOT / "Makefile").read_text(encoding="utf-8")


def test_every_message_under_troubleshooting_is_one_that_the_course_prints():
    ours = words_of_the_course()
    messages = [message for row in rows(read("troubleshooting")) for message in re.findall(r"`([^`]+)`", row[0])]
    assert len(messages) > 20
    missing = []
    for message in messages:
        fixed = re.split(r"…|part05_gpt\.py|: |\. ", message)
        if message not in NOT_OURS and not all(part.strip(" :.") in ours for part in fixed):
            missing.append(message)
    assert missing == []


def test_a_row_under_troubleshooting_says_what_to_do():
    assert [row for row in rows(read("troubleshooting")) if len(row) != 3 or len(row[2]) < 8] == []


FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


@pytest.mark.parametrize("form", [form for form in FORMS if form.stem != "config"], ids=lambda form: form.stem)
def test_an_issue_form_asks_for_what_is_needed_and_is_named_on_the_page_of_help(form):
    asked = yaml.safe_load(form.read_text(encoding="utf-8"))
    assert asked["name"].lower() in read("help")
    assert {"name", "description", "labels", "body"} == set(asked)
    fields = [field for field in asked["body"] if field["type"] != "markdown"]
    assert len({field["id"] for field in fields}) == len(fields) >= 3
    assert all(field["attributes"]["label"] for field in fields)
    assert sum(field["validations"]["required"] for field in fields) >= 3


def test_the_list_of_pages_names_every_page():
    front = (ROOT / "docs" / "index.md").read_text(encoding="utf-8").replace("learner/", "")
    trees = re.findall(r"```\{toctree\}\n(.*?)```", front + read("index"), flags=re.S)
    listed = {name for tree in trees for name in tree.split()}
    pages = {page.stem for page in LEARNER.glob("*.md") if not re.fullmatch(r"part\d\d", page.stem)}
    assert pages - listed == set()


def test_what_the_site_makes_is_explained_where_a_page_is_read_unbuilt():
    pages = [page for page in (ROOT / "docs").rglob("*.md") if "{course}" in page.read_text(encoding="utf-8")]
    assert len(pages) > 12
    for page in pages:
        for body in re.findall(r"^```\{course\} .*\n((?:.*\n)*?)```$", page.read_text(encoding="utf-8"), flags=re.M):
            assert "make site" in body, page


def test_the_capstone_is_the_last_assignment():
    assert capstone().number == len(parts())
