"""Probes of part 9: each returns the number that the learner's function gives."""

import part09_understanding as part
from part04_parameters import Config


def uniform_losses(vocab_sizes):
    """[uniform_loss(n) for n in {vocab_sizes}]"""
    return [part.uniform_loss(n) for n in vocab_sizes]


def perplexities(losses):
    """[perplexity(loss) for loss in {losses}]"""
    return [part.perplexity(loss) for loss in losses]


def kv_cache_floats(sizes, length):
    """kv_cache_floats(Config(**{sizes}), {length})"""
    return part.kv_cache_floats(Config(**sizes), length)


def attention_score_count(sizes, length):
    """attention_score_count(Config(**{sizes}), {length})"""
    return part.attention_score_count(Config(**sizes), length)


def kv_caches_of_many(many_sizes, length):
    """[kv_cache_floats(Config(**sizes), {length}) for sizes in {many_sizes}]"""
    return [part.kv_cache_floats(Config(**sizes), length) for sizes in many_sizes]


def scores_of_many(sizes, lengths):
    """[attention_score_count(Config(**{sizes}), n) for n in {lengths}]"""
    return [part.attention_score_count(Config(**sizes), n) for n in lengths]
