"""The capstone in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.capstone.grade import Graded
from autograder.render.terminal import check_line, number
from autograder.wording import command


def capstone_lines(graded: Graded) -> Iterator[str]:
    """What was run, each check with what was measured, and the invented names."""
    report, task, outcome, measured = graded
    yield f"Capstone: your own parts 1 to 8 ({report.file})"
    facts = f"sha256 {report.sha256[:16]}..., seed {report.seed}, sandbox {report.sandbox}"
    yield facts + (f", Python {outcome.interpreter}, {outcome.seconds:.0f} s" if outcome else "")
    yield ""
    if outcome is None:  # one and the same sentence for all checks
        yield f"The training did not reach its end. {report.checks[0].message.rstrip()}"
        yield f"To see what is left to do in each part: {command('check')}"
        yield ""
    else:
        for check in report.checks:
            yield check_line(check)
            yield from (f"                   {line}" for line in check.message.rstrip("\n").split("\n"))
        yield ""
        yield from outcome.remarks
        # The names are strings of the learner's choice: no control character of theirs reaches a terminal.
        yield "Twenty names: " + " ".join(ascii(name[:20])[1:-1] for name in task.plain(outcome.names))
    if measured is not None:
        loss, line = measured.held_out_loss, measured.bigram_loss
        yield f"Held-out loss {loss:.4f} nats per token; the bigram table has {line:.4f}."
    yield f"{number(report.earned)} of {number(report.possible)} points."
