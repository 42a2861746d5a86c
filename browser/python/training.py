"""Trains the model with the learner's own parts, a few steps at a time, so that the page can pause it between them."""

from __future__ import annotations
import __future__

import ast
import importlib
import json
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from types import ModuleType

FOLDER = "/training"
MODULES = ("part02_tokenizer", "part04_parameters", "part07_training", "part08_generation")
TEMPERATURE = 0.5


class OwnTraining:
    """One run of a learner's `train` with these docs, as the capstone makes it.

    Raises what the learner's code raises, and ValueError with a sentence.
    """

    def __init__(self, files: dict[str, str], docs: list[str], held_out: list[str], steps: int, seed: int) -> None:
        os.makedirs(FOLDER, exist_ok=True)
        for name, content in files.items():
            sys.modules.pop(name.removesuffix(".py"), None)
            with open(os.path.join(FOLDER, name), "w", encoding="utf-8", newline="") as file:
                file.write(content)
        if FOLDER not in sys.path:
            sys.path.insert(0, FOLDER)
        importlib.invalidate_caches()
        self.tokens, self.parameters, self.training, self.generation = map(importlib.import_module, MODULES)
        self.held_out = sample_of(held_out, docs)
        self.seed, self.rng = seed, random.Random(seed)
        pausing_train(self.training, files["part07_training.py"])
        self.run: Iterator[tuple[int, float]] = self.training.train(
            docs, num_steps=steps, seed=seed, rng=self.rng, on_step=_unused
        )
        self.trained = None

    def advance(self, seconds: float, most: int) -> dict:
        """Take steps for about this long: {"losses": [...], "done": whether `train` has returned}."""
        losses, end = [], time.monotonic() + seconds
        while True:
            try:
                _, loss = next(self.run)
            except StopIteration as stopped:
                self.trained = stopped.value
                return {"losses": losses, "done": True}
            losses.append(float(loss))
            if time.monotonic() > end or len(losses) >= most:
                return {"losses": losses, "done": False}

    def names(self, count: int) -> list[str]:
        """Invented names; before the end, from the model as it is. They take nothing from the run's own generator."""
        trained = self.trained or self._so_far()
        if trained is None:
            return []
        if self.trained is not None:
            return [str(name) for name in self.generation.sample_many(trained, count, TEMPERATURE, self.seed)]
        rng = random.Random(self.seed)
        return [str(self.generation.sample(trained, TEMPERATURE, rng)) for _ in range(count)]

    def held_out_loss(self, start: int, count: int) -> dict:
        """The nats and the predictions of some held-out names, and how many names are left after them."""
        names = self.held_out[start : start + count]
        positions = self.trained.config.block_size
        predictions = sum(min(positions, len(name) + 1) for name in names)
        nats = float(self.training.held_out_loss(names, self.trained)) * predictions if names else 0.0
        return {"nats": nats, "predictions": predictions, "left": max(0, len(self.held_out) - start - count)}

    def claims(self, counts: dict[str, int]) -> dict:
        """What the capstone reads of a finished run."""
        return _probes("training_probes").claims(self.trained, self.rng, self.seed, counts)

    def one_step(self, tokens: list[int], weights: dict) -> dict:
        """The weights after the capstone's one step with parts 1, 5 and 6."""
        return _probes("step_probes").one_step(tokens, weights)

    def _so_far(self) -> object:
        """The model inside of `train`: whatever the learner calls its variables, their types tell them apart."""
        found: dict[str, object] = {}
        for value in self.run.gi_frame.f_locals.values():
            if isinstance(value, self.tokens.Tokenizer):
                found["tokenizer"] = value
            elif isinstance(value, self.parameters.Config):
                found["config"] = value
            elif isinstance(value, dict) and "wte" in value:
                found["state_dict"] = value
        return self.training.Trained(**found, losses=[]) if len(found) == 3 else None


def _probes(name: str) -> ModuleType:
    """The capstone's probes, which the page puts next to this file. They import the learner's modules."""
    sys.modules.pop(name, None)
    return importlib.import_module(name)


def sample_of(held_out: list[str], docs: list[str], most: int = 100) -> list[str]:
    """Up to `most` held-out names whose characters occur in training. All of them would take minutes."""
    known = set("".join(docs))
    readable = [name for name in held_out if set(name) <= known]
    return readable[:: max(1, -(-len(readable) // most))]


def pausing_train(module: ModuleType, source: str) -> None:
    """Replace the module's `train` by a generator that stops at each call of on_step: no other way to pause the
    learner's own loop works in every browser. Raises ValueError if there is no such call.
    """
    tree = ast.parse(source)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "train"]
    if not functions:
        raise ValueError("part07_training.py has no function train.")
    pauses = Pauses()
    pauses.generic_visit(functions[-1])
    if not pauses.count:
        raise ValueError(
            "Your train never calls on_step(step, loss), from which the page draws the curve: see task 7.3."
        )
    code = ast.fix_missing_locations(ast.Module([functions[-1]], []))
    exec(compile(code, module.__file__, "exec", __future__.annotations.compiler_flag, True), vars(module))


class Pauses(ast.NodeTransformer):
    """Calls of on_step become `yield (step, loss)`."""

    def __init__(self) -> None:
        self.count = 0

    def visit_Call(self, node: ast.Call) -> ast.AST:  # noqa: N802 - the name that ast calls
        self.generic_visit(node)
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if not (isinstance(node.func, ast.Name) and node.func.id == "on_step" and len(given) == 2):
            return node
        self.count += 1
        return ast.copy_location(ast.Yield(ast.Tuple(given, ast.Load())), node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:  # noqa: N802
        return node  # a function inside of `train` runs as it is

    visit_Lambda = visit_FunctionDef  # noqa: N815


def _unused(step: int, loss: float) -> None:
    """`train` calls on_step only if it gets one."""


class Trainer:
    """What the page calls. All text is JSON; an exception becomes {"error": sentence}."""

    def __init__(self) -> None:
        self.run: OwnTraining | None = None

    def do(self, action: str, given: Sequence) -> object:
        """begin, or a method of the run."""
        if action == "begin":
            self.run = OwnTraining(*given)
            return {}
        return getattr(self.run, action)(*given)

    def answer(self, action: str, given: str) -> str:
        """Do it, and say which task is not written or what the code raised, and in which line."""
        try:
            answer = self.do(action, json.loads(given))
        except NotImplementedError as error:
            return json.dumps({"error": f"{error} is not written yet. Training needs parts 1 to 7; names need part 8."})
        except Exception as error:
            frames, at = [], error.__traceback__
            while at is not None:
                path = at.tb_frame.f_code.co_filename
                frames += [f" ({os.path.basename(path)}, line {at.tb_lineno})"] if path.startswith(FOLDER) else []
                at = at.tb_next
            kind = "" if type(error) is ValueError and not frames else f"{type(error).__name__}: "
            return json.dumps({"error": f"{kind}{error}{frames[-1] if frames else ''}"})
        try:
            return json.dumps(answer, allow_nan=False)
        except ValueError:
            return json.dumps({"error": "The losses or weights are no longer finite numbers: training diverges."})
