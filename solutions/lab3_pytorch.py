"""Lab 3: the same model in PyTorch. Tensors replace lists of Values.

Read the lesson first: docs/learner/lab3.md. When all checks pass, run its experiment: make lab part=lab3

This is the only module of the course that needs a package: `make check part=lab3` says how to install it. The model,
its parameters and its numbers stay those of parts 3 to 7: the checks compare each of your results with the scalar
model, to 1e-9. So use float64 throughout, which is what Python's floats are; PyTorch's default is float32.

A tensor's operators work on all its numbers at once, and it already has `backward`. So you need no loops: all
positions of a name are computed together, and all heads. Part 5's cache did not contain later positions; here, a mask
must hide them.
Shapes: T positions, n = n_embd, d = n_embd / n_head.
"""

from __future__ import annotations

import torch
from part01_autograd import Value
from part04_parameters import Config
from torch import Tensor

Weights = dict[str, Tensor]  # the state dict with a tensor for each matrix


def to_tensors(state_dict: dict[str, list[list[Value]]]) -> Weights:
    """Turn each matrix of Values into a tensor of float64 that collects gradients (requires_grad), under the same name.

    >>> weights = to_tensors({"lm_head": [[Value(1.0), Value(2.0)]]})
    >>> weights["lm_head"]
    tensor([[1., 2.]], dtype=torch.float64, requires_grad=True)
    """
    ### BEGIN SOLUTION L3.1 to_tensors
    return {
        name: torch.tensor([[value.data for value in row] for row in rows], dtype=torch.float64, requires_grad=True)
        for name, rows in state_dict.items()
    }
    ### END SOLUTION


def rmsnorm(x: Tensor, eps: float = 1e-5) -> Tensor:
    """Apply part 3's rmsnorm to each row of x separately. Shapes: x (T, n), returned (T, n).

    The means must have the shape (T, 1), so that each row of x is divided by its own number: look at the arguments of
    `Tensor.mean`.

    >>> x = torch.tensor([[3.0, -4.0], [1.0, 1.0]], dtype=torch.float64)
    >>> [[round(y, 3) for y in row] for row in rmsnorm(x).tolist()]
    [[0.849, -1.131], [1.0, 1.0]]
    """
    ### BEGIN SOLUTION L3.2 rmsnorm
    mean_square = (x * x).mean(dim=-1, keepdim=True)  # (T, 1)
    return x / torch.sqrt(mean_square + eps)
    ### END SOLUTION


def multi_head_attention(x: Tensor, layer: int, weights: Weights, config: Config) -> Tensor:
    """Compute part 5's multi_head_attention for all T positions at once. Shapes: x (T, n), returned (T, n).

    1. Queries, keys and values: x times each transposed matrix, (T, n). Cut them into heads, (n_head, T, d): head 0 has
       the first d numbers of every position. `view` and `transpose` do that without a loop.
    2. Scores: each query with each key of its head, divided by √d: (n_head, T, T), row = query, column = key.
    3. Hide the future: give each key after the query's position the score -∞, so that its weight is 0.
    4. Softmax along the keys, times the values: (n_head, T, d). Join the heads, (T, n), and multiply by attn_wo.

    >>> one_by_one = torch.eye(2, dtype=torch.float64)
    >>> weights = {f"layer0.attn_w{letter}": one_by_one for letter in "qkvo"}
    >>> x = torch.tensor([[1.0, 0.0], [0.0, 0.0]], dtype=torch.float64)
    >>> multi_head_attention(x, 0, weights, Config(n_embd=2, n_head=2)).tolist()  # part 5's example
    [[1.0, 0.0], [0.5, 0.0]]
    """
    ### BEGIN SOLUTION L3.3 multi_head_attention
    length, head_dim = len(x), config.n_embd // config.n_head
    query, key, value = (
        (x @ weights[f"layer{layer}.attn_w{letter}"].T).view(length, config.n_head, head_dim).transpose(0, 1)
        for letter in "qkv"
    )  # (n_head, T, d)
    scores = query @ key.transpose(1, 2) / head_dim**0.5  # (n_head, T, T)
    future = torch.ones(length, length, dtype=torch.bool).triu(1)  # (T, T): True above the diagonal
    attention_weights = torch.softmax(scores.masked_fill(future, float("-inf")), dim=-1)
    joined = (attention_weights @ value).transpose(0, 1).reshape(length, config.n_embd)  # (T, n)
    return joined @ weights[f"layer{layer}.attn_wo"].T
    ### END SOLUTION


