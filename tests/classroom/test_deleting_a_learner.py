"""The lines of docs/instructor/privacy.md that delete a learner leave nothing of them in a class's folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest
from helpers.batch import call_cli
from helpers.submissions import PART, SOLUTION, hand_in

from autograder.class_folder.decisions import Decision, add_decisions, read_decisions
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.released_verdicts import releasing
from autograder.classroom.autograde import grade_class
from autograder.classroom.export import export
from autograder.classroom.grades import class_grades
from autograder.classroom.sample_class import write_class
from autograder.course import ROOT

PAGE = ROOT / "docs" / "instructor" / "privacy.md"


@pytest.mark.skipif(shutil.which("bash") is None or os.name == "nt", reason="The lines are for a Unix shell.")
def test_the_lines_of_the_page_leave_no_file_that_names_the_learner(tmp_path, empty_gradebook, strict):
    folder = ClassFolder(tmp_path / "class")
    write_class(folder)
    (folder.root / "extensions.csv").unlink()
    shutil.copy(empty_gradebook, folder.root)
    for learner in ("ada", "ben"):
        hand_in(folder, learner, SOLUTION)
    (folder.root / "submitted_before" / "ada").mkdir(parents=True)
    grade_class(folder, PART, ["ada", "ben"], strict)
    assert call_cli("grade", folder.submitted, "--part", PART.number)[0] in (0, 1)
    (folder.appeals / "ada").mkdir(parents=True)
    (folder.appeals / "ada" / "appeal_part09-01.toml").write_text("# ada's", encoding="utf-8")
    decisions = [Decision("2026", "me", who, PART.name, "a", False, "No.", "", "failed") for who in ("ada", "ben")]
    add_decisions(folder.verdicts, decisions)
    export(class_grades(folder), folder.root / "exports")
    with pytest.raises(KeyboardInterrupt), releasing(folder, "ada", PART, seen={}):
        raise KeyboardInterrupt
    assert (folder.verdicts / "ledger.jsonl").exists() and (folder.root / "exports" / "moodle.csv").exists()

    (lines,) = re.findall(r"```sh\n(python -m nbgrader.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    lines = lines.replace("python ", f'"{sys.executable}" ')
    done = subprocess.run(
        ["bash", "-e", "-c", lines],
        cwd=folder.root,
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    left = [path for path in folder.root.rglob("*") if path.is_file() and re.search(rb"\bada\b", path.read_bytes())]
    assert left == [] and not [path for path in folder.root.rglob("*") if "ada" in path.stem.split("+")]
    assert [one.id for one in class_grades(folder).learners] == ["ben"]
    assert [one.learner for one in read_decisions(folder.verdicts)] == ["ben"]
