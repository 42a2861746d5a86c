"""Part 8: generation. The trained model invents names, one character at a time.

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
    ### BEGIN SOLUTION 8.1 temperature_softmax
    if not temperature > 0:
        raise ValueError(f"temperature = {temperature}: it must be above 0 (0.5 is a good start).")
    largest = max(logit.data for logit in logits)
    exps = [math.exp((logit.data - largest) / temperature) for logit in logits]
    total = sum(exps)
    return [e / total for e in exps]
    ### END SOLUTION


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
    ### BEGIN SOLUTION 8.2 sample
    tokenizer, config = trained.tokenizer, trained.config
    # Two empty caches: each becomes (n_layer, positions, n_embd).
    keys, values = [[] for _ in range(config.n_layer)], [[] for _ in range(config.n_layer)]
    tokens = [tokenizer.bos]
    for position in range(config.block_size):
        logits = gpt(tokens[-1], position, keys, values, trained.state_dict, config)  # (vocab_size)
        tokens += rng.choices(range(config.vocab_size), weights=temperature_softmax(logits, temperature))
        if tokens[-1] == tokenizer.bos:
            break
    return tokenizer.decode(tokens)
    ### END SOLUTION


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
    ### BEGIN SOLUTION 8.3 sample_many
    rng = random.Random(seed) if rng is None else rng
    return [sample(trained, temperature, rng) for _ in range(count)]
    ### END SOLUTION
