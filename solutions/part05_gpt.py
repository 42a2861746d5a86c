"""Part 5: the GPT. One token in, a logit for every possible next token out.

Tokens come one at a time. What a later token needs of the earlier ones, their keys and values, is kept in two
caches: keys[layer][position] and values[layer][position], each a vector of n_embd. The caller starts every name
with empty caches, `[[] for _ in range(n_layer)]`; each call appends in place.

Vaswani et al., Attention Is All You Need, 2017: https://arxiv.org/abs/1706.03762
"""

from __future__ import annotations

from part03_layers import linear, rmsnorm, softmax
from part04_parameters import Config

Vector = list  # of Value: the name says what a list is meant to be


def attend(query: Vector, keys: list[Vector], values: list[Vector]) -> tuple[Vector, Vector]:
    """Attention of one head: look at every position so far, and take the mean of the values, weighted.

    query: head_dim. keys, values: positions × head_dim. The score of a position is the dot product of the query
    with its key, divided by √head_dim; the weights are the softmax of the scores.
    Returns (output, weights): head_dim numbers, the weighted sum of the values, and one weight per position.

    >>> from part01_autograd import Value
    >>> one, zero = Value(1.0), Value(0.0)
    >>> output, weights = attend([one, zero], [[zero, one], [zero, one]], [[one, one], [zero, one]])
    >>> [w.data for w in weights], [o.data for o in output]  # two equal keys: the mean of the two values
    ([0.5, 0.5], [0.5, 1.0])
    """
    ### BEGIN SOLUTION 5.1 attend
    scale = len(query) ** -0.5
    scores = [sum(q * k for q, k in zip(query, key)) * scale for key in keys]  # one per position
    weights = softmax(scores)
    output = [sum(weight * value[j] for weight, value in zip(weights, values)) for j in range(len(query))]
    return output, weights
    ### END SOLUTION


def multi_head_attention(
    x: Vector,
    layer: int,
    keys: list[list[Vector]],
    values: list[list[Vector]],
    state_dict: dict[str, list[Vector]],
    config: Config,
) -> tuple[Vector, list[Vector]]:
    """Attention of all heads of one layer, its output matrix included.

    Make query, key and value of x with attn_wq, attn_wk and attn_wv; append key and value to the caches of this
    layer. Head h works on the numbers h·head_dim to (h + 1)·head_dim of all of them, head_dim = n_embd / n_head.
    Join the outputs of the heads in order, and multiply with attn_wo. No norm and no residual here.
    Returns (output, weights): n_embd numbers, and the weights of each head, n_head × positions.

    >>> from part01_autograd import Value
    >>> one, zero = Value(1.0), Value(0.0)
    >>> state_dict = {f"layer0.attn_w{letter}": [[one, zero], [zero, one]] for letter in "qkvo"}
    >>> keys, values, config = [[]], [[]], Config(n_embd=2, n_head=2)
    >>> for x in ([one, zero], [zero, zero]):  # the first token has only itself to look at
    ...     output, weights = multi_head_attention(x, 0, keys, values, state_dict, config)
    ...     [o.data for o in output], [[w.data for w in head] for head in weights]
    ([1.0, 0.0], [[1.0], [1.0]])
    ([0.5, 0.0], [[0.5, 0.5], [0.5, 0.5]])
    """
    ### BEGIN SOLUTION 5.2 multi_head_attention
    query = linear(x, state_dict[f"layer{layer}.attn_wq"])  # n_embd, as the next two
    keys[layer].append(linear(x, state_dict[f"layer{layer}.attn_wk"]))
    values[layer].append(linear(x, state_dict[f"layer{layer}.attn_wv"]))
    head_dim = config.n_embd // config.n_head
    joined, weights_by_head = [], []
    for start in range(0, config.n_embd, head_dim):
        head = slice(start, start + head_dim)
        output, weights = attend(query[head], [k[head] for k in keys[layer]], [v[head] for v in values[layer]])
        joined.extend(output)
        weights_by_head.append(weights)
    return linear(joined, state_dict[f"layer{layer}.attn_wo"]), weights_by_head
    ### END SOLUTION


def mlp(x: Vector, layer: int, state_dict: dict[str, list[Vector]]) -> Vector:
    """The feed-forward block: mlp_fc1 (to 4·n_embd numbers), ReLU, mlp_fc2 (back to n_embd). No norm, no residual.

    >>> from part01_autograd import Value
    >>> fc1, fc2 = [[Value(1.0)], [Value(-1.0)], [Value(2.0)], [Value(0.0)]], [[Value(1.0)] * 4]
    >>> mlp([Value(3.0)], 0, {"layer0.mlp_fc1": fc1, "layer0.mlp_fc2": fc2})[0].data  # 3 + 0 + 6 + 0
    9.0
    """
    ### BEGIN SOLUTION 5.3 mlp
    hidden = [h.relu() for h in linear(x, state_dict[f"layer{layer}.mlp_fc1"])]  # 4·n_embd
    return linear(hidden, state_dict[f"layer{layer}.mlp_fc2"])
    ### END SOLUTION


def gpt(
    token_id: int,
    pos_id: int,
    keys: list[list[Vector]],
    values: list[list[Vector]],
    state_dict: dict[str, list[Vector]],
    config: Config,
    attention: list[list[Vector]] | None = None,
) -> Vector:
    """Return the logits, vocab_size numbers, for the token that follows token_id at position pos_id.

    1. x = row token_id of wte plus row pos_id of wpe, then rmsnorm
    2. in each layer: x = x + attention(rmsnorm(x)), then x = x + mlp(rmsnorm(x)); the "x +" is the residual
    3. logits = lm_head times x, with no norm before it
    When attention is a list, append to it the weights of each layer, n_head × positions.

    >>> import random
    >>> from part04_parameters import init_state_dict
    >>> config = Config(vocab_size=3, n_embd=4, n_head=2)
    >>> logits = gpt(0, 0, [[]], [[]], init_state_dict(config, random.Random(42)), config)
    >>> [round(logit.data, 4) for logit in logits]
    [0.053, 0.2345, -0.1992]
    """
    ### BEGIN SOLUTION 5.4 gpt
    x = [token + position for token, position in zip(state_dict["wte"][token_id], state_dict["wpe"][pos_id])]
    x = rmsnorm(x)  # n_embd
    for layer in range(config.n_layer):
        output, weights = multi_head_attention(rmsnorm(x), layer, keys, values, state_dict, config)
        x = [a + b for a, b in zip(x, output)]
        x = [a + b for a, b in zip(x, mlp(rmsnorm(x), layer, state_dict))]
        if attention is not None:
            attention.append(weights)
    return linear(x, state_dict["lm_head"])
    ### END SOLUTION
