"""Probes of lab 1: they make Values of the numbers that they get, and return plain numbers."""

import random

import lab1_bigger_model as part
from part01_autograd import Value
from part04_parameters import Config, init_state_dict


def layernorm_outputs(x, gain, bias):
    """[y.data for y in layernorm({x}, {gain}, {bias})], every number a Value"""
    return _data(part.layernorm(_values(x), _values(gain), _values(bias)))


def layernorm_with_eps(x, gain, bias, eps):
    """[y.data for y in layernorm({x}, {gain}, {bias}, eps={eps})], every number a Value"""
    return _data(part.layernorm(_values(x), _values(gain), _values(bias), eps=eps))


def layernorm_gradients(x, gain, bias, factors):
    """y = layernorm({x}, {gain}, {bias}); sum(f * yi for f, yi in zip({factors}, y)).backward(); the grads of x, gain
    and bias
    """
    inputs = {"x": _values(x), "gain": _values(gain), "bias": _values(bias)}
    _backward(factors, part.layernorm(*inputs.values()))
    return {name: [value.grad for value in inputs[name]] for name in inputs}


def gelu_outputs(numbers):
    """[gelu(Value(x)).data for x in {numbers}]"""
    return [part.gelu(Value(x)).data for x in numbers]


def gelu_slopes(numbers):
    """[the grad of x after gelu(x).backward() for x in {numbers}], every number a Value"""
    slopes = []
    for number in numbers:
        x = Value(number)
        part.gelu(x).backward()
        slopes.append(x.grad)
    return slopes


def new_model(sizes, seed, std):
    """s = init_bigger_model(Config(**{sizes}), random.Random({seed}), std={std}); the first number of every row, by
    name
    """
    state_dict = part.init_bigger_model(Config(**sizes), random.Random(seed), std=std)
    return [[name, [row[0].data for row in rows]] for name, rows in state_dict.items()]


def new_norms(sizes, seed):
    """s = init_bigger_model(Config(**{sizes}), random.Random({seed})); the matrices of the norms"""
    state_dict = part.init_bigger_model(Config(**sizes), random.Random(seed))
    return {name: [_data(row) for row in state_dict[name]] for name in _norms(sizes)}


def norms_numbered(sizes, seed):
    """s = init_bigger_model(Config(**{sizes}), random.Random({seed})); 0, 1, 2, ... is written into the .data of the
    numbers of all norms, one by one; the matrices afterwards
    """
    state_dict = part.init_bigger_model(Config(**sizes), random.Random(seed))
    flat = [value for name in _norms(sizes) for row in state_dict[name] for value in row]
    for number, value in enumerate(flat):
        value.data = float(number)
    return {name: [_data(row) for row in state_dict[name]] for name in _norms(sizes)}


def logits(tokens, sizes, seed):
    """the logits of bigger_gpt after each of the tokens {tokens}, with config = Config(**{sizes}), matrices from
    init_state_dict(config, random.Random({seed}), std=0.5), and random gains and biases in all norms
    """
    return [_data(row) for row in _read(tokens, _model(sizes, seed), sizes)]


def logits_twice(tokens, sizes, seed):
    """the logits of bigger_gpt after the tokens {tokens}, read twice with empty caches, with config =
    Config(**{sizes}), matrices from init_state_dict(config, random.Random({seed}), std=0.5), random gains and biases
    """
    state_dict = _model(sizes, seed)
    return [[_data(row) for row in _read(tokens, state_dict, sizes)] for _ in range(2)]


def gradients(tokens, sizes, seed, factors):
    """x = the logits of bigger_gpt after the last of {tokens}; sum(f * xi for f, xi in zip({factors}, x)).backward();
    the grads of the norms' numbers and of the first number of every other row, with config = Config(**{sizes}),
    matrices from init_state_dict(config, random.Random({seed}), std=0.5), and random gains and biases
    """
    state_dict, norms = _model(sizes, seed), _norms(sizes)
    _backward(factors, _read(tokens, state_dict, sizes)[-1])
    return {
        name: [[value.grad for value in (row if name in norms else row[:1])] for row in rows]
        for name, rows in state_dict.items()
    }


def _norms(sizes):
    return [f"layer{i}.{name}" for i in range(sizes["n_layer"]) for name in ("ln1", "ln2")] + ["ln_f"]


def _model(sizes, seed):
    """Matrices as they are drawn, and norms that do something: made here, so that task L1.3 may still be open."""
    state_dict = init_state_dict(Config(**sizes), random.Random(seed), std=0.5)
    rng = random.Random(seed + 1)
    for name in _norms(sizes):
        gains = [Value(rng.uniform(0.5, 1.5)) for _ in range(sizes["n_embd"])]
        state_dict[name] = [gains, [Value(rng.gauss(0, 0.5)) for _ in range(sizes["n_embd"])]]
    return state_dict


def _read(tokens, state_dict, sizes):
    keys, values = [[] for _ in range(sizes["n_layer"])], [[] for _ in range(sizes["n_layer"])]
    config = Config(**sizes)
    return [part.bigger_gpt(token, i, keys, values, state_dict, config) for i, token in enumerate(tokens)]


def _values(numbers):
    return [Value(number) for number in numbers]


def _data(values):
    return [value.data for value in values]


def _backward(factors, outputs):
    sum(factor * output for factor, output in zip(factors, outputs)).backward()
