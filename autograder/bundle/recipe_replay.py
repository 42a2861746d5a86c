"""`leaderboard try` in the page: the board's own checks and messages; the page computes losses and gradients.

The page drives a run step by step: it can wait for the interpreter with the recipe, and Python here can't. Uses no
numpy. Random numbers are those of `recipes.run`, so that a seed gives the same run as on a machine.
"""

from __future__ import annotations

import itertools
import json
import math
import random
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.course import HERE
from autograder.leaderboard.noise import standings
from autograder.leaderboard.recipe_answers import Score, read_hyperparameters, reply_value, require_finite
from autograder.leaderboard.recipe_source import FILE_NAME, LIMITS, NUM_STEPS, RecipeError, check_source
from autograder.leaderboard.score_lines import score_lines
from autograder.leaderboard.token_permutation import TokenPermutation
from autograder.sandbox import Reply
from autograder.sandbox.protocol import ProtocolError, parse_message

PROBES = HERE / "leaderboard" / "recipe_probes.py"
BOARD = HERE / "bundle" / "board.json"  # what board_recording.py has recorded


class RecipeTry:
    """One try. names: the training names. recorded: baselines, and the shapes of the matrices in drawing order."""

    def __init__(
        self,
        source: str,
        names: Sequence[str],
        recorded: Mapping[str, Any],
        seeds: Sequence[int],
        num_steps: int = NUM_STEPS,
    ) -> None:
        """Raises RecipeError if the recipe may not run."""
        check_source(source.encode("utf-8", "surrogatepass"))
        self.files = {"probes.py": PROBES.read_text(encoding="utf-8"), f"submission/{FILE_NAME}": source}
        self._names, self._baselines = names, recorded["baselines"]
        self._shapes = {name: tuple(shape) for name, shape in recorded["shapes"].items()}
        self.seeds = list(seeds)
        self._steps = num_steps
        self._losses: list[float] = []

    def start(self) -> dict:
        """Begin the next run: the first call of the recipe."""
        rng = random.Random(f"run {self.seeds[len(self._losses)]}")
        docs = list(self._names)
        rng.shuffle(docs)
        self._drawn = {
            matrix: [rng.gauss(0, 1.0) for _ in range(math.prod(shape))] for matrix, shape in self._shapes.items()
        }
        tokens = self._shapes["wte"][0]
        self._permutation = TokenPermutation(rng.sample(range(tokens), tokens))
        self._docs = itertools.cycle(docs)
        self._step = 0
        return {"call": ["settings", [list(self._shapes), self._steps]]}

    def settings(self, line: str, failure: str = "", message: str = "") -> dict:
        """Read the first answer: the first weights, and the names of the first step."""
        answer = reply_value(self._reply(line, failure, message), "", LIMITS)
        stds, self._sizes = read_hyperparameters(answer, list(self._shapes), self._steps)
        weights = {name: [x * std for x in drawn] for (name, drawn), std in zip(self._drawn.items(), stds)}
        self._weights = {name: array("d", numbers).tobytes().hex() for name, numbers in weights.items()}
        return self._next()

    def gradient(self, loss: float | None, gradients: Mapping[str, str]) -> dict:
        """Read the loss of a step and its gradient: the call of `update`. loss: None if it is not a finite number."""
        require_finite(self._step, float("nan") if loss is None else loss)
        return {"call": ["update", [self._step, *self._permutation.to_recipe(self._weights, gradients)]]}

    def updated(self, line: str, failure: str = "", message: str = "") -> dict:
        """Read the answer of `update`: the new weights, and the names of the next step."""
        answer = reply_value(self._reply(line, failure, message), f", step {self._step}", LIMITS)
        self._weights = self._permutation.from_recipe(answer, self._shapes, self._step)
        self._step += 1
        return self._next()

    def finish(self, held_out_loss: float | None) -> dict:
        """End a run with its held-out loss; whether it was the last."""
        loss = float("nan") if held_out_loss is None else held_out_loss
        require_finite(self._steps, loss)
        self._losses.append(loss)
        return {"done": len(self._losses) == len(self.seeds)}

    def samples(self) -> dict:
        """The state of the generator that draws the sample names, from the model of the first run."""
        return {"state": random.Random(f"samples {self.seeds[0]}").getstate()[1]}

    def result(self, names: Sequence[str], seconds: float, printed: str) -> dict:
        """The lines of `leaderboard try`. The page does not measure the losses between the steps."""
        scored = Score(
            losses=tuple(self._losses),
            seeds=tuple(self.seeds),
            control=None,
            curve=(),
            names=tuple(names),
            seconds=seconds,
            printed=printed,
        )
        half_width = standings([scored.losses])[0].half_width
        return {"lines": list(score_lines(scored, half_width, self._baselines)), "loss": scored.mean}

    def _next(self) -> dict:
        if self._step == self._steps:
            return {"weights": self._weights, "names": None}
        return {"weights": self._weights, "names": list(itertools.islice(self._docs, self._sizes[self._step]))}

    def _reply(self, line: str, failure: str, said: str) -> Reply:
        if failure:
            return Reply(failure=failure, message=said)
        try:
            message = parse_message(line.encode("utf-8", "replace"), files=[FILE_NAME])
        except ProtocolError as error:
            return Reply(failure="protocol", message=f"the reply was not an answer: {error}")
        return message.reply or Reply(failure="protocol", message="an answer was sent that belongs to no call")


class RecipeTries:
    """What the page calls. All text is JSON."""

    def answer(self, action: str, given: str) -> str:
        """begin, or a method of the try. A recipe without a score gives {"problem": sentence}."""
        arguments = json.loads(given)
        try:
            if action == "begin":
                source, names, *rest = arguments
                recorded = json.loads(BOARD.read_text(encoding="utf-8"))
                self._try = RecipeTry(source, names, recorded, *rest)
                return json.dumps({"files": self._try.files, "shapes": recorded["shapes"]})
            return json.dumps(getattr(self._try, action)(*arguments))
        except RecipeError as error:
            run = "" if action == "begin" else f"Run {len(self._try._losses) + 1} of {len(self._try.seeds)}"
            return json.dumps({"problem": f"{run}{error}"})
