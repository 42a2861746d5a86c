"""Simulate a term of 300 people on Canvas and Moodle with the instructor's commands, and compare it with an oracle.

    python benchmarks/term_of_300.py            the table, and benchmarks/term_of_300.md

Two classes, one on each platform, submit parts 2, 5 and 9. Names, archives, lists and worksheets have the platforms'
formats (term_platforms.py): every entry in an archive has the time of the download. One submission in ten has an odd
file name. Daylight saving time ends in the night after the first due date. Some people have extensions, some submit
again, some change their names between two parts, some join late. The expected result is computed from the guide alone
(term_oracle.py), and each grade, penalty, export line and feedback page is compared with it.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import io
import json
import os
import re
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from term_class import DUE, PARTS, POSSIBLE, Findings, Term, points_of
from term_oracle import UTC
from term_platforms import Canvas, Moodle

from autograder.course import Part


def expected(term: Term, name: str) -> list[dict | None]:
    """Score, penalty and the rest of everybody, by the oracle."""
    found = []
    for person, turn in zip(term.people, term.last(name)):
        if turn is None:
            found.append(None)
            continue
        learner = term.platform.learner(person)
        score = 0.0 if turn.text else term.earned[name][turn.content]
        score += sum(term.by_hand.get((person.login, task), 0.0) for task in turn.answered)
        waits = any((person.login, task) not in term.by_hand for task in turn.answered)
        # Canvas tells nobody when work was submitted that is not late.
        on_time = turn.time <= term.rules.utc(DUE[name])
        known = None if isinstance(term.platform, Canvas) and on_time else turn.time
        penalty = term.rules.penalty(learner, name, known, score)
        days = term.rules.days_late(learner, name, known)
        points = {"score": score, "penalty": penalty, "points": score - penalty, "by_hand": waits}
        found.append({**points, "time": known, "days": days})
    return found


def compare_grades(term: Term) -> None:
    """`grades --json`: each grade, each penalty, each total."""
    found = {one["id"]: one for one in json.loads(term.run("grades", "--json").stdout)["learners"]}
    term.findings.same("people", "the class", sorted(found), sorted(map(term.platform.learner, term.people)))
    wanted_by_part = {name: expected(term, name) for name in term.most}
    for i, person in enumerate(term.people):
        learner = term.platform.learner(person)
        grades = found.get(learner, {}).get("grades", {})
        for name in term.most:
            wanted, there = wanted_by_part[name][i], grades.get(name)
            where = f"{learner}, {name}"
            if wanted is None or there is None:
                term.findings.same("grades", where, there, wanted)
                continue
            for key, kind in (("score", "grades"), ("penalty", "penalties"), ("points", "grades")):
                term.findings.same(kind, f"{where}, {key}", float(there[key]), float(wanted[key]))
            term.findings.same("answers that wait", where, there["by_hand"], wanted["by_hand"])
        points = {name: one[i]["points"] for name, one in wanted_by_part.items() if one[i]}
        term.findings.same("totals", learner, found[learner]["total"], term.rules.total(points))


def compare_own_export(term: Term) -> None:
    """Each line of nbgrader.csv, which `export` writes without a template."""
    exports, people = term.root / "exports", term.listed(term.parts[-1], again=True)
    wanted_by_part = {name: expected(term, name) for name in term.most}
    term.run("export")
    rows = {(row["assignment"], row["student_id"]): row for row in table(exports / "nbgrader.csv")}
    for name in term.most:
        for person, wanted in zip(people, wanted_by_part[name]):
            learner = term.platform.learner(person)
            row, wanted = rows.pop((name, learner)), wanted or {"score": 0, "penalty": 0, "points": 0, "time": None}
            shown = [wanted["score"], wanted["penalty"], wanted["points"], POSSIBLE[name]]
            cells = [row[key] for key in ("raw_score", "late_submission_penalty", "score", "max_score")]
            term.findings.same("export lines", f"nbgrader.csv, {learner}, {name}", cells, [*map(four, shown)])
            submitted = f"{wanted['time'].astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if wanted["time"] else ""
            term.findings.same("times", f"nbgrader.csv, {learner}, {name}", row["timestamp"], submitted)
    term.findings.same("export lines", "nbgrader.csv, other rows", len(rows), 0)


def compare_canvas_export(term: Term) -> None:
    """Each line of Canvas' gradebook, filled in."""
    exports, people = term.root / "exports", term.listed(term.parts[-1], again=True)
    template = term.root / "gradebook.csv"
    template.write_text(term.platform.roster(people, term.most), encoding="utf-8-sig")
    term.run("export", "--template", template)
    rows = list(csv.reader(io.StringIO((exports / "canvas-upload.csv").read_text(encoding="utf-8-sig"))))
    lines = {row[1]: row for row in rows[1:]}
    term.findings.same("export lines", "points possible", lines.pop("")[5:], [*map(four, term.most.values())])
    scales = [term.most[name] / POSSIBLE[name] for name in term.most]
    wanted_by_person = zip(*(expected(term, name) for name in term.most))
    for person, wanted in zip(people, wanted_by_person):
        scaled = [four(one["points"] * scale) if one else "" for one, scale in zip(wanted, scales)]
        name = f"{person.last}, {person.first}"
        line = [name, str(person.number), f"S{person.number}", person.login, "G1", *scaled]
        term.findings.same("export lines", f"canvas, {person.login}", lines.pop(str(person.number)), line)
    term.findings.same("export lines", "canvas-upload.csv, other rows", lines, {})


