"""A class in figures: they are those of the verdicts, they name nobody unless asked, and say where they are weak."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.batch import call_cli, ledger
from synthetic_class import write_class

from autograder.analytics.class_figures import Median, class_figures, figure_lines, write_figures
from autograder.analytics.class_verdicts import pseudonyms, read_verdicts
from autograder.batch.grade_batch import grade_batch
from autograder.batch.ledger import LEDGER_FILE, Ledger, LedgerEntry
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.released_verdicts import record_released
from autograder.course import part
from autograder.grading.report import Check, Report
from autograder.grading.store import Store

EVIL = "<script>alert(1)</script>"


def report(number: int, statuses: str, mistake: str | None = None) -> Report:
    """A report of part `number` with a check for each letter: p(assed), f(ailed), t(o do), m(anual)."""
    words = {"p": "passed", "f": "failed", "t": "todo", "m": "manual"}
    its_part = part(number)
    tasks = [task.id for task in its_part.tasks]
    checks = tuple(
        Check(
            name=f"check_{index}",
            task=tasks[min(index, len(tasks) - 1)],
            title=f"sentence {index}",
            hidden=index > 0,
            points=1.0,
            earned=float(letter == "p"),
            status=words[letter],
            misconception=mistake if letter == "f" else None,
            advice="Look again." if letter == "f" and mistake else "",
        )
        for index, letter in enumerate(statuses)
    )
    return Report(number, its_part.module, its_part.file_name, "0" * 64, 1, "strict", "3.11.2", checks)


def write_verdicts(folder: Path, *verdicts: tuple[str, int, str], mistake: str | None = None) -> Path:
    """A ledger and a store with these: learner, part, statuses."""
    with Ledger.opened(folder) as book:
        for index, (learner, number, statuses) in enumerate(verdicts):
            its, name = report(number, statuses, mistake), f"{index:02}{'0' * 62}"
            its = replace(its, sha256=name)
            Store(folder).keep(name, its, 0.5 + index)
            entry = LedgerEntry(
                when=f"2026-11-24T12:00:{index:02}+00:00",
                learner=learner,
                part=part(number).name,
                file=its.file,
                submission=name,
                suite="s",
                seed=1,
                sandbox="strict",
                interpreter="3.11.2",
                seconds=0.5 + index,
                earned=its.earned,
                possible=its.possible,
                breaks="",
                modules={},
                verdict=name,
            )
            book.add(entry, {}, Store(folder))
    return folder


def test_the_figures_of_a_class_that_was_graded_are_those_of_its_reports(tmp_path, strict):
    shares = {"finished": 0.4, "wrong": 0.3, "not begun": 0.3}
    drawn = write_class(tmp_path / "submitted", 7, (part(0), part(3)), seed=2, shares=shares)
    assert set(drawn.values()) == set(shares)
    out = tmp_path / "verdicts"
    grade_batch(tmp_path / "submitted", (part(0), part(3)), strict, out)
    figures = class_figures(read_verdicts(out))
    assert (figures.learners, figures.verdicts) == (7, 14)
    for its in figures.parts:
        kinds = [kind for (_, name), kind in drawn.items() if name == part(its.number).name]
        assert (its.graded, its.passed, its.not_begun) == (7, kinds.count("finished"), kinds.count("not begun"))
        assert its.seconds.count == 7 and 0 < its.seconds.value < 60
        lines = [line["earned"] == line["possible"] for line in ledger(out) if line["part"] == part(its.number).name]
        assert its.passed == sum(lines)
        assert all(check.not_written == kinds.count("not begun") for check in its.checks)
    wrong = list(drawn.values()).count("wrong")
    assert 0 < sum(mistake.learners for mistake in figures.mistakes) <= wrong


def test_a_check_is_counted_over_all_who_were_graded(tmp_path):
    folder = write_verdicts(tmp_path, ("ada", 3, "ppm"), ("bob", 3, "pfm"), ("cleo", 3, "ttm"), mistake="sign-lost")
    figures = class_figures(read_verdicts(folder))
    (its,) = figures.parts
    assert [(check.name, check.passed, check.not_written, check.graded) for check in its.checks] == [
        ("check_0", 2, 1, 3),
        ("check_1", 1, 1, 3),
    ], "what a person grades is no check"
    assert (its.passed, its.not_begun) == (1, 1)
    assert [(mistake.id, mistake.learners, mistake.graded) for mistake in figures.mistakes] == [("sign-lost", 1, 3)]
    assert [check.name for check in figures.hardest(1)] == ["check_1"]


def test_only_the_last_verdict_on_a_part_counts_and_the_versions_are_counted(tmp_path):
    folder = write_verdicts(tmp_path, ("ada", 3, "ff"), ("ada", 3, "fp"), ("ada", 3, "pf"))
    figures = class_figures(read_verdicts(folder))
    assert figures.verdicts == 1 and figures.parts[0].checks[0].passed == 1
    assert [(one.tasks, one.versions) for one in figures.stuck] == [(("3.2",), 3)]
    assert figures.parts[0].seconds == Median(2.5, 1)


def test_somebody_is_stuck_at_the_first_part_since_the_last_that_they_passed(tmp_path):
    folder = write_verdicts(
        tmp_path,
        *[("ada", 0, "p"), ("ada", 1, "f"), ("ada", 2, "p"), ("ada", 3, "f"), ("ada", 4, "f")],
        *[("bob", 0, "p"), ("bob", 1, "p"), ("bob", 2, "p"), ("bob", 3, "p"), ("bob", 4, "p")],
        *[("cleo", 0, "p"), ("cleo", 1, "p")],
        *[("dan", 0, "f"), ("dan", 1, "t")],
        *[("eve", 0, "p"), ("eve", 3, "f")],
    )
    stuck = {one.learner: (one.part, one.handed_in) for one in class_figures(read_verdicts(folder)).stuck}
    assert stuck == {"ada": (3, True), "cleo": (2, False), "dan": (0, True), "eve": (3, True)}


def test_who_did_not_submit_the_next_part_is_not_counted_as_stuck(tmp_path):
    folder = write_verdicts(tmp_path, ("ada", 0, "p"), ("ada", 1, "f"), ("bob", 0, "p"), ("cleo", 0, "p"))
    figures = class_figures(read_verdicts(folder))
    assert [(part.stuck, part.not_submitted) for part in figures.parts] == [(0, 0), (1, 2)]
    lines = list(figure_lines(figures))
    assert "Have not submitted their next part: part 1: 2 learners." in lines
    assert not any("bob" in line for line in lines)


def test_the_map_has_each_learners_share_of_each_part_and_the_best_first(tmp_path):
    folder = write_verdicts(tmp_path, ("ada", 0, "pf"), ("bob", 0, "pp"), ("bob", 1, "f"), ("cleo", 1, "pppf"))
    figures = class_figures(read_verdicts(folder))
    shares = {row.learner: row.shares for row in figures.heat_map}
    assert list(shares) == ["bob", "cleo", "ada"]
    assert shares == {"ada": [0.5, None], "bob": [1.0, 0.0], "cleo": [None, 0.75]}
    write_figures(folder / "page.html", figures)
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert '<td class="share2">50</td><td></td>' in page and '<td class="share4">100</td>' in page


def test_a_mistake_of_one_learner_is_not_one_to_talk_about(tmp_path):
    folder = write_verdicts(tmp_path, ("ada", 3, "pf"), mistake="sign-lost")
    assert class_figures(read_verdicts(folder)).to_talk_about == []
    folder = write_verdicts(tmp_path / "2", ("ada", 3, "pf"), ("bob", 3, "pf"), mistake="sign-lost")
    assert [mistake.id for mistake in class_figures(read_verdicts(folder)).to_talk_about] == ["sign-lost"]


def test_the_time_from_the_first_submission_to_the_last_is_known_from_what_was_collected(tmp_path):
    out = write_verdicts(tmp_path / "verdicts", ("ada", 3, "p"), ("bob", 3, "p"), ("cleo", 3, "p"))
    for place, time in (
        ("submitted/ada/part03", "2026-11-24 12:00:00.000000 UTC"),
        ("submitted_before/ada/part03/2026-11-21-000000", "2026-11-21 00:00:00.000000 UTC"),
        ("submitted_before/ada/part03/2026-11-22-000000", "2026-11-22 00:00:00.000000 UTC"),
        ("submitted/bob/part03", "2026-11-24 12:00:00.000000 UTC"),
        ("submitted/cleo/part03", "2026-11-24 12:00:00.000000 UTC"),
        ("submitted_before/cleo/part03/without-time", "no time at all"),
    ):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "timestamp.txt").write_text(time, encoding="utf-8")
    (its,) = class_figures(read_verdicts(out)).parts
    assert its.days == Median(3.5, 1)


def test_nbgraders_verdict_counts_where_it_is_newer_than_the_ledger(tmp_path):
    out = write_verdicts(tmp_path / "verdicts", ("ada", 3, "ff"), ("bob", 3, "ff"))
    folder = ClassFolder(tmp_path)
    record_released(folder, "ada", part(3), report(3, "pp"))
    record_released(folder, "bob", part(3), report(3, "pp"))
    record_released(folder, "cleo", part(3), report(3, "pf"))
    os.utime(out / "given" / "part03" / "ada.json", (1_800_000_000, 1_800_000_000))  # January 2027
    os.utime(out / "given" / "part03" / "bob.json", (1_500_000_000, 1_500_000_000))
    found = {verdict.learner: verdict.report.earned for verdict in read_verdicts(out).verdicts}
    assert found == {"ada": 2, "bob": 0, "cleo": 1}


def test_verdicts_that_are_gone_from_the_store_are_reported_and_not_guessed(tmp_path):
    folder = write_verdicts(tmp_path, ("ada", 3, "pp"), ("bob", 3, "pp"))
    (folder / "01" / f"01{'0' * 62}.json").unlink()
    figures = class_figures(read_verdicts(folder))
    assert (figures.learners, figures.lost) == (1, 1)
    assert any("1 verdict in the ledger" in line and "Grade again" in line for line in figure_lines(figures))


def test_learners_have_pseudonyms_that_stay_and_that_need_the_secret(tmp_path):
    first = pseudonyms(tmp_path / "a")
    assert first("ada") == pseudonyms(tmp_path / "a")("ada") != first("bob")
    assert first("ada") != pseudonyms(tmp_path / "b")("ada"), "another class has another secret"
    assert len({first(f"learner{number}") for number in range(3000)}) == 3000
    if os.name == "posix":
        assert (tmp_path / "a" / "pseudonyms.secret").stat().st_mode & 0o077 == 0


def test_no_id_is_shown_unless_real_names_are_asked_for(tmp_path):
    folder = write_verdicts(tmp_path, ("ada-lovelace", 3, "pf"), ("bob-babbage", 3, "tt"))
    for names, there in ((False, False), (True, True)):
        status, said, complained = call_cli("analytics", folder, *["--names"] * names)
        assert (status, complained) == (0, "")
        page = folder / ("analytics_with_names.html" if names else "analytics.html")
        for text in (said, page.read_text(encoding="utf-8")):
            assert ("ada-lovelace" in text) is ("bob-babbage" in text) is there
        assert str(page) in said
    status, said, _ = call_cli("analytics", folder, "--json")
    assert status == 0 and "lovelace" not in said and json.loads(said)["stuck"][0]["learner"].startswith("learner-")


@pytest.mark.parametrize(("count", "marked"), [(4, True), (5, False)])
def test_a_figure_on_fewer_than_five_learners_says_so(tmp_path, count, marked):
    folder = write_verdicts(tmp_path, *[(f"learner{number}", 3, "pf") for number in range(count)])
    figures = class_figures(read_verdicts(folder))
    lines = list(figure_lines(figures, every_check=True))
    write_figures(folder / "page.html", figures)
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert "fewer than 5 learners" in lines[0] and "fewer than 5 learners" in page
    assert any("100%*" in line for line in lines) is marked and ("100%*" in page) is marked
    assert any("100%" in line for line in lines) and "100%" in page


def test_the_page_escapes_everything_and_asks_nobody_for_anything(tmp_path):
    folder = write_verdicts(tmp_path, (EVIL, 3, "pf"), ("\x1b[31m\u202ebob", 3, "pf"), mistake=EVIL)
    figures = class_figures(read_verdicts(folder))
    write_figures(folder / "page.html", figures)
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert "<script" not in page and page.count("&lt;script&gt;") >= 2 and "default-src &#39;none&#39;" not in page
    assert "default-src 'none'" in page and "://" not in page and "\x1b" not in page and "\u202e" not in page
    assert "prefers-color-scheme: dark" in page and 'name="viewport"' in page
    assert all("\x1b" not in line and "\u202e" not in line for line in figure_lines(figures))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nowhere"], "There is no folder nowhere"),
        (["."], "grade first"),
        ([".", "--part", "4"], "There is no verdict in . on part 4: grade first"),
        ([".", "--part", "77"], "There is no part 77: the parts are 0 to 10, and 11 is the capstone."),
    ],
)
def test_what_cannot_be_shown_is_reported_in_a_sentence(tmp_path, monkeypatch, words, sentence):
    words = [str(tmp_path) if word == "." else word for word in words]
    status, said, complained = call_cli("analytics", *words)
    assert (status, said) == (2, "") and sentence.replace("in .", f"in {tmp_path}") in complained
    assert not list(tmp_path.glob("*.html"))


def test_a_damaged_ledger_is_reported_with_its_line(tmp_path):
    write_verdicts(tmp_path, ("ada", 3, "pp"))
    with open(tmp_path / LEDGER_FILE, "a", encoding="ascii") as file:
        file.write("{}\n")
    status, _, complained = call_cli("analytics", tmp_path)
    assert status == 2 and "line 2 is not a valid entry" in complained
