"""Grade the capstone: run it, compare it with the grader's own training, measure its model, award the points."""

from __future__ import annotations

import hashlib
import random
import secrets
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from autograder import model
from autograder.capstone.agreement import Evidence
from autograder.capstone.capstone_checks import Measured, Proved, before_it_stopped, judge, steps_reached
from autograder.capstone.capstone_run import NUM_STEPS, CapstoneTask, Progress, draw_task, run
from autograder.capstone.evidence import CORRECT, find_evidence
from autograder.capstone.forward_variants import ForwardVariant
from autograder.capstone.run_result import COUNTS, CapstoneFailed, RunResult, StoppedRun
from autograder.course import ROOT, capstone
from autograder.grading.part_probes import load_trusted
from autograder.grading.report import Report
from autograder.sandbox import MachineBusy, Tier

TEMPERATURE = 0.5


class GradedCapstone(NamedTuple):
    """The report and its sources; result and measured are None if the run failed."""

    report: Report
    task: CapstoneTask
    result: RunResult | None
    measured: Measured | None


def grade_capstone(
    files: Mapping[str, bytes],
    *,
    seed: int | None = None,
    tier: Tier = Tier.STRICT,
    python: str | None = None,
    on_step: Progress = lambda step, loss: None,
    num_steps: int = NUM_STEPS,
    on_remark: Callable[[str], None] = lambda remark: None,
) -> GradedCapstone:
    """Grade the learner's parts 1 to 8 together. In a strict tier, the grader chooses seed and letters. Locally, the
    letters stay and the default seed is 42, so that losses and names equal those of `train`. python: the interpreter to
    use instead of this one. Raises SandboxUnavailable if the tier is not secure. Raises MachineBusy, which says how far
    the run came, if other programs used the processors; this is not a verdict, and nothing may be stored.
    """
    relabelled = tier is not Tier.LOCAL
    seed = (secrets.randbits(32) if relabelled else 42) if seed is None else seed
    task = draw_task(seed, relabelled)
    result = measured = None
    noted: list[float] = []

    def note(step: int, loss: float) -> None:
        if step == len(noted):
            noted.append(loss)
        on_step(step, loss)

    try:
        result = run(files, task, tier, python, note, num_steps, on_remark)
        measured = measure(task, result, num_steps)
        checks = judge(result, measured)
    except MachineBusy as error:
        raise MachineBusy(f"{error} {steps_reached(len(noted), num_steps)}".rstrip()) from error
    except CapstoneFailed as error:
        stopped = StoppedRun(noted, error.one_step)
        proved = Proved(find_evidence(stopped, task, num_steps))
        checks = judge(stopped, proved, str(error) + before_it_stopped(stopped, proved.evidence))
    report = Report(
        part=capstone().number,
        module=capstone().module,
        file=", ".join(name for name in sorted(files) if name[:6] in {f"part0{n}" for n in range(1, 9)}),
        sha256=files_hash(files),
        seed=seed,
        sandbox=tier.value,
        interpreter=result.interpreter if result else "",
        checks=checks,
    )
    return GradedCapstone(report, task, result, measured)


def files_hash(files: Mapping[str, bytes]) -> str:
    """The sha256 of a learner's parts together, as reports have it."""
    return hashlib.sha256(b"".join(files[name] for name in sorted(files))).hexdigest()


def measure(task: CapstoneTask, result: RunResult, num_steps: int) -> Measured:
    """Train the grader's own model on the same names with the same seed, and measure the learner's weights."""
    part02 = load_trusted(ROOT / "solutions" / "part02_tokenizer.py")
    evidence, sizes = find_evidence(result, task, num_steps), model.Sizes()
    passes = passes_of(evidence)
    tokenizer = part02.Tokenizer(task.docs)

    def sampled(count: int, temperature: float, rng: random.Random | None = None) -> list[str]:
        rng = random.Random(task.seed) if rng is None else rng
        return model.sample_many(result.weights, sizes, result.chars, count, temperature, rng, passes)

    # The 20 names use the training's generator. If the training started differently, its state is unknown.
    rng = evidence.matched.rng
    names = sampled(COUNTS["names"], TEMPERATURE, rng) if rng else list(result.names)
    names += [*sampled(COUNTS["cold"], 0.3), *sampled(COUNTS["hot"], 1.0)]
    letters = unigram_names(task.docs, 200, np.random.default_rng(task.seed))

    def surprise(names: list[str]) -> float:
        return model.held_out_loss(names, evidence.right.weights, sizes, result.chars)

    return Measured(
        evidence=evidence,
        held_out_loss=model.held_out_loss(task.held_out, result.weights, sizes, result.chars, passes),
        bigram_loss=part02.bigram_loss(part02.bigram_counts(task.docs, tokenizer), task.held_out, tokenizer),
        names=names,
        surprise=surprise,
        unigram_surprise=surprise(letters),
        known=frozenset(task.docs) | frozenset(task.held_out),
    )


def passes_of(evidence: Evidence) -> ForwardVariant | model.Passes:
    """The forward pass of the learner's model, as far as the evidence shows it."""
    return evidence.mistake.variant.passes if evidence.mistake and evidence.same_weights else CORRECT.passes


def unigram_names(docs: list[str], count: int, rng: np.random.Generator) -> list[str]:
    """Names with the lengths of real names, and letters drawn by frequency."""
    letters = list("".join(docs))
    lengths = [len(docs[i]) for i in rng.integers(len(docs), size=count)]
    return ["".join(letters[i] for i in rng.integers(len(letters), size=length)) for length in lengths]
