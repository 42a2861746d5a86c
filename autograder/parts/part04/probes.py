"""Probes of part 4: they make the model's matrices from sizes and a seed, and return them as numbers."""

import random

import part04_parameters as part
from part01_autograd import Value


def _number(value):
    """The number of a Value; what is no Value is named, so that a learner sees it in the answer."""
    return value.data if isinstance(value, Value) else "no Value but of type " + type(value).__name__


def _data(matrix):
    return [[_number(row[j]) for j in range(len(row))] for row in (matrix[i] for i in range(len(matrix)))]


def _sorted_data(state_dict):
    """All numbers by size: a check of their spread should not depend on shapes and names."""
    return sorted(number for matrix in state_dict.values() for row in _data(matrix) for number in row)


def _values(matrices):
    return {name: [[Value(number) for number in row] for row in rows] for name, rows in matrices}


def _state_dict(sizes, seed, *std):
    random.seed(seed + 1)  # the generator that nobody should use: seeded, so that its numbers can be recognised
    return part.init_state_dict(part.Config(**sizes), random.Random(seed), *std)


def shapes(sizes):
    """state_dict = init_state_dict(Config(**{sizes}), rng); the rows and columns of every matrix"""
    state_dict = _state_dict(sizes, 1)
    return {name: [len(state_dict[name]), len(state_dict[name][0])] for name in sorted(state_dict)}


def counts(sizes):
    """state_dict = init_state_dict(Config(**{sizes}), rng); how many numbers are in each matrix, in the dict's order"""
    return {name: sum(len(row) for row in matrix) for name, matrix in _state_dict(sizes, 1).items()}


def weights(sizes, seed):
    """init_state_dict(Config(**{sizes}), random.Random({seed})), the .data of all"""
    return {name: _data(matrix) for name, matrix in _state_dict(sizes, seed).items()}


def weights_with_std(sizes, seed, std):
    """init_state_dict(Config(**{sizes}), random.Random({seed}), std={std}), the .data of all, sorted"""
    return _sorted_data(_state_dict(sizes, seed, std))


def weights_of_two(sizes, seed):
    """rng = random.Random({seed}); rng.gauss(0, 1); init_state_dict(config, rng) twice, then rng.random(), config =
    Config(**{sizes}); the .data of both, each sorted, and the number
    """
    random.seed(seed + 1)
    rng, config = random.Random(seed), part.Config(**sizes)
    rng.gauss(0, 1)
    two = [part.init_state_dict(config, rng) for _ in range(2)]
    return [_sorted_data(state_dict) for state_dict in two] + [rng.random()]


def flat(matrices):
    """[v.data for v in flatten(dict(matrices))], matrices = {matrices}, every number a Value"""
    values = part.flatten(_values(matrices))
    return [_number(values[i]) for i in range(len(values))]


def changed_in_place(matrices, numbers):
    """for v, number in zip(flatten(state_dict), numbers): v.data = number; the state dict afterwards, before it was
    {matrices}, numbers = {numbers}
    """
    state_dict = _values(matrices)
    for value, number in zip(part.flatten(state_dict), numbers):
        value.data = number
    return [[name, _data(matrix)] for name, matrix in state_dict.items()]


def count(sizes):
    """count_parameters(Config(**{sizes}))"""
    return part.count_parameters(part.Config(**sizes))
