"""A trained model as a file (given): save it, and load it into your own parts.

    from weights import load_trained
    trained = load_trained("../datasets/trained_weights.json")

so that parts 5, 8 and 10 can be explored before part 7 is done. The file is JSON, a list of rows for each matrix.
`load_matrices` returns only the matrices, and needs only parts 1 and 4.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from part01_autograd import Value
from part04_parameters import Config

if TYPE_CHECKING:  # imported where they are used: parts 4 and 5 may stand alone in a folder
    from part07_training import Trained

FORMAT = "microgpt-weights-1"


def save_trained(trained: Trained, path: str | Path, settings: dict | None = None) -> None:
    """Write a trained model and how it was made (settings: seed, steps, … whatever JSON can hold).

    The parameters may be `Value`s or plain numbers. The file is written completely or not at all: after a crash the
    old one is still there. Raises OSError when it can't be written.
    """
    path = Path(path)
    content = {
        "format": FORMAT,
        "settings": settings or {},
        "config": asdict(trained.config),
        "chars": trained.tokenizer.chars,
        "losses": trained.losses,
        "matrices": {
            name: [[number.data if isinstance(number, Value) else number for number in row] for row in matrix]
            for name, matrix in trained.state_dict.items()
        },
    }
    text = json.dumps(content, ensure_ascii=False).replace("], [", "],\n[")  # a row a line
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")  # in the same folder: os.replace needs that
    try:
        with open(temporary, "w", encoding="utf-8", newline="\n") as file:
            file.write(text + "\n")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def load_trained(path: str | Path) -> Trained:
    """Return the model in a file, its parameters as `Value`s. It needs your `Tokenizer` (task 2.2).

    Raises OSError when the file can't be read, ValueError when it isn't what `save_trained` wrote.
    """
    from part02_tokenizer import Tokenizer
    from part07_training import Trained

    config, chars, state_dict, losses = _read(path)
    return Trained(Tokenizer(["".join(chars)]), config, state_dict, losses)


def load_matrices(path: str | Path) -> tuple[Config, list[str], dict[str, list[list[Value]]]]:
    """Return the sizes, the characters (token i is character i, BOS comes after them) and the state dict of a file.

    Raises the same errors as `load_trained`.
    """
    return _read(path)[:3]


def _read(path: str | Path) -> tuple[Config, list[str], dict[str, list[list[Value]]], list[float]]:
    """Sizes, characters, state dict and losses of a file that `save_trained` wrote."""
    with open(path, encoding="utf-8") as file:
        try:
            content = json.load(file)
            if content["format"] != FORMAT:
                raise ValueError(f"its format is {content['format']!r}, not {FORMAT!r}")
            config, chars = Config(**content["config"]), content["chars"]
            if len(set(chars)) + 1 != config.vocab_size:
                raise ValueError(f"{len(set(chars))} characters and BOS are not {config.vocab_size} tokens")
            state_dict = {name: _read_matrix(name, rows) for name, rows in content["matrices"].items()}
            if len(state_dict["wte"]) != config.vocab_size:
                raise ValueError(
                    f"wte has {len(state_dict['wte'])} rows, one for each of {config.vocab_size} is needed"
                )
            losses = [float(loss) for loss in content["losses"]]
        except KeyError as error:
            raise ValueError(f"{path} holds no trained model: {error} is missing.") from error
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"{path} holds no trained model: {error}.") from error
    return config, chars, state_dict, losses


def _read_matrix(name: str, rows: list[list[float]]) -> list[list[Value]]:
    """The rows as `Value`s. Raises ValueError when they differ in length or hold something else than numbers."""
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        raise ValueError(f"the rows of {name} differ in length")
    if not all(isinstance(number, (int, float)) and math.isfinite(number) for row in rows for number in row):
        raise ValueError(f"{name} holds something else than numbers")
    return [[Value(float(number)) for number in row] for row in rows]
