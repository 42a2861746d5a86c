"""Part 5: the GPT. One token in, a logit for every possible next token out.

Read the lesson first. To open it: make lesson part=5, or python -m autograder lesson 5
In your instructor's folder it is the notebook part05.ipynb; on the course's web page it is next to this code.

Tokens come one at a time. Two caches, together the KV cache, keep the keys and values of earlier tokens. Their shape
is (n_layer, positions, n_embd). The caller starts every name with empty caches, `[[] for _ in range(n_layer)]`, and
each call appends to them in place. So a token attends only to itself and to earlier tokens, as with a causal mask.
Vaswani et al., Attention Is All You Need, 2017: https://arxiv.org/abs/1706.03762
"""

from __future__ import annotations

from part01_autograd import Value
from part03_layers import linear, rmsnorm, softmax
from part04_parameters import Config

Vector = list[Value]


def attend(query: Vector, keys: list[Vector], values: list[Vector]) -> tuple[Vector, Vector]:
    """Attention of one head: the mean of the values, weighted by how well each key fits the query.

    The query is that of the token being read. There is a key and a value for each position so far, its own included.
    1. Scores: the dot product of the query with each key, divided by √head_dim (the scale).
    2. Attention weights: the softmax of the scores. There is one for each position, and they sum to 1.
    3. Output: the weighted mean of the values. Its number j is the weighted mean of the values' numbers j.
    In the paper's symbols, with d = head_dim: s_t = q · k_t / √d,  α = softmax(s),  output = Σ_t α_t · v_t.
    Shapes: query (head_dim), keys and values (positions, head_dim). Returns (output, weights), of shapes (head_dim) and
    (positions).

    >>> one, zero = Value(1.0), Value(0.0)
    >>> output, weights = attend([one, zero], [[zero, one], [zero, one]], [[one, one], [zero, one]])
    >>> [w.data for w in weights], [o.data for o in output]  # two equal keys: the mean of the two values
    ([0.5, 0.5], [0.5, 1.0])
    """
    # TODO 5.1 attend: about 5 lines
    raise NotImplementedError("5.1 attend")


def multi_head_attention(
    x: Vector,
    layer: int,
    keys: list[list[Vector]],
    values: list[list[Vector]],
    state_dict: dict[str, list[Vector]],
    config: Config,
) -> tuple[Vector, list[Vector]]:
    """Attention of all heads of one layer, including the output matrix attn_wo.

    1. Project: attn_wq, attn_wk and attn_wv times x make the query, key and value of this token, each (n_embd).
    2. Cache: append the key to keys[layer] and the value to values[layer], each (positions, n_embd). Do this before
       you look, since a token attends to itself, too.
    3. Heads: head_dim is n_embd / n_head. The first head uses numbers 0 to head_dim - 1 of the query and of *each* key
       and value, the second head the next head_dim numbers, and so on. Call `attend` for each head.
       keys[layer] is a list of positions: cut every key in it, not the list.
    4. Join the outputs of the heads in order, (n_embd) again, and multiply by attn_wo. `gpt` adds norm and residual.
    Returns (output, weights), of shapes (n_embd) and (n_head, positions).

    >>> one, zero = Value(1.0), Value(0.0)
    >>> state_dict = {f"layer0.attn_w{letter}": [[one, zero], [zero, one]] for letter in "qkvo"}
    >>> keys, values, config = [[]], [[]], Config(n_embd=2, n_head=2)
    >>> for x in ([one, zero], [zero, zero]):  # the first token has only itself to look at
    ...     output, weights = multi_head_attention(x, 0, keys, values, state_dict, config)
    ...     [o.data for o in output], [[w.data for w in head] for head in weights]
    ([1.0, 0.0], [[1.0], [1.0]])
    ([0.5, 0.0], [[0.5, 0.5], [0.5, 0.5]])
    """
    # TODO 5.2 multi_head_attention: about 13 lines
    raise NotImplementedError("5.2 multi_head_attention")


def mlp(x: Vector, layer: int, state_dict: dict[str, list[Vector]]) -> Vector:
    """The feed-forward block: mlp_fc1, ReLU, mlp_fc2. `gpt` has the norm and the residual.

    Shapes: x is (n_embd), the results of mlp_fc1 and ReLU are (4·n_embd), and the returned vector is (n_embd).

    >>> fc1 = [[Value(1.0)], [Value(-1.0)], [Value(2.0)], [Value(0.0)]]
    >>> fc2 = [[Value(2.0), Value(5.0), Value(1.0), Value(4.0)]]
    >>> mlp([Value(3.0)], 0, {"layer0.mlp_fc1": fc1, "layer0.mlp_fc2": fc2})[0].data  # 2·3 + 5·0 + 1·6 + 4·0
    12.0
    """
    # TODO 5.3 mlp: about 2 lines
    raise NotImplementedError("5.3 mlp")


def gpt(
    token_id: int,
    pos_id: int,
    keys: list[list[Vector]],
    values: list[list[Vector]],
    state_dict: dict[str, list[Vector]],
    config: Config,
    attention: list[list[Vector]] | None = None,
) -> Vector:
    """Return the logits (vocab_size) for the token that follows token_id at position pos_id.

    1. x = row token_id of wte plus row pos_id of wpe, number by number, then rmsnorm. x is of shape (n_embd) from here.
    2. In each layer: x = x + attention(rmsnorm(x)), then x = x + mlp(rmsnorm(x)). This x is the residual stream.
    3. logits = lm_head times x, with no norm before it.
    If attention is a list, append the attention weights to it: one entry per layer, (n_head, positions).

    >>> import random
    >>> from part04_parameters import init_state_dict
    >>> config = Config(vocab_size=3, n_embd=4, n_head=2)
    >>> logits = gpt(0, 0, [[]], [[]], init_state_dict(config, random.Random(42)), config)
    >>> [round(logit.data, 4) for logit in logits]
    [0.053, 0.2345, -0.1992]
    """
    # TODO 5.4 gpt: about 9 lines
    raise NotImplementedError("5.4 gpt")
