"""Let a model read a text, letter by letter, and keep what it says after each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """What came out. tokens: "BOS" and the letters that were read. logits: [position], as gpt returned them.

    weights: [position][layer][head][key], what gpt appended to its attention list, as plain numbers.
    """

    tokens: list[str]
    logits: list[Sequence]
    weights: list[list[list[list[float]]]]

    def maps(self, layer: int = 0) -> list[list[list[float]]]:
        """The attention of one layer, [head][query][key], as `heads.draw` takes it."""
        return [list(rows) for rows in zip(*(by_layer[layer] for by_layer in self.weights))]


def read(text: str, gpt: Callable, chars: Sequence[str], state_dict: Mapping, config) -> Reading:
    """Give BOS and the letters of the text to a learner's gpt, one at a time, with caches that begin empty.

    Raises ValueError when a letter isn't one of the model's, or when the text is longer than it can read.
    """
    for letter in text:
        if letter not in chars:
            raise ValueError(f"{letter!r} is not in this model's alphabet: use {''.join(chars)}.")
    if len(text) >= config.block_size:
        raise ValueError(f"{text!r} is too long: this model reads BOS and {config.block_size - 1} letters.")
    caches = [[[] for _ in range(config.n_layer)] for _ in ("keys", "values")]
    logits, weights = [], []
    for place, letter in enumerate(["BOS", *text]):
        number = len(chars) if letter == "BOS" else list(chars).index(letter)
        looked = []
        logits.append(gpt(number, place, *caches, state_dict, config, looked))
        weights.append([[[weight.data for weight in head] for head in layer] for layer in looked])
    return Reading(["BOS", *text], logits, weights)


def likeliest(probabilities: Sequence, chars: Sequence[str], count: int = 5) -> str:
    """The likeliest tokens with their probabilities, as text: `a 0.30, e 0.25`. "end" is the closing BOS."""
    numbers = [getattr(probability, "data", probability) for probability in probabilities]
    ranked = sorted(zip([*chars, "end"], numbers), key=lambda pair: -pair[1])
    return ", ".join(f"{token} {number:.2f}" for token, number in ranked[:count])
