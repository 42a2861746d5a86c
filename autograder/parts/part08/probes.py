"""Probes of part 8. Models are small, and made from a seed, so that a learner can repeat a call."""

import random

import part08_generation as part
from part01_autograd import Value
from part02_tokenizer import Tokenizer
from part04_parameters import Config, init_state_dict
from part07_training import Trained


def probabilities(logits, temperature):
    """temperature_softmax([Value(x) for x in {logits}], {temperature})"""
    return part.temperature_softmax([Value(x) for x in logits], temperature)


def names_one_by_one(letters, sizes, seed, std, temperature, number, count):
    """config = Config(*{sizes}); state_dict = init_state_dict(config, random.Random({seed}), std={std});
    trained = Trained(Tokenizer([{letters}]), config, state_dict, []); rng = random.Random({number});
    [sample(trained, {temperature}, rng) for _ in range({count})]"""
    trained, rng = _trained(letters, sizes, seed, std), random.Random(number)
    return [part.sample(trained, temperature, rng) for _ in range(count)]


def many_names(letters, sizes, seed, std, count, temperature, names_seed):
    """config = Config(*{sizes}); state_dict = init_state_dict(config, random.Random({seed}), std={std});
    trained = Trained(Tokenizer([{letters}]), config, state_dict, []);
    sample_many(trained, count={count}, temperature={temperature}, seed={names_seed})"""
    trained = _trained(letters, sizes, seed, std)
    return part.sample_many(trained, count=count, temperature=temperature, seed=names_seed)


def many_names_by_default(letters, sizes, seed, std):
    """config = Config(*{sizes}); state_dict = init_state_dict(config, random.Random({seed}), std={std});
    sample_many(Trained(Tokenizer([{letters}]), config, state_dict, []))"""
    return part.sample_many(_trained(letters, sizes, seed, std))


def many_names_twice(letters, sizes, seed, std, counts, temperature, number):
    """config = Config(*{sizes}); state_dict = init_state_dict(config, random.Random({seed}), std={std});
    trained = Trained(Tokenizer([{letters}]), config, state_dict, []); rng = random.Random({number});
    [sample_many(trained, count, {temperature}, rng=rng) for count in {counts}]"""
    trained, rng = _trained(letters, sizes, seed, std), random.Random(number)
    return [part.sample_many(trained, count, temperature, rng=rng) for count in counts]


def _trained(letters, sizes, seed, std):
    config = Config(*sizes)
    return Trained(Tokenizer([letters]), config, init_state_dict(config, random.Random(seed), std=std), [])