def gpt(tokens: list[int], weights: Weights, config: Config) -> Tensor:
    """Return the logits after each of the tokens, (T, vocab_size): part 5's `gpt`, for positions 0 to T - 1 at once.

    Rows of a matrix can be taken by a list of numbers: weights["wte"][tokens] is (T, n).

    >>> config = Config(vocab_size=2, n_embd=2, n_head=1, n_layer=1)
    >>> zeros, ones = torch.zeros(8, 2, dtype=torch.float64), torch.ones(2, 2, dtype=torch.float64)
    >>> weights = {"wte": ones, "wpe": zeros[:4], "lm_head": ones}
    >>> weights |= {f"layer0.attn_w{letter}": zeros[:2] for letter in "qkvo"}
    >>> weights |= {"layer0.mlp_fc1": zeros, "layer0.mlp_fc2": zeros.T}
    >>> gpt([0, 1, 0], weights, config).round().tolist()
    [[2.0, 2.0], [2.0, 2.0], [2.0, 2.0]]
    """
    ### BEGIN SOLUTION L3.4 gpt
    x = rmsnorm(weights["wte"][tokens] + weights["wpe"][: len(tokens)])  # (T, n)
    for layer in range(config.n_layer):
        x = x + multi_head_attention(rmsnorm(x), layer, weights, config)
        hidden = torch.relu(rmsnorm(x) @ weights[f"layer{layer}.mlp_fc1"].T)  # (T, 4n)
        x = x + hidden @ weights[f"layer{layer}.mlp_fc2"].T
    return x @ weights["lm_head"].T
    ### END SOLUTION


def sequence_loss(tokens: list[int], weights: Weights, config: Config) -> Tensor:
    """Return the mean loss over the positions of one name, a tensor with one number: part 7's sequence_loss.

    Make at most block_size predictions. `torch.nn.functional.cross_entropy(logits, targets)` is softmax, -log and mean
    in one; targets is a tensor of whole numbers.

    >>> config = Config(vocab_size=3, n_embd=2, n_head=1, n_layer=1)
    >>> shapes = {"wte": (3, 2), "wpe": (16, 2), "lm_head": (3, 2), "layer0.mlp_fc1": (8, 2), "layer0.mlp_fc2": (2, 8)}
    >>> shapes |= {f"layer0.attn_w{letter}": (2, 2) for letter in "qkvo"}
    >>> weights = {name: torch.zeros(shape, dtype=torch.float64) for name, shape in shapes.items()}
    >>> round(sequence_loss([2, 0, 1, 2], weights, config).item(), 4)  # ln 3: all tokens equally likely
    1.0986
    """
    ### BEGIN SOLUTION L3.5 sequence_loss
    count = min(config.block_size, len(tokens) - 1)
    logits = gpt(tokens[:count], weights, config)  # (count, vocab_size)
    return torch.nn.functional.cross_entropy(logits, torch.tensor(tokens[1 : count + 1]))
    ### END SOLUTION


def train(names: list[list[int]], weights: Weights, config: Config, num_steps: int, lr: float = 0.01) -> list[float]:
    """Train the weights in place, and return the loss of each step, before its update: parts 6 and 7.

    names: each name as its tokens, BOS included. Step i, from 0, trains on names[i % len(names)], with the learning
    rate lr · (1 - i / num_steps). `torch.optim.Adam(weights.values(), betas=(0.85, 0.99), eps=1e-8)` is part 6's Adam.
    It does not zero the gradients by itself, and its learning rate is in `optimizer.param_groups[0]["lr"]`.

    >>> config = Config(vocab_size=3, n_embd=2, n_head=1)
    >>> shapes = {"wte": (3, 2), "wpe": (16, 2), "lm_head": (3, 2), "layer0.mlp_fc1": (8, 2), "layer0.mlp_fc2": (2, 8)}
    >>> shapes |= {f"layer0.attn_w{letter}": (2, 2) for letter in "qkvo"}
    >>> weights = {
    ...     name: torch.full(shape, 0.1, dtype=torch.float64, requires_grad=True) for name, shape in shapes.items()
    ... }
    >>> [round(loss, 4) for loss in train([[2, 0, 2], [2, 1, 2]], weights, config, num_steps=3, lr=0.1)]
    [1.0986, 1.2027, 0.9708]
    """
    ### BEGIN SOLUTION L3.6 train
    optimizer = torch.optim.Adam(weights.values(), betas=(0.85, 0.99), eps=1e-8)
    losses = []
    for step in range(num_steps):
        optimizer.param_groups[0]["lr"] = lr * (1 - step / num_steps)
        optimizer.zero_grad()
        loss = sequence_loss(names[step % len(names)], weights, config)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
    ### END SOLUTION
