"""Draw three questions about one part of one submission, of different kinds if the code allows it."""

from __future__ import annotations

import hashlib
import random
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from autograder.course import Part
from autograder.course import part as part_numbered
from autograder.grading.checks import Draw
from autograder.grading.grade import data_files
from autograder.grading.part_probes import paper_calls
from autograder.intake.archives import ArchiveError
from autograder.intake.isolated_reader import Allowance, read_isolated
from autograder.sandbox import SandboxUnavailable, Tier
from autograder.viva.questions import VivaQuestion, change_question, graded_checks, order_questions, result_questions
from autograder.viva.recorded_run import run_calls
from autograder.viva.student_code import Code

COUNT = 3
SECONDS = 30  # processor time without the sandbox's; three questions about a solution take 2 s


@dataclass(frozen=True)
class Viva:
    """The questions, with the checksum and the seed from which they were drawn."""

    part: Part
    sha256: str
    seed: int
    tier: Tier
    questions: tuple[VivaQuestion, ...]

    def as_data(self) -> dict:
        """The data that `--json` prints."""
        return {
            "part": self.part.number,
            "file": self.part.file_name,
            "sha256": self.sha256,
            "seed": self.seed,
            "sandbox": self.tier.value,
            "questions": [question.as_data() for question in self.questions],
        }


def ask_apart(files: Mapping[str, bytes], part: Part, tier: Tier, seed: int | None = None) -> Viva:
    """Draw three questions in a separate process, since a hostile file may take any time and memory. Raises
    ValueError with a message for the user if that fails.
    """
    content, own = _content(files, part), Allowance(SECONDS, advice="")
    try:
        ((facts, _),) = read_isolated(_in_a_process, part.number, tier.value, seed, content=content, allowance=own)
    except ArchiveError as error:
        raise ValueError(f"{part.file_name}: {error}") from error
    if "problem" in facts:
        raise ValueError(facts["problem"])
    questions = tuple(VivaQuestion.from_fields(fields) for fields in facts["questions"])
    return Viva(part, facts["sha256"], facts["seed"], tier, questions)


def _in_a_process(content: bytes, number: int, tier: str, seed: int | None) -> Iterator[tuple[dict, None]]:
    part = part_numbered(number)
    try:
        viva = ask({part.file_name: content}, part, Tier(tier), seed)
    except (ValueError, SandboxUnavailable) as error:
        yield {"problem": str(error)}, None
    else:
        questions = [asdict(question) for question in viva.questions]
        yield {"sha256": viva.sha256, "seed": viva.seed, "questions": questions}, None


def _content(files: Mapping[str, bytes], part: Part) -> bytes:
    content = files.get(part.file_name)
    if content is None:
        raise ValueError(f"There is no file {part.file_name}, so there is nothing to ask about.")
    return content


def ask(files: Mapping[str, bytes], part: Part, tier: Tier, seed: int | None = None) -> Viva:
    """Draw three questions. The same file and seed give the same ones; another file gives others.

    Raises ValueError if there is nothing to ask about, SandboxUnavailable if the sandbox tier is not secure here.
    """
    content = _content(files, part)
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    sha256 = hashlib.sha256(content).hexdigest()
    code = Code(content, part.file_name)
    draw = Draw(f"{seed} {sha256}")
    runs = run_calls(part, code, paper_calls(part, draw), tier, data_files(part, seed))
    checks = graded_checks(part, content, tier, seed)
    passing = [check for check in checks if check.status == "passed" and not check.hidden]
    if not runs and not passing:
        raise ValueError(
            f"{part.file_name} answers no call and passes no check yet, so there are no questions. "
            "Try again when a task of the part is written."
        )
    results, running = result_questions(part, code, runs), order_questions(code, runs, draw)
    draw.shuffle(results)
    change = change_question(part, code, passing, tier, seed, draw)
    return Viva(part, sha256, seed, tier, tuple(_three(results, running, [change] if change else [], draw)))


def _three(
    results: list[VivaQuestion], running: list[VivaQuestion], changes: list[VivaQuestion], rng: random.Random
) -> list[VivaQuestion]:
    """One question of each kind, about different calls if possible; then the others."""
    if results and running:  # choose a running question about another call
        running = sorted(running, key=lambda question: question.about == results[0].about)
    chosen, left = [kind[0] for kind in (results, running, changes) if kind], [*results[1:], *running[1:]]
    rng.shuffle(left)
    return (chosen + left)[:COUNT]
