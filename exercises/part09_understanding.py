"""Part 9: understanding. Four numbers about your model: predict each one before you compute it.

Read the lesson first. To open it: make lesson part=9, or python -m autograder lesson 9
In your instructor's folder it is the notebook part09.ipynb; on the course's web page it is next to this code.

How bad is a model that knows nothing, what does a loss mean, and what does attention cost? Each docstring has a small
example that you can check by hand. Find the rule behind it with pen and paper first.
"""

from __future__ import annotations

import math

from part04_parameters import Config


def uniform_loss(vocab_size: int) -> float:
    """Return the loss, in nats per token, of a model that gives each of vocab_size tokens the same probability.

    A model that guesses a fair coin gives both sides the probability 0.5, and has the same loss whichever side comes.

    >>> round(uniform_loss(2), 3), round(uniform_loss(27), 3)  # a coin, and this course's 27 tokens
    (0.693, 3.296)
    """
    # TODO 9.1 uniform_loss: about 1 line
    raise NotImplementedError("9.1 uniform_loss")


def perplexity(loss: float) -> float:
    """Return the number of equally likely tokens that would be as surprising as this loss (nats per token).

    A loss of 0.693 is as surprising as a coin. Perplexity: https://en.wikipedia.org/wiki/Perplexity

    >>> round(perplexity(0.693), 2), round(perplexity(uniform_loss(27)))
    (2.0, 27)
    """
    # TODO 9.2 perplexity: about 1 line
    raise NotImplementedError("9.2 perplexity")


def kv_cache_floats(config: Config, length: int) -> int:
    """Return how many numbers the KV cache holds after length tokens, in all layers.

    A model with one layer and n_embd = 4 that has read three tokens holds three keys and three values of 4 numbers
    each: 24 numbers, whether 1, 2 or 4 heads share them.

    >>> kv_cache_floats(Config(n_embd=4, n_head=2), 3), kv_cache_floats(Config(), 5)
    (24, 160)
    """
    # TODO 9.3 kv_cache_floats: about 1 line
    raise NotImplementedError("9.3 kv_cache_floats")


def attention_score_count(config: Config, length: int) -> int:
    """Return how many scores attention computes while it reads length tokens, in all heads of all layers.

    A score compares one query with one key. In one head, the first token has one score, with itself, the second token
    two, and the third token three: 6 scores for three tokens.

    >>> attention_score_count(Config(n_embd=4, n_head=1), 3), attention_score_count(Config(), 5)
    (6, 60)
    """
    # TODO 9.4 attention_score_count: about 1 line
    raise NotImplementedError("9.4 attention_score_count")
