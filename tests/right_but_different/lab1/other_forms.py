"""The variance as a difference of means, gelu by a tanh of its own, part 5's steps in helpers."""

import math

from part01_autograd import Value
from part03_layers import linear
from part04_parameters import init_state_dict
from part05_gpt import multi_head_attention


def mean(values):
    total = Value(0.0)
    for value in values:
        total = total + value
    return total * (1 / len(values))


def layernorm(x, gain, bias, eps=1e-5):
    m = mean(x)
    spread = (mean([(xi - m) ** 2 for xi in x]) + eps) ** 0.5
    return [(x[i] - m) / spread * gain[i] + bias[i] for i in range(len(x))]


def tanh(u):
    if abs(u.data) < 20:
        e = (u * 2).exp()
        return (e - 1) / (e + 1)
    return Value(math.copysign(1.0, u.data))


def gelu(x):
    return x * 0.5 * (tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * (x * x * x))) + 1)


def norm(n):
    return [[Value(1.0) for _ in range(n)], [Value(0.0) for _ in range(n)]]


def init_bigger_model(config, rng, std=0.08):
    model = dict(init_state_dict(config, rng, std=std))
    for i in range(config.n_layer):
        model[f"layer{i}.ln1"] = norm(config.n_embd)
        model[f"layer{i}.ln2"] = norm(config.n_embd)
    model["ln_f"] = norm(config.n_embd)
    return model


def add(a, b):
    return [ai + bi for ai, bi in zip(a, b)]


def bigger_gpt(token_id, pos_id, keys, values, state_dict, config):
    def normed(name, x):
        gain, bias = state_dict[name]
        return layernorm(x, gain, bias)

    x = add(state_dict["wte"][token_id], state_dict["wpe"][pos_id])
    for i in range(config.n_layer):
        x = add(x, multi_head_attention(normed(f"layer{i}.ln1", x), i, keys, values, state_dict, config)[0])
        hidden = map(gelu, linear(normed(f"layer{i}.ln2", x), state_dict[f"layer{i}.mlp_fc1"]))
        x = add(x, linear(list(hidden), state_dict[f"layer{i}.mlp_fc2"]))
    return linear(normed("ln_f", x), state_dict["lm_head"])
