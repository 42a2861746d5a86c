"""Part 9: understanding. Four quantities: work them out with pen and paper first.

Read the lesson first. To open it: make lesson part=9, or python -m autograder lesson 9
In your instructor's folder it is the notebook part09.ipynb; on the course's web page it is next to this code.

How bad is a model that knows nothing, what does a loss mean, and what does attention cost?
"""

from __future__ import annotations

import math

from part04_parameters import Config


def uniform_loss(vocab_size: int) -> float:
    """Return the loss, in nats per token, of a model that gives each of vocab_size tokens the same probability.

    >>> round(uniform_loss(27), 3)
    3.296
    """
    # TODO 9.1 uniform_loss: about 1 line
    raise NotImplementedError("9.1 uniform_loss")


def perplexity(loss: float) -> float:
    """Return the number of equally likely tokens that would be as surprising as this loss (nats per token).

    Perplexity: https://en.wikipedia.org/wiki/Perplexity

    >>> round(perplexity(uniform_loss(27)))
    27
    """
    # TODO 9.2 perplexity: about 1 line
    raise NotImplementedError("9.2 perplexity")


def kv_cache_floats(config: Config, length: int) -> int:
    """Return how many numbers the KV cache holds after length tokens: keys and values of all layers and heads.

    A head uses n_embd / n_head of the n_embd numbers, so the number of heads does not matter.

    >>> kv_cache_floats(Config(), 5)
    160
    """
    # TODO 9.3 kv_cache_floats: about 1 line
    raise NotImplementedError("9.3 kv_cache_floats")


def attention_score_count(config: Config, length: int) -> int:
    """Return how many scores attention computes for a sequence of length tokens, in all heads of all layers.

    Token t (from 1) attends to t positions, including its own: length·(length + 1)/2 pairs per head and layer.

    >>> attention_score_count(Config(), 5)
    60
    """
    # TODO 9.4 attention_score_count: about 1 line
    raise NotImplementedError("9.4 attention_score_count")
