"""`capstone`, which trains with a learner's own parts, and `card`, which draws its result."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from autograder.capstone.grade_capstone import GradedCapstone
from autograder.console import failure, print_lines, reports_errors
from autograder.course import EXERCISES, parts
from autograder.invocation import command
from autograder.render.terminal import check_line
from autograder.text import number

app = typer.Typer()


@app.command()
@reports_errors()
def capstone(
    folder: Annotated[Path, typer.Option("--from", help="The folder with your modules.")] = EXERCISES,
    python: Annotated[str | None, typer.Option(help="Train with another interpreter, such as pypy3.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON and nothing else.")] = False,
) -> None:
    """Train the full model with your own parts 1 to 8, and compare it with the grader's. Takes one to four minutes.

    Example: python -m autograder capstone --python pypy3
    """
    from autograder.capstone import grade_capstone
    from autograder.capstone.capstone_run import NUM_STEPS, OWN_PARTS
    from autograder.capstone.saved_model import RESULT, save_result
    from autograder.check import choose_tier
    from autograder.grading.submission import read_submission
    from autograder.render.progress_bars import training_progress
    from autograder.render.terminal import print_json
    from autograder.sandbox import MachineBusy

    losses: list[float] = []
    own_parts = [part for part in parts() if part.number in OWN_PARTS]
    files, tier = read_submission(folder, own_parts), choose_tier(folder, None)
    try:
        with training_progress(losses, NUM_STEPS, quiet=as_json) as show:
            graded = grade_capstone(
                files,
                tier=tier,
                python=python,
                on_step=lambda _, loss: (losses.append(loss), show()),
                on_remark=lambda remark: typer.echo(remark, err=True),
            )
    except MachineBusy as error:
        raise failure(f"{error}\nNothing was graded. To run it again: {command('capstone')}") from error
    except KeyboardInterrupt:
        typer.echo(f"\nStopped. Nothing was saved. To run it again: {command('capstone')}", err=True)
        raise typer.Exit(130) from None  # what shells report for a program that Ctrl-C ended
    if as_json:
        print_json([graded.report], several=False)
    else:
        print_lines(capstone_lines(graded))
    with reports_errors(disk="The trained model can't be saved ({error})."):
        kept = save_result(graded, folder, RESULT)
    if kept and not as_json:
        typer.echo(f"The trained model is saved in {kept}. For a card to share: {command('card')}")
    if not graded.report.passed:
        raise typer.Exit(1)
    if folder.resolve() == EXERCISES:
        from autograder.learner import local_state

        local_state.log_event("capstone")


@app.command()
@reports_errors(disk="The card can't be written ({error}).")
def card(name: Annotated[str, typer.Option(help="Your name, to be shown on the card.")] = "") -> None:
    """Draw your last capstone's result as a card to share, runs/card.svg and runs/card.png.

    Example: python -m autograder card --name Ada
    """
    from autograder.capstone.card import write_card
    from autograder.capstone.saved_model import RESULT, load_result

    last = load_result(RESULT)
    written = write_card(RESULT, name)
    print_lines(
        [f"The capstone from {last.date}, with the parts in {last.folder}.", *(f"Written: {path}" for path in written)]
    )


def capstone_lines(graded: GradedCapstone) -> Iterator[str]:
    """The lines of the report: the run, each check with its measurements, and the invented names."""
    report, task, result, measured = graded
    yield f"Capstone: your own parts 1 to 8 ({report.file})"
    facts = f"sha256 {report.sha256[:16]}..., seed {report.seed}, sandbox {report.sandbox}"
    yield facts + (f", Python {result.interpreter}, {result.seconds:.0f} s" if result else "")
    yield ""
    if result is None:  # all checks have the same message
        yield f"The training did not finish. {report.checks[0].message.rstrip()}"
        yield f"To see what is missing in each part: {command('check')}"
        yield ""
    else:
        for check in report.checks:
            yield check_line(check)
            yield from (f"                   {line}" for line in check.message.rstrip("\n").split("\n"))
        yield ""
        yield from result.remarks
        # The learner's code made these names, so their control characters must not reach a terminal.
        yield "Twenty names: " + " ".join(ascii(name[:20])[1:-1] for name in task.plain(result.names))
    if measured is not None:
        loss, line = measured.held_out_loss, measured.bigram_loss
        yield f"Held-out loss {loss:.4f} nats per token; the bigram table has {line:.4f}."
    yield f"{number(report.earned)} of {number(report.possible)} points."
