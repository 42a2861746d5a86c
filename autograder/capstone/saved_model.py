"""Save and load a capstone's result: the learner's trained model, in the usual alphabet and weights.py's format."""

from __future__ import annotations

import json
import string
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from autograder import model
from autograder.capstone.capstone_run import CapstoneTask
from autograder.capstone.claimed_start import read_weights
from autograder.capstone.grade_capstone import GradedCapstone
from autograder.capstone.run_result import CapstoneFailed
from autograder.course import ROOT
from autograder.errors import Failure
from autograder.invocation import command
from autograder.training import reference

RESULT = ROOT / "runs" / "capstone.json"


class NoResult(Failure):
    """There is no saved result; the message says what to do."""


@dataclass(frozen=True)
class Result:
    """A capstone's model. folder: of its modules. date: of the run, such as 2026-11-24. seed: of its training."""

    weights: model.Weights
    folder: str
    date: str
    seed: int


def save_result(graded: GradedCapstone, folder: Path, path: Path) -> Path | None:
    """Save the model of a run completely or not at all; return None if the run has none. folder: of its modules.

    Raises OSError.
    """
    report, task, result, measured = graded
    if result is None or measured is None:
        return None
    trained = SimpleNamespace(
        config=model.Sizes(),
        tokenizer=SimpleNamespace(chars=list(string.ascii_lowercase)),
        losses=result.losses,
        state_dict={name: matrix.tolist() for name, matrix in in_usual_alphabet(result.weights, task).items()},
    )
    settings = {
        "folder": str(folder.absolute()),
        "date": date.today().isoformat(),
        "seed": task.seed,
        "held_out_loss": measured.held_out_loss,
        "names": task.plain(result.names),
        "earned": report.earned,
        "possible": report.possible,
        "sha256": report.sha256,
        "sandbox": report.sandbox,
        "python": report.interpreter,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    reference().weights.save_trained(trained, path, settings)
    return path


def in_usual_alphabet(weights: model.Weights, task: CapstoneTask) -> model.Weights:
    """The same model with the letters' rows in the order a to z, independently of the run's alphabet."""
    order = np.array([string.ascii_lowercase.index(letter) for letter in task.alphabet] + [len(task.alphabet)])
    return {name: matrix[order] if name in ("wte", "lm_head") else matrix for name, matrix in weights.items()}


def load_result(path: Path) -> Result:
    """The model of the last capstone. Raises NoResult if there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        settings = content["settings"]
        day = date.fromisoformat(settings["date"]).isoformat()
        return Result(read_weights(content["matrices"]), str(settings["folder"]), day, int(settings["seed"]))
    except FileNotFoundError:
        raise NoResult(f"You have no trained model yet. First run: {command('capstone')}") from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError, CapstoneFailed) as error:
        message = f"{path} is not a valid result of a capstone ({type(error).__name__})."
        raise NoResult(f"{message} Run it again: {command('capstone')}") from error
