"""The table of who gets what: each cell is what the course, the page and the zip really hold."""

from __future__ import annotations

import re
import runpy

from helpers.shared_code import EVERYDAY, MOST

from autograder.bundle.page import MORE_MODULES, PRACTICE_MODULES
from autograder.bundle.students_zip import MODULES, STUDENT
from autograder.bundle.zip_audit import FORBIDDEN_NAMES
from autograder.cli import app
from autograder.commands.lazy_group import every_command
from autograder.course import ROOT

TEXT = (ROOT / "docs" / "instructor" / "who_gets_what.md").read_text(encoding="utf-8")
ROWS = {
    cells[0]: cells[1:]
    for line in TEXT.splitlines()
    if line.startswith("| ") and len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 5
}
STUDENTS = runpy.run_path(str(STUDENT / "table.py"))
IN_ZIP = {command.name for rows in STUDENTS["TABLE"].values() for command in rows}
# Rows that are more than a command, and the module that the page needs for them, if there is one.
OF_MODULES = {"`hint`, the texts": "learner/hints", "`hint`, the code with blanks": "learner/faded"}
PRACTICE = {  # in a page with the solutions
    "`harden`": "learner/harden",
    "`recall`": "recall/ask",
    "hidden checks": "grading/hidden_conditions",
    "achievements": "learner/achievements",
}
COMMANDS = {name for row in ROWS for name in re.findall(r"`(\w+)`", row)} & set(every_command(app))
# What needs the reference or the known mistakes, as the zip says.
NEEDING = {"compare", "harden", "recall", "hint", "train", "capstone", "leaderboard"}


def yes(cell: str) -> bool:
    assert cell.startswith(("yes", "no", "three", "if")), cell
    return not cell.startswith("no")


def test_the_table_has_the_columns_and_the_rows_that_matter():
    assert ROWS["what"] == ["the complete course", "a self-learner's page", "a page that is published", "a class's zip"]
    assert {"compare", "harden", "recall", "viva", "context", "hint"} <= COMMANDS
    assert {"hidden checks", "public checks", "rules for AI assistants", *OF_MODULES} <= set(ROWS)


def test_what_is_a_command_is_in_the_zip_only_where_the_table_says_so():
    for row, (complete, _, _, in_zip) in ROWS.items():
        names = set(re.findall(r"`(\w+)`", row.partition(",")[0] if row.startswith("`hint`") else row)) & COMMANDS
        for name in names:
            assert yes(complete)
            assert yes(in_zip) is (name in IN_ZIP), row
            if name in NEEDING:
                assert name in STUDENTS["NEEDS_THE_COURSE"], f"the zip has to say why {name} is not there"


def test_a_page_holds_what_the_table_says_and_only_a_self_learners_one_has_more():
    held = {*MODULES, *MORE_MODULES}
    for row, (_, own, published, _) in ROWS.items():
        if row not in ("what", *PRACTICE):  # there may be more of the same, such as hints
            assert yes(own) is yes(published), row
    for row, module in OF_MODULES.items():
        assert yes(ROWS[row][2]) is (module in held), row
    for row, module in PRACTICE.items():
        assert yes(ROWS[row][1]) and not yes(ROWS[row][2])
        assert module in PRACTICE_MODULES and module not in held
    for name in ("learner/comparison", "viva/draw_questions", "learner/faded", "learner/hint_steps"):
        assert name not in {*held, *PRACTICE_MODULES}
    page = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "browser" / "src").glob("*.mjs"))
    assert "More:" not in page and "where_to_read_on" not in page


def test_hidden_checks_and_known_mistakes_are_files_that_no_zip_may_hold():
    for name in ("test_hidden.py", "test_public.py", "misconceptions.toml", "hints.md"):
        assert FORBIDDEN_NAMES.search(f"autograder/parts/part05/{name}")
    assert FORBIDDEN_NAMES.search("autograder/learner/forms/part05.toml")  # other right forms of each task
    assert FORBIDDEN_NAMES.search("autograder/grading/hidden_conditions.py")
    assert ROWS["hidden checks"][0] == "yes" and ROWS["hidden checks"][2:] == ["no", "no"]


def test_the_limit_on_the_page_is_that_of_the_tests():
    assert f"more than {MOST} tokens in a row" in " ".join(TEXT.split())
    assert f"`{EVERYDAY[1]}`" in TEXT
