"""Probes of part 4: they make the model's matrices from sizes and a seed, and return them as numbers."""

import random

import part04_parameters as part
from part01_autograd import Value


def _number(value):
    """The number of a Value. Anything else is described in words, so that learners see it."""
    return value.data if isinstance(value, Value) else "not a Value but of type " + type(value).__name__


def _data(matrix):
    return [[_number(row[j]) for j in range(len(row))] for row in (matrix[i] for i in range(len(matrix)))]


def _sorted_data(state_dict):
    """All numbers by size: a check of their spread should not depend on shapes and names."""
    return sorted(number for matrix in state_dict.values() for row in _data(matrix) for number in row)


def _values(matrices):
    return {name: [[Value(number) for number in row] for row in rows] for name, rows in matrices}


def _config(vocab_size, n_embd, n_head, n_layer, block_size):
    return part.Config(vocab_size=vocab_size, n_embd=n_embd, n_head=n_head, n_layer=n_layer, block_size=block_size)


def _state_dict(sizes, seed, *std):
    random.seed(seed + 1)  # the generator that nobody should use: seeded, so that its numbers can be recognised
    return part.init_state_dict(_config(*sizes), random.Random(seed), *std)


def shapes(vocab_size, n_embd, n_head, n_layer, block_size):
    """s = init_state_dict(Config(vocab_size={vocab_size}, n_embd={n_embd}, n_head={n_head}, n_layer={n_layer},
    block_size={block_size}), rng); the rows and columns of every matrix
    """
    state_dict = _state_dict((vocab_size, n_embd, n_head, n_layer, block_size), 1)
    return {name: [len(state_dict[name]), _columns(state_dict[name])] for name in sorted(state_dict)}


def _columns(matrix):
    """The length of every row, or all lengths where they are not equal."""
    lengths = [len(row) for row in matrix]
    return lengths[0] if len(set(lengths)) == 1 else lengths


def counts(vocab_size, n_embd, n_head, n_layer, block_size):
    """s = init_state_dict(Config(vocab_size={vocab_size}, n_embd={n_embd}, n_head={n_head}, n_layer={n_layer},
    block_size={block_size}), rng); how many numbers each matrix holds, in the order of the dict
    """
    state_dict = _state_dict((vocab_size, n_embd, n_head, n_layer, block_size), 1)
    return {name: sum(len(row) for row in matrix) for name, matrix in state_dict.items()}


def weights(vocab_size, n_embd, n_head, n_layer, block_size, seed):
    """init_state_dict(Config(vocab_size={vocab_size}, n_embd={n_embd}, n_head={n_head}, n_layer={n_layer},
    block_size={block_size}), random.Random({seed})), the .data of all Values
    """
    state_dict = _state_dict((vocab_size, n_embd, n_head, n_layer, block_size), seed)
    return {name: _data(matrix) for name, matrix in state_dict.items()}


def last_rows(vocab_size, n_embd, n_head, n_layer, block_size, seed):
    """init_state_dict(Config(vocab_size={vocab_size}, n_embd={n_embd}, n_head={n_head}, n_layer={n_layer},
    block_size={block_size}), random.Random({seed})), the .data of the last row of every matrix
    """
    state_dict = _state_dict((vocab_size, n_embd, n_head, n_layer, block_size), seed)
    return {name: _data([matrix[len(matrix) - 1]])[0] for name, matrix in state_dict.items()}


def weights_with_std(vocab_size, n_embd, n_head, n_layer, block_size, seed, std):
    """init_state_dict(Config(vocab_size={vocab_size}, n_embd={n_embd}, n_head={n_head}, n_layer={n_layer},
    block_size={block_size}), random.Random({seed}), std={std}), the .data of all Values, sorted
    """
    return _sorted_data(_state_dict((vocab_size, n_embd, n_head, n_layer, block_size), seed, std))


def weights_of_two(vocab_size, n_embd, n_head, n_layer, block_size, seed):
    """rng = random.Random({seed}); rng.gauss(0, 1); init_state_dict(config, rng) twice, then rng.random(); config =
    Config(vocab_size={vocab_size}, n_embd={n_embd}, n_head={n_head}, n_layer={n_layer}, block_size={block_size}); the
    .data of both models, each sorted, and the number
    """
    random.seed(seed + 1)
    rng, config = random.Random(seed), _config(vocab_size, n_embd, n_head, n_layer, block_size)
    rng.gauss(0, 1)
    two = [part.init_state_dict(config, rng) for _ in range(2)]
    return [_sorted_data(state_dict) for state_dict in two] + [rng.random()]


def flat(matrices):
    """[v.data for v in flatten(dict(matrices))], matrices = {matrices}, every number a Value"""
    return _numbers(part.flatten(_values(matrices)))


def flat_of_two(matrices, others):
    """a = flatten(dict(matrices)); b = flatten(dict(others)); the .data of a, then of b, matrices = {matrices},
    others = {others}, every number a Value
    """
    a, b = part.flatten(_values(matrices)), part.flatten(_values(others))
    return [_numbers(a), _numbers(b)]


def _numbers(values):
    return [_number(values[i]) for i in range(len(values))]


def changed_in_place(matrices, numbers):
    """for v, number in zip(flatten(state_dict), numbers): v.data = number; the state dict afterwards, before it was
    {matrices}, numbers = {numbers}
    """
    state_dict = _values(matrices)
    for value, number in zip(part.flatten(state_dict), numbers):
        value.data = number
    return [[name, _data(matrix)] for name, matrix in state_dict.items()]


def count(vocab_size, n_embd, n_head, n_layer, block_size):
    """count_parameters(Config(vocab_size={vocab_size}, n_embd={n_embd}, n_head={n_head}, n_layer={n_layer},
    block_size={block_size}))
    """
    return part.count_parameters(_config(vocab_size, n_embd, n_head, n_layer, block_size))
