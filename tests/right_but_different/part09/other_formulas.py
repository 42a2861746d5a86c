"""Sums over tokens, powers of two, and counts that come out as floats."""

import math


def uniform_loss(vocab_size):
    return sum(math.log2(vocab_size) * math.log(2) / vocab_size for _ in range(vocab_size))


def perplexity(loss):
    return 2 ** (loss / math.log(2))


def kv_cache_floats(config, length):
    head_dim = config.n_embd // config.n_head
    return sum(2 * config.n_head * head_dim for _ in range(config.n_layer) for _ in range(length))


def attention_score_count(config, length):
    return config.n_layer * config.n_head * length * (length + 1) / 2
