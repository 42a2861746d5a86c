"""Part 8: generation. The trained model invents names, one character at a time.

Part 8 is checked with the course's Tokenizer, which has chars, bos, vocab_size, encode and decode: helpers that you
added to your own Tokenizer in part 2 are not there.
"""

from __future__ import annotations

import math
import random

from part01_autograd import Value
from part05_gpt import gpt
from part07_training import Trained


def temperature_softmax(logits: list[Value], temperature: float) -> list[float]:
    """Return the probabilities of the next token as plain numbers: p_i = softmax(logits / temperature)_i.

    Below 1 the likely tokens become likelier, above 1 all become more alike. Logits of any size work, so subtract
    the largest before exp, as in part 3. The temperature is above 0. Shapes: logits and returned (vocab_size).

    >>> [round(p, 4) for p in temperature_softmax([Value(1.0), Value(2.0)], 0.5)]
    [0.1192, 0.8808]
    """
    # TODO 8.1 temperature_softmax: about 6 lines
    raise NotImplementedError("8.1 temperature_softmax")


def sample(trained: Trained, temperature: float, rng: random.Random) -> str:
    """Invent one name: begin with BOS, draw a token, feed it back in, until BOS is drawn.

    Draw each token with one call of `rng.choices` over the tokens in order, with the probabilities of
    `temperature_softmax` as weights. BOS ends the name and is not part of it. The block_size-th
    character also ends the name, since the model has no further position.

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
    """Return count invented names, drawn one after the other from one generator.

    rng: the generator, `random.Random(seed)` when None is given: the same seed gives the same names. By default,
    it returns 20 names at temperature 0.5 with seed 42.

    >>> from part04_parameters import Config
    >>> from part07_training import train
    >>> trained = train(["ab"], num_steps=20, config=Config(vocab_size=3, n_embd=4, n_head=2))
    >>> sample_many(trained, count=4)
    ['aabb', 'a', 'abaabab', 'ab']
    """
    # TODO 8.3 sample_many: about 2 lines
    raise NotImplementedError("8.3 sample_many")