def compare_moodle_exports(term: Term) -> None:
    """Each line of each worksheet, filled in."""
    exports = term.root / "exports"
    for its_part in term.parts:
        name, sheet = its_part.name, term.download(its_part, again=True).with_suffix(".csv")
        term.run("export", "--template", sheet, "--part", its_part.number)
        before, after = table(sheet), table(exports / f"moodle-{name}-upload.csv")
        term.findings.same("export lines", f"moodle, {name}, rows", len(after), len(before))
        for old, new, wanted in zip(before, after, expected(term, name)):
            scaled = f"{wanted['points'] * term.most[name] / POSSIBLE[name]:.4f}" if wanted else ""
            comment = new.pop("Feedback comments")
            numbers = [*map(float, re.findall(r"\d+\.?\d*", comment))]
            said = []
            if wanted:
                said = [wanted["score"], POSSIBLE[name]]
                said += [wanted["penalty"], wanted["points"]] if wanted["penalty"] else []
            close = len(numbers) == len(said) and all(abs(a - b) < 1e-4 for a, b in zip(numbers, said))
            term.findings.same("comments", f"{old['Identifier']}, {comment!r}, {said}", close, True)
            grade = new.pop("Grade")
            same = abs(float(grade or -1) - float(scaled or -1)) < 1e-4
            term.findings.same("export lines", f"moodle, {name}, {old['Identifier']}: {grade}, {scaled}", same, True)
            untouched = {key: value for key, value in old.items() if key in new}
            same = all(new[key] in (value, value.removesuffix(".00")) for key, value in untouched.items())
            term.findings.same("export lines", f"moodle, {name}, {old['Identifier']}, the rest", same, True)


