"""Lab 1: a bigger model. GPT-2's block in your own GPT: LayerNorm, GELU, more layers and more dimensions.

Read the lesson first: docs/learner/lab1.md. When all checks pass, run its experiment: make lab part=lab1

Part 5's model leaves out some of what GPT-2 has. Here you add three things: a norm that also subtracts the mean and
has parameters, a smooth activation, and a norm before the last matrix. `attend` and
`multi_head_attention` of part 5 stay as they are. Your code must work for any size, such as BIGGER below, which has two
layers and 64 dimensions.
Radford and others, Language Models are Unsupervised Multitask Learners, 2019 (GPT-2).
"""

from __future__ import annotations

import math
import random

from part01_autograd import Value
from part03_layers import linear
from part04_parameters import Config, init_state_dict
from part05_gpt import multi_head_attention

Vector = list[Value]

BIGGER = Config(n_embd=64, n_layer=2)  # 103,424 parameters; part 5's model has 4,192


def layernorm(x: Vector, gain: Vector, bias: Vector, eps: float = 1e-5) -> Vector:
    """Give the vector the mean 0 and the variance 1, then scale and shift each number by parameters.

    With mean m = mean of x_j and variance v = mean of (x_j - m)²:
        y_i = gain_i · (x_i - m) / √(v + eps) + bias_i
    All four lists have the same length. Unlike rmsnorm, this subtracts the mean, and gain and bias are learned.
    Ba, Kiros and Hinton, Layer Normalization, 2016: https://arxiv.org/abs/1607.06450

    >>> x, gain, bias = [Value(1.0), Value(3.0)], [Value(1.0), Value(10.0)], [Value(0.0), Value(0.5)]
    >>> [round(y.data, 3) for y in layernorm(x, gain, bias)]  # mean 2, variance 1: -1 and 1 before gain and bias
    [-1.0, 10.5]
    """
    # TODO L1.1 layernorm: about 5 lines
    raise NotImplementedError("L1.1 layernorm")


def gelu(x: Value) -> Value:
    """Return x times a smooth step from 0 to 1, the usual formula with tanh:

        gelu(x) = x · (1 + tanh(u)) / 2,    u = √(2/π) · (x + 0.044715 · x³)

    A Value has exp but no tanh. (1 + tanh(u)) / 2 is the same as 1 / (1 + exp(-2u)), and also as
    exp(2u) / (1 + exp(2u)). Both are exact, but exp(710) is too large for a float: use the first where u is positive
    and the second where it is negative, so that exp never gets a large number.
    Hendrycks and Gimpel, Gaussian Error Linear Units, 2016: https://arxiv.org/abs/1606.08415

    >>> [round(gelu(Value(x)).data, 4) for x in (-1.0, 0.0, 1.0, 3.0)]  # relu: 0, 0, 1, 3
    [-0.1588, 0.0, 0.8412, 2.9964]
    >>> gelu(Value(-40.0)).data == 0, gelu(Value(40.0)).data
    (True, 40.0)
    """
    # TODO L1.2 gelu: about 5 lines
    raise NotImplementedError("L1.2 gelu")


def init_bigger_model(config: Config, rng: random.Random, std: float = 0.08) -> dict[str, list[Vector]]:
    """Return part 4's matrices, drawn in the same way, followed by a matrix for each norm.

    A norm's matrix has the shape (2, n_embd). Its first row holds the gains, all 1, its second row the biases, all 0,
    so that an untrained norm only normalises. Each number is a separate `Value`, since training changes each of them.
    The names, in this order: for each layer i = 0, 1, …
        layer{i}.ln1    before attention
        layer{i}.ln2    before the feed-forward block
    and then
        ln_f            before lm_head

    >>> state_dict = init_bigger_model(Config(n_embd=4, n_head=2, n_layer=2), random.Random(42))
    >>> list(state_dict)[-5:]
    ['layer0.ln1', 'layer0.ln2', 'layer1.ln1', 'layer1.ln2', 'ln_f']
    >>> [[value.data for value in row] for row in state_dict["ln_f"]]
    [[1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]]
    """
    # TODO L1.3 init_bigger_model: about 5 lines
    raise NotImplementedError("L1.3 init_bigger_model")


def bigger_gpt(
    token_id: int,
    pos_id: int,
    keys: list[list[Vector]],
    values: list[list[Vector]],
    state_dict: dict[str, list[Vector]],
    config: Config,
) -> Vector:
    """Return the logits (vocab_size) for the token that follows token_id at position pos_id: part 5's `gpt`, with
    LayerNorm and GELU.

    1. x = row token_id of wte plus row pos_id of wpe. Here, unlike in part 5, no norm follows.
    2. In each layer: x = x + attention(layernorm(x)), with ln1; then x = x + fc2(gelu(fc1(layernorm(x)))), with ln2.
       Use `multi_head_attention` of part 5, and `linear` for mlp_fc1 and mlp_fc2. gelu applies to each number.
    3. logits = lm_head times layernorm(x), with ln_f.

    >>> config = Config(vocab_size=3, n_embd=4, n_head=2, n_layer=2)
    >>> state_dict = init_bigger_model(config, random.Random(42), std=0.5)
    >>> keys, values = [[], []], [[], []]
    >>> for position, token in enumerate([2, 0]):
    ...     logits = bigger_gpt(token, position, keys, values, state_dict, config)
    ...     [round(logit.data, 4) for logit in logits]
    [-0.4138, -0.7345, 0.9694]
    [-0.2368, -0.319, 0.5156]
    """
    # TODO L1.4 bigger_gpt: about 9 lines
    raise NotImplementedError("L1.4 bigger_gpt")
