"""Counts by loops, the loss by the definition of entropy, the perplexity by the product of probabilities."""

import math
from fractions import Fraction


def uniform_loss(vocab_size):
    probability = Fraction(1, vocab_size)
    return float(probability * vocab_size) * (math.log(probability.denominator) - math.log(probability.numerator))


def perplexity(loss):
    return 1.0 / (math.e ** (-loss))


def kv_cache_floats(config, length):
    head_dim = config.n_embd // config.n_head
    per_token = sum(2 * head_dim for _ in range(config.n_layer) for _ in range(config.n_head))
    return float(per_token * length)


def attention_score_count(config, length):
    return sum(t * config.n_head for t in range(length + 1)) * config.n_layer