def compare_feedback(term: Term, its_part: Part) -> None:
    """The zip of pages: one for everybody who submitted, under the platform's name, with points and penalty."""
    path = term.download(its_part, again=True)
    words: list[object] = ["feedback", path, "--part", its_part.number]
    if isinstance(term.platform, Moodle):
        words += ["--worksheet", path.with_suffix(".csv")]
    term.run(*words, fails=True)
    names = [name for name in term.entries[its_part.name] if "studenttest" not in name]
    wanted = {term.platform.name_of_page(name, its_part.name) for name in names}
    with zipfile.ZipFile(term.root / "exports" / f"feedback-{its_part.name}.zip") as archive:
        pages = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    for name in pages:
        term.findings.same("pages", f"feedback, {its_part.name}: {name}", name in wanted, True)
    takes_texts = isinstance(term.platform, Moodle)
    people = zip(term.people, term.last(its_part.name), expected(term, its_part.name))
    everybody = [(person, one) for person, turn, one in people if one and (takes_texts or not turn.text)]
    term.findings.same("pages", f"feedback, {its_part.name}: pages", len(pages), len(everybody))
    for person, result in everybody:
        learner = term.platform.learner(person)
        mine = [page for page in pages.values() if f"Feedback for {learner}, " in page]
        term.findings.same("pages", f"feedback, {its_part.name}: {learner}", len(mine), 1)
        for page in mine:
            total = float(re.search(r'class="total">([\d.]+) of', page)[1])
            near = abs(total - result["points"]) <= 0.000501
            term.findings.same("points on pages", f"{learner}, {its_part.name}: {total}, {result}", near, True)
            late = re.search(r"([\d.]+) points? taken off, (\d+) days? late", page)
            said = (float(late[1]), int(late[2])) if late else (0.0, 0)
            near = abs(said[0] - result["penalty"]) <= 0.000501 and (not late or said[1] == result["days"])
            term.findings.same("penalties on pages", f"{learner}, {its_part.name}: {said}, {result}", near, True)


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, by column."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def four(number: float) -> str:
    """A number as the exports have it."""
    return f"{number:.4f}".rstrip("0").rstrip(".")


def simulate(
    scratch: Path, people: int, seed: int = 1, wanted: Sequence[Part] = PARTS, odd_every: int = 10
) -> tuple[Findings, Counter]:
    """Both classes, of half of the people each. odd_every: one submission in N has an odd file name."""
    findings, handled = Findings(), Counter()
    earned = {its_part.name: points_of(its_part) for its_part in wanted}
    for platform in (Canvas(), Moodle()):
        root = scratch / type(platform).__name__.lower()
        root.mkdir()
        term = Term(root, platform, people // 2, seed, earned, findings, odd_every)
        term.take_place()
        compare_grades(term)
        compare_own_export(term)
        (compare_canvas_export if isinstance(platform, Canvas) else compare_moodle_exports)(term)
        for its_part in term.parts:
            compare_feedback(term, its_part)
        handled += term.handled
        turns = [turn for by_part in term.turns.values() for some in by_part for turn in some]
        handled["submissions"] += len(turns)
        handled["odd file names"] += sum(bool(turn.odd) for turn in turns)
        handled["people with an extension"] += len({line.learner for line in term.rules.extensions})
        handled["people with a new name"] += len(term.renamed)
        handled["late submissions that count"] += sum(
            bool(one and one["days"]) for name in earned for one in expected(term, name)
        )
    return findings, handled


def main() -> None:
    """Simulate, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        findings, handled = simulate(Path(scratch), arguments.people, arguments.seed)
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF)]
    used = sum(one.ru_utime + one.ru_stime for one in usage)
    stamp = f"{datetime.date.today().isoformat()}, Python {sys.version.split()[0]}, {os.cpu_count()} processors"
    lines = [
        f"# A term of {arguments.people}",
        "",
        f"`python benchmarks/term_of_300.py`, {stamp}: {used:.0f} seconds of processors, "
        f"{time.perf_counter() - begin:.0f} of the clock.",
        "",
        "| in the term | |",
        "|---|---|",
        *(f"| {kind} | {number} |" for kind, number in handled.items()),
        "",
        "| compared with the oracle | |",
        "|---|---|",
        *(f"| {kind} | {number} |" for kind, number in findings.compared.items()),
        "",
        f"Wrong or lost: {len(findings.wrong)} of {sum(findings.compared.values())}.",
    ]
    print("\n".join([*lines, *findings.wrong]))
    if findings.wrong:
        raise SystemExit(1)
    Path(__file__).with_suffix(".md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
