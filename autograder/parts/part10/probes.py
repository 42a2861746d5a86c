"""Probes of part 10: they build a small model and return what a learner's functions say of it."""

import random

import part10_experiments as part
from part02_tokenizer import Tokenizer
from part04_parameters import Config, flatten, init_state_dict
from part07_training import Trained


def attention_map(name, letters, sizes, seed):
    """attention_map({name}, Trained(Tokenizer([{letters}]), config, state_dict, [])), with config = Config(**{sizes}),
    state_dict = init_state_dict(config, random.Random({seed}), std=0.5)
    """
    return _numbers(part.attention_map(name, _trained(letters, sizes, seed)))


def attention_maps(names, letters, sizes, seed):
    """[attention_map(name, trained) for name in {names}], with trained = Trained(Tokenizer([{letters}]), config,
    state_dict, []), config = Config(**{sizes}), state_dict = init_state_dict(config, random.Random({seed}), std=0.5)
    """
    trained = _trained(letters, sizes, seed)
    before = [value.data for value in flatten(trained.state_dict)]
    maps = [_numbers(part.attention_map(name, trained)) for name in names]
    return {"maps": maps, "the model is as it was": before == [value.data for value in flatten(trained.state_dict)]}


def rank_names(names, letters, sizes, seed):
    """names = {names}; ranked = rank_names(names, Trained(Tokenizer([{letters}]), config, state_dict, [])); ranked and
    names, with config = Config(**{sizes}), state_dict = init_state_dict(config, random.Random({seed}), std=0.5)
    """
    given = list(names)
    ranked = part.rank_names(given, _trained(letters, sizes, seed))
    return {"ranked": list(ranked) if isinstance(ranked, (list, tuple)) else ranked, "names": given}


def _trained(letters, sizes, seed):
    config = Config(**sizes)
    state_dict = init_state_dict(config, random.Random(seed), std=0.5)
    return Trained(Tokenizer([letters]), config, state_dict, [])


def _numbers(result):
    """Nested lists of plain numbers. Anything else in them is described in words."""
    if isinstance(result, (list, tuple)):
        return [_numbers(each) for each in result]
    if isinstance(result, (int, float)):
        return result
    return f"a {type(result).__name__}, not a plain number"
