"""What a run proves: its losses and weights beside those of the grader's own training, right or with a known mistake.

Losses and weights that agree with a training in numpy can only come from the same training: each of the 1,000 losses
depends on every gradient before it. Nothing else that a run says of itself is evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.capstone.capstone_run import NUM_STEPS, Task
from autograder.capstone.forward_variants import Form
from autograder.capstone.run_result import Outcome, Stopped
from autograder.capstone.training_variants import WAYS, Begun, Training, Way, train
from autograder.invocation import command
from autograder.model import Passes, Weights

# Two programs that do the same arithmetic in another order differ by 2e-15 in the losses and 3e-14 in the weights after
# 1,000 steps (three programs, Python 3.10 to 3.13). A change of the first weights in the last digit grows to 1e-11 in
# known mistakes that do not explode. Known mistakes differ from each other and from the right training by 3e-6 or more
# within four steps, one of them later. With some seed that is too little: of those that fit, the longest fit counts.
SAME = 1e-6
STEPS_AFTER = 3  # that must agree too, from the first difference on
MANY_STEPS = 100  # rounding leaves as many losses of a training that explodes

RIGHT = Way()
OTHER_NAMES = "the names come in another order than that of the shuffled copy."
OTHER_WEIGHTS = "the first weights are not those that init_state_dict draws after the shuffle."
OTHER_BEGINNING = "neither the order of the names nor the first weights are those of train's description."


@dataclass(frozen=True)
class Mistake:
    """A training that is explained. says: what is wrong about it. begun: where the run says that it began, if used."""

    way: Way
    says: str
    begun: Begun | None = None


@dataclass(frozen=True)
class Evidence:
    """What a run proves.

    right: the grader's own training. matched: the training, right or with a known mistake, that the run agrees with.
    equal_right, equal: how many losses, from the first, agree with each. same_weights: whether the final ones agree
    with matched, too. own_parts: whether a step with the learner's parts 1, 5 and 6 is that of the right training or of
    the mistake. If it is not, the training did not use these parts.
    """

    right: Training
    matched: Training
    equal_right: int
    mistake: Mistake | None
    equal: int
    same_weights: bool
    own_parts: bool

    @property
    def total(self) -> int:
        return len(self.right.losses)

    @property
    def own(self) -> bool:
        """Whether the weights come from a training by the learner's own parts."""
        return self.own_parts and self.same_weights

    @property
    def form(self) -> Form | Passes:
        """The forward pass of the learner's model, as far as the training proves it."""
        return self.mistake.way.form if self.mistake and self.same_weights else RIGHT.form

    @property
    def share(self) -> float:
        """What agreement is worth: half with a known mistake."""
        return 0.5 if self.mistake else 1.0

    @property
    def losses_share(self) -> float:
        """What the agreement of the losses is worth, with the mistake or with the right training: the better one."""
        return max(self.share * share_of_steps(self.equal, self.total), share_of_steps(self.equal_right, self.total))


def share_of_steps(equal: int, total: int) -> float:
    """A share for all losses, for the first 100, for the first 10 and for the first."""
    if equal == total:
        return 1.0
    return next((share for steps, share in ((MANY_STEPS, 1 / 2), (10, 1 / 3), (1, 1 / 6)) if equal >= steps), 0.0)


def find_evidence(outcome: Outcome | Stopped, task: Task, num_steps: int) -> Evidence:
    """Compare a run with the right training, and where it differs with each known mistake's."""
    right = train(RIGHT, task.docs, task.seed, num_steps)
    found = _evidence(outcome, task, right, right, None)
    if found.equal == found.total:
        return found
    mistake = find_mistake(outcome.losses, right.losses, task, num_steps, outcome.begun)
    if mistake is None:
        return found
    matched = train(mistake.way, task.docs, task.seed, num_steps, begun=mistake.begun)
    return _evidence(outcome, task, right, matched, mistake)


def _evidence(
    outcome: Outcome | Stopped, task: Task, right: Training, matched: Training, mistake: Mistake | None
) -> Evidence:
    equal = equal_losses(outcome.losses, matched.losses)
    if mistake and mistake.way.explodes:
        equal = min(equal, MANY_STEPS)
    return Evidence(
        right=right,
        matched=matched,
        equal_right=equal_losses(outcome.losses, right.losses),
        mistake=mistake,
        equal=equal,
        same_weights=equal == len(right.losses)
        and not (mistake and mistake.way.explodes)
        and outcome.weights is not None
        and equal_weights(outcome.weights, matched.weights),
        own_parts=right_step(outcome, task, (RIGHT, mistake.way) if mistake else (RIGHT,)),
    )


