"""The command line of `microgpt_fast.py`, and how a file of names is read for it and for `make train`.

`microgpt_simple.py` prints the same. It has its own command line, because it runs without any other file.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
from collections.abc import Callable
from pathlib import Path

from part02_tokenizer import split_docs
from part04_parameters import Config
from part07_training import Trained

NAMES = Path(__file__).resolve().parent.parent / "datasets" / "names.txt"
LONGEST = Config().block_size


def read_names(path: str | Path, any_characters: bool = False) -> list[str]:
    """Return the names in a file, one per line. Raises ValueError, with a sentence for the user, if they can't be used.

    Part 2's `load_docs` accepts any text; the model of the course needs short names and, by default, letters a to z.
    """
    try:
        names = [line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
    except OSError as error:
        raise ValueError(f"Can't read {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not text in UTF-8: save it in that encoding.") from error
    for name in names:
        if len(name) > LONGEST:
            raise ValueError(f"{path}: {name!a} has {len(name)} characters; the model has {LONGEST} positions.")
        if not any_characters and not (name.isascii() and name.isalpha() and name.islower()):
            raise ValueError(
                f"{path}: {name!a} has other characters than a to z. Write the names in lower case, "
                "or say --any-characters to give each character its own number."
            )
    if len(set("".join(names))) < 2:
        raise ValueError(f"{path} has {len(set(''.join(names)))} distinct characters: there is nothing to learn.")
    return names


def main(
    train: Callable[..., Trained],
    sample: Callable[[Trained, float, random.Random], str],
    held_out_loss: Callable[[list[str], Trained], float],
    description: str,
) -> None:
    """Train on a file of names with these functions, and print losses and invented names."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--steps", type=int, default=1000, help="training steps, one name each (default 1000)")
    parser.add_argument("--seed", type=int, default=42, help="of the order of the names and the weights (default 42)")
    parser.add_argument("--data", default=NAMES, help="a file with one name per line (default: the course's names)")
    parser.add_argument("--temperature", type=float, nargs="+", default=[0.3, 0.5, 1.0], help="one or more, above 0")
    parser.add_argument("--all", action="store_true", help="train on all rows: nothing is held out")
    parser.add_argument("--any-characters", action="store_true", help="accept other characters than a to z")
    options = parser.parse_args()
    if options.steps < 0 or min(options.temperature) <= 0:
        parser.error("--steps must be 0 or more, --temperature above 0.")
    try:
        names = read_names(options.data, options.any_characters)
    except ValueError as error:
        sys.exit(str(error))
    training, held_out = (names, []) if options.all else split_docs(names)

    def log(step: int, loss: float) -> None:
        if step % 50 == 0 or step == options.steps - 1:
            print(f"step {step + 1:5} of {options.steps}   loss {loss:.4f}", flush=True)

    rng = random.Random(options.seed)
    gc.disable()  # nothing here makes reference cycles
    trained = train(training, options.steps, rng=rng, on_step=log)
    known = [name for name in held_out if set(name) <= set(trained.tokenizer.chars)]
    known = known[:: max(1, len(known) // 200)]  # about 200 of 3,200, as in microgpt_simple.py
    if known:
        print(f"held-out loss {held_out_loss(known, trained):.4f} nats per token, over {len(known)} held-out rows")
    state = rng.getstate()
    for temperature in options.temperature:
        rng.setstate(state)  # so that nothing but the temperature differs
        print(f"\ntemperature {temperature}:", " ".join(sample(trained, temperature, rng) for _ in range(20)))
