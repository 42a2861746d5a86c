"""The commands that use the gradebook: roster, collect, grades, feedback, export, errata and appeals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from autograder.class_folder.settings import existing_class, in_utc, load_settings
from autograder.commands.options import ClassOption, PartOption, parts_of
from autograder.console import failure, print_lines, reports_errors
from autograder.course import ROOT, capstone, part_or_capstone
from autograder.errors import Misuse

app = typer.Typer()

JsonOption = Annotated[bool, typer.Option("--json", help="Print data and nothing else.")]
ExportsOption = Annotated[
    Path | None, typer.Option("--out", help="Folder for the files (default: exports/ in the class's folder).")
]


@app.command()
@reports_errors()
def roster(
    file: Annotated[Path, typer.Argument(help="A CSV file: Canvas's gradebook or Moodle's participants.")],
    folder: ClassOption = ROOT,
    remove_absent: Annotated[
        bool, typer.Option("--remove-absent", help="Delete learners who are not in the list and submitted nothing.")
    ] = False,
) -> None:
    """Import the class list into the gradebook. Nobody who submitted work is ever deleted.

    Example: python -m autograder roster participants.csv
    """
    from autograder.classroom.gradebook import open_gradebook
    from autograder.intake.roster import import_roster, read_roster, roster_lines

    learners = read_roster(file)
    with open_gradebook(existing_class(folder), create=True) as gradebook:
        outcome = import_roster(gradebook, learners, remove_absent)
    print_lines(roster_lines(outcome, remove_absent))


@app.command()
@reports_errors()
def collect(
    source: Annotated[
        Path, typer.Argument(metavar="FILE", help="A platform's archive, or a folder with archives, folders or clones.")
    ],
    part: PartOption = None,
    submitted_at: Annotated[
        list[str] | None,
        typer.Option(
            "--submitted-at",
            "--handed-in",
            metavar="[LEARNER=]TIME",
            help="The submission time: 2026-11-30 18:00 for everybody, ada=2026-11-30 18:00 for one. May be repeated.",
        ),
    ] = None,
    worksheet: Annotated[
        Path | None, typer.Option(help="Moodle's grading worksheet, which has the submission times.")
    ] = None,
    folder: ClassOption = ROOT,
) -> None:
    """Put submissions where the grader expects them. Newer work replaces older work, which is kept in a backup.

    Downloads from Canvas and Moodle have no submission times, and work without a time is never late.

    Example: python -m autograder collect submissions.zip --part 5

    Example: python -m autograder collect submissions.zip --part 5 --submitted-at "ada=2026-11-30 21:15"
    """
    from autograder.classroom.collect import collect as collect_from
    from autograder.classroom.collect import collection_lines

    class_folder = existing_class(folder)
    zone, times = load_settings(class_folder).zone, {}
    for text in submitted_at or []:
        learner, _, time = text.rpartition("=")
        times[learner.strip()] = in_utc(time, zone, "--submitted-at")
    its_part = parts_of(part)[0] if part is not None else None
    outcome = collect_from(class_folder, source, its_part, times, worksheet)
    print_lines(collection_lines(outcome))
    if outcome.problems:
        raise failure("\n".join(["Not collected, or unclear:", *(f"  {problem}" for problem in outcome.problems)]))


@app.command()
@reports_errors()
def grades(folder: ClassOption = ROOT, as_json: JsonOption = False) -> None:
    """Show the grades of the class: points for each part, late penalties, the weighted total, and ungraded answers.

    Example: python -m autograder grades
    """
    from autograder.classroom.grades import class_grades, grades_json, grades_lines

    table = class_grades(existing_class(folder))
    print_lines([json.dumps(grades_json(table), indent=1)] if as_json else grades_lines(table))


@app.command()
@reports_errors()
def feedback(
    download: Annotated[
        Path, typer.Argument(metavar="FILE", help="The platform's archive that you collected, or the folder.")
    ],
    part: Annotated[int, typer.Option("--part", help="The part; 11 is the capstone.")],
    worksheet: Annotated[
        Path | None, typer.Option(help="Moodle's grading worksheet, which tells people of the same name apart.")
    ] = None,
    folder: ClassOption = ROOT,
    out: ExportsOption = None,
) -> None:
    """Pack the feedback pages of a part into a zip that you upload to Moodle or Canvas.

    The pages show the current points, comments and late penalties. Learners whose page is not in the zip are listed
    with the reason.

    Example: python -m autograder feedback submissions.zip --part 5
    """
    from autograder.classroom.feedback_zip import pack_feedback, packed_lines

    class_folder = existing_class(folder)
    its_part = part_or_capstone(part)
    packed = pack_feedback(class_folder, download, its_part, out or class_folder.root / "exports", worksheet)
    print_lines(packed_lines(packed))
    if packed.missing:
        raise failure("\n".join(["Not in the zip:", *(f"  {sentence}" for sentence in packed.missing)]))


@app.command()
@reports_errors()
def export(
    folder: ClassOption = ROOT,
    template: Annotated[Path | None, typer.Option(help="Canvas's gradebook or a Moodle worksheet, to fill in.")] = None,
    part: PartOption = None,
    out: ExportsOption = None,
) -> None:
    """Write the grades as CSV: for Canvas, for Moodle, and in nbgrader's format.

    Example: python -m autograder export --template gradebook.csv
    """
    from autograder.classroom.export import export as export_all
    from autograder.classroom.export import fill_template
    from autograder.classroom.grades import class_grades

    class_folder = existing_class(folder)
    table, to = class_grades(class_folder), out or class_folder.root / "exports"
    assignment = None if part is None else part_or_capstone(part).name
    exported = fill_template(table, template, to, assignment) if template else export_all(table, to)
    print_lines([*exported.remarks, f"Written: {', '.join(map(str, exported.files))}"])


@app.command()
@reports_errors()
def errata(
    part: Annotated[int, typer.Argument(help="The part whose checks were fixed.")],
    apply: Annotated[
        bool, typer.Option("--apply", help="Enter the new results; without it, nothing is written.")
    ] = False,
    lower: Annotated[bool, typer.Option("--lower", help="Also enter results that are worse.")] = False,
    folder: ClassOption = ROOT,
) -> None:
    """Grade a part's collected work with its fixed checks and show whose points change; the better result counts.

    Part 11 is the capstone.

    Example: python -m autograder errata 5 --apply
    """
    from autograder.classroom.autograde import outcome_line
    from autograder.classroom.capstone_grades import Training
    from autograder.classroom.errata import (
        apply_capstone_errata,
        apply_errata,
        errata_lines,
        find_capstone_errata,
        find_errata,
    )
    from autograder.notebooks.release import ReleaseError
    from autograder.sandbox import strict_tier

    class_folder = existing_class(folder)
    its_part, tier = part_or_capstone(part), strict_tier()
    try:
        if its_part is capstone():
            training = Training(tier)
            (found, reports), outcomes = find_capstone_errata(class_folder, training), []
            if apply:
                apply_capstone_errata(class_folder, found, reports, training, lower)
        else:
            found = find_errata(class_folder, its_part, tier)
            outcomes = apply_errata(class_folder, found, tier, lower) if apply else []
    except ReleaseError as error:
        raise Misuse(str(error)) from error
    print_lines(errata_lines(class_folder, found, apply, lower))
    print_lines(map(outcome_line, outcomes))
    if any(outcome.failure for outcome in outcomes):
        raise typer.Exit(1)


@app.command()
@reports_errors()
def appeals(
    request: Annotated[str | None, typer.Option(help="Only this request: ada/part05/NAME, ada/capstone/NAME.")] = None,
    decide: Annotated[
        Literal["accept", "reject"] | None, typer.Option(metavar="<accept|reject>", help="Your decision.")
    ] = None,
    alike: Annotated[bool, typer.Option("--alike", help="Decide for all whose check fails in the same way.")] = False,
    reason: Annotated[str, typer.Option(help="A sentence for the learner; required to reject.")] = "",
    by: Annotated[str, typer.Option(help="Who decides.", show_default="your login")] = "",
    lower: Annotated[bool, typer.Option("--lower", help="Take back points that were given before.")] = False,
    folder: ClassOption = ROOT,
) -> None:
    """Show regrade requests, each with its repeated verdict, and decide about them.

    The list on the screen and in verdicts/appeals.html shows each learner's reason, whether the repeated verdict is
    the same, whose check fails in the same way, and what errata would change. If you accept a request, the learner
    gets the points of the check.

    Example: python -m autograder appeals --request ada/part05/NAME --decide accept --alike
    """
    from autograder.classroom import appeals as requests
    from autograder.classroom.appeals_page import case_lines, list_lines, ruling_lines, write_appeals_page
    from autograder.notebooks.release import ReleaseError

    class_folder = existing_class(folder)
    if decide is None and (alike or reason or by or lower):
        raise ValueError("Add your decision: --decide accept or --decide reject.")
    if decide is not None and request is None:
        raise ValueError("Add the request that you decide: --request ada/part05/NAME.")
    if decide is not None:
        accept = decide == "accept"
        try:
            ruling = requests.decide(class_folder, request, accept, alike, reason, by, lower)
        except ReleaseError as error:
            raise Misuse(str(error)) from error
        print_lines(ruling_lines(class_folder, request, accept, ruling))
        if any(outcome.failure for outcome in ruling.outcomes):
            raise typer.Exit(1)
        return
    asked = requests.find_requests(class_folder)
    request = request and requests.full_name(request)
    if request is not None and request not in asked.by_name:
        raise ValueError(f"There is no request {request!a}. The requests are: {', '.join(asked.by_name) or 'none'}.")
    wanted = [asked.by_name[request]] if request else list(asked.by_name.values())
    found = []
    for number, case in enumerate(requests.cases(class_folder, wanted, anyway=request is not None), 1):
        found.append(case)
        if case.open or request is not None:
            print_lines(case_lines(class_folder, case, number))
    nothing = not found and not asked.problems
    path = None if request or nothing else write_appeals_page(class_folder, found, asked.problems)
    print_lines(list_lines(found, asked.problems, path))