def right_step(outcome: Outcome | Stopped, task: Task, ways: Iterable[Way]) -> bool:
    """Whether the learner's parts take a step, from weights that the grader drew, as one of these ways does."""
    if isinstance(outcome.one_step, str):
        return False
    moved = (train(way, task.docs, task.seed, NUM_STEPS, 1, task.step()).weights for way in ways)
    return any(equal_weights(outcome.one_step, weights) for weights in moved)


def equal_weights(some: Weights, others: Weights) -> bool:
    return all(np.abs(some[name] - matrix).max() <= SAME for name, matrix in others.items())


def find_mistake(
    losses: Sequence[float],
    expected: Sequence[float],
    task: Task,
    num_steps: int,
    begun: Begun | None = None,
) -> Mistake | None:
    """The known mistake whose losses these are, a few steps past the first difference; None where none differs. Of
    several the one whose losses they are for longest.
    """
    step = equal_losses(losses, expected)
    if step == len(losses):
        return None
    stop = min(step + 1 + STEPS_AFTER, len(losses))
    starts: dict[tuple[str, float], Begun] = {}  # most ways begin alike, and a shuffle takes as long as ten steps
    found = []
    for mistake in _mistakes(task, begun):
        way = mistake.way
        if mistake.begun is None and (way.draw, way.std) not in starts:
            drawn = train(way, task.docs, task.seed, num_steps, 0)
            starts[way.draw, way.std] = Begun(drawn.weights, drawn.names)
        start = mistake.begun or starts[way.draw, way.std]

        def equal(steps: int, way: Way = way, start: Begun = start) -> int:
            return equal_losses(losses, train(way, task.docs, task.seed, num_steps, steps, start).losses)

        # Most ways fail at once, so only what begins like the run is trained up to a late difference.
        if all(equal(steps) == steps for steps in (min(stop, STEPS_AFTER), stop)):
            found.append((mistake, equal))
    if len(found) > 1:
        found.sort(key=lambda each: -each[1](len(losses)))
    return found[0][0] if found else None


def _mistakes(task: Task, begun: Begun | None) -> Iterator[Mistake]:
    yield from (Mistake(way, way.says) for way in WAYS)
    if begun is None:
        return
    start = train(RIGHT, task.docs, task.seed, NUM_STEPS, 0)
    same_weights = equal_weights(begun.weights, start.weights)
    same_names = begun.names == start.names[: len(begun.names)]
    says = OTHER_NAMES if same_weights else OTHER_WEIGHTS if same_names else OTHER_BEGINNING
    yield Mistake(RIGHT, says, begun)
    yield from (Mistake(way, f"{says[:-1]}; and {way.says}", begun) for way in WAYS)


def equal_losses(losses: Sequence[float], expected: Sequence[float]) -> int:
    """How many losses, from the first, agree: to 1e-6, of large losses to a millionth."""
    pairs = enumerate(zip(losses, expected))
    total = min(len(losses), len(expected))
    return next((step for step, (a, b) in pairs if not abs(a - b) <= SAME * max(1.0, abs(b))), total)


# Why a training differs from the grader's own: the first step that does, and what is likely wrong.

LATEST = 100  # an unknown mistake shows sooner; later differences have rarer causes


def explain(losses: Sequence[float], expected: Sequence[float], mistake: Mistake | None, num_steps: int) -> str:
    """The first step whose loss differs, and what is likely wrong: lines for the learner. Some loss must differ.

    mistake: the known one whose losses these are. num_steps: of the whole training, where these are only its beginning.
    """
    step = equal_losses(losses, expected)
    words = (
        f"Step {step + 1} is the first that differs: its loss is {losses[step]:.6f} instead of {expected[step]:.6f}.\n"
    )
    if mistake is not None:
        return words + f"Likely:     {mistake.says} Your losses equal those of this known mistake.\n"
    words += f"Likely:     {usual_cause(step, num_steps)}\n"
    return words + f"To find the part: {command('check')} checks each part separately.\n"


def usual_cause(step: int, total: int) -> str:
    """What usually makes the losses differ from this step on (counted from 0)."""
    if step == 0:
        return "the forward pass or the loss, or the order or spread of the first weights."
    if step == 1:
        return "a gradient, or the optimiser's first step."
    if step < LATEST:
        return "Adam's memory, gradients that are not reset to 0, or the learning rate."
    return f"a case that is rare among {total:,} names, such as the longest name; or the end of the learning rate."
