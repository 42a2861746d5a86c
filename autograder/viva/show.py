"""The questions as lines of text: first what the learner sees, then what is for whoever asks."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.render.terminal import without_commands
from autograder.viva.ask import COUNT, Viva


def viva_lines(viva: Viva, path: str, again: str) -> Iterator[str]:
    """All lines. path: of the file, as the user would type it; again: the command that gives the same questions."""
    yield f"Part {viva.part.number}, {viva.part.title}: {path}"
    yield f"sha256 {viva.sha256[:16]}..., seed {viva.seed}, sandbox {viva.tier.value}"
    for number, question in enumerate(viva.questions, 1):
        yield ""
        yield f"{number}. {without_commands(question.words)}"
        yield from (f"     {line:>4} | {without_commands(text)}" for line, text in question.lines)
    if len(viva.questions) < COUNT:
        yield ""
        yield f"The code gives {len(viva.questions)} of {COUNT} questions: too little of it is written, or runs."
    yield ""
    yield "-- For whoever asks, not for the learner --"
    for number, question in enumerate(viva.questions, 1):
        yield ""
        yield f"{number}. Answer: {without_commands(question.answer)}"
        yield "   A good explanation mentions:"
        yield from (f"     - {without_commands(mention)}" for mention in question.mentions)
    yield ""
    yield f"Answers come from running this file. The same questions again: {again}"
