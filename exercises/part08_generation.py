"""Part 8: generation. The trained model invents names, one character at a time.

Read the lesson first. To open it: make lesson part=8, or python -m autograder lesson 8
In your instructor's folder it is the notebook part08.ipynb; on the course's web page it is next to this code.

This is *autoregressive* sampling: each token that you draw is the model's next input. Part 8 is checked with the
course's Tokenizer (chars, bos, vocab_size, encode, decode), so don't use helpers that you added to yours in part 2.
"""

from __future__ import annotations

import math
import random

from part01_autograd import Value
from part05_gpt import gpt
from part07_training import Trained


def temperature_softmax(logits: list[Value], temperature: float) -> list[float]:
    """Return the probabilities of the next token as plain numbers: p_i = softmax(logits / temperature)_i.

    Below 1 likely tokens become more likely, above 1 the probabilities become more equal. Logits may have any size, so
    subtract the largest before exp, as in part 3. The temperature is above 0. Shapes: logits and returned (vocab_size).

    >>> [round(p, 4) for p in temperature_softmax([Value(1.0), Value(2.0)], 0.5)]
    [0.1192, 0.8808]
    """
    # TODO 8.1 temperature_softmax: about 6 lines
    raise NotImplementedError("8.1 temperature_softmax")


def sample(trained: Trained, temperature: float, rng: random.Random) -> str:
    """Invent one name: start with BOS, draw a token and feed it back to the model, until you draw BOS.

    Draw each token with one call of `rng.choices` over the tokens in order, with the probabilities from
    `temperature_softmax` as weights. BOS ends the name and is not part of it. The name also ends
    after block_size characters, because the model has no further position.

    >>> from part04_parameters import Config
    >>> from part07_training import train
    >>> trained = train(["ab"], num_steps=50, config=Config(vocab_size=3, n_embd=4, n_head=2))
    >>> sample(trained, 0.5, random.Random(42))
    'ab'
    """
    # TODO 8.2 sample: about 9 lines
    raise NotImplementedError("8.2 sample")


def sample_many(
    trained: Trained,
    count: int = 20,
    temperature: float = 0.5,
    seed: int = 42,
    rng: random.Random | None = None,
) -> list[str]:
    """Return a list of count invented names, drawn one after another with the same generator.

    rng is the generator; when it is None, use `random.Random(seed)`, so that the same seed gives the same names. The
    defaults give 20 names at temperature 0.5 with seed 42.

    >>> from part04_parameters import Config
    >>> from part07_training import train
    >>> trained = train(["ab"], num_steps=20, config=Config(vocab_size=3, n_embd=4, n_head=2))
    >>> sample_many(trained, count=4)
    ['aabb', 'a', 'abaabab', 'ab']
    """
    # TODO 8.3 sample_many: about 2 lines
    raise NotImplementedError("8.3 sample_many")
