"""Three questions about one part of one submission, of different kinds where the code gives them."""

from __future__ import annotations

import hashlib
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from autograder.course import Part
from autograder.grading.checks import Draw
from autograder.grading.grade import data_files
from autograder.sandbox import Tier
from autograder.viva.call import paper_calls
from autograder.viva.changes import before, change_question
from autograder.viva.code import Code
from autograder.viva.order import order_questions
from autograder.viva.question import Question
from autograder.viva.results import result_questions
from autograder.viva.running import run_calls

COUNT = 3


@dataclass(frozen=True)
class Viva:
    """The questions, and what they were drawn from: the file's checksum and the seed."""

    part: Part
    sha256: str
    seed: int
    tier: Tier
    questions: tuple[Question, ...]

    def as_data(self) -> dict:
        """As JSON holds it."""
        return {
            "part": self.part.number,
            "file": self.part.file_name,
            "sha256": self.sha256,
            "seed": self.seed,
            "sandbox": self.tier.value,
            "questions": [question.as_data() for question in self.questions],
        }


def ask(files: Mapping[str, bytes], part: Part, tier: Tier, seed: int | None = None) -> Viva:
    """Draw three questions. The same file and seed give the same ones; another file gives others.

    Raises ValueError with a sentence when there is nothing to ask about, SandboxUnavailable when the tier does not
    hold here.
    """
    content = files.get(part.file_name)
    if content is None:
        raise ValueError(f"There is no file {part.file_name} in that folder: nothing to ask about.")
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    sha256 = hashlib.sha256(content).hexdigest()
    code = Code(content, part.file_name)
    draw = Draw(f"{seed} {sha256}")
    runs = run_calls(part, code, paper_calls(part, draw), tier, data_files(part, seed))
    known = before(part, content, tier, seed)
    if not runs and not known.passing:
        raise ValueError(
            f"{part.file_name} answers no call and passes no check yet: there is nothing to predict. "
            "Ask when a task of the part is written."
        )
    results, running = result_questions(part, code, runs), order_questions(code, runs, draw)
    draw.shuffle(results)
    change = change_question(part, code, known, tier, draw)
    return Viva(part, sha256, seed, tier, tuple(_three(results, running, [change] if change else [], draw)))


def _three(
    results: list[Question], running: list[Question], changes: list[Question], rng: random.Random
) -> list[Question]:
    """One of each kind, each about another call where that can be; then whatever is left."""
    if results and running:  # the running one about another call than the first
        running = sorted(running, key=lambda question: question.about == results[0].about)
    chosen, left = [kind[0] for kind in (results, running, changes) if kind], [*results[1:], *running[1:]]
    rng.shuffle(left)
    return (chosen + left)[:COUNT]
