"""Part 7: training. Predict the next token, compute the loss, update the parameters, a thousand times.

The loss is the cross-entropy in nats: -log of the probability that the model gave to the token that really came next.
A model that knows nothing gives each of 27 tokens the probability 1/27, a loss of ln 27 = 3.296.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from part01_autograd import Value
from part02_tokenizer import Tokenizer
from part03_layers import softmax
from part04_parameters import Config, flatten, init_state_dict
from part05_gpt import gpt
from part06_adam import Adam, linear_decay


@dataclass
class Trained:
    """A trained model: what `train` returns (given)."""

    tokenizer: Tokenizer
    config: Config
    state_dict: dict[str, list[list[Value]]]
    losses: list[float]  # one per step


def sequence_loss(tokens: list[int], state_dict: dict[str, list[list[Value]]], config: Config) -> Value:
    """Return the mean loss over the positions of one name, as a Value: `backward` can be called on it.

    tokens: [bos, …, bos], two or more. At position i the model sees tokens[i] and predicts tokens[i + 1]; the last
    token is only a target. With p_i the probability that the model gives to the right token, loss = mean of -log p_i.
    The model has block_size positions, so make at most block_size predictions and leave out the rest. Start every name
    with empty caches.

    >>> state_dict = init_state_dict(Config(), random.Random(42), std=0.0)
    >>> round(sequence_loss([26, 0, 26], state_dict, Config()).data, 4)  # weights of 0: all tokens equally likely
    3.2958
    """
    ### BEGIN SOLUTION 7.1 sequence_loss
    count = min(config.block_size, len(tokens) - 1)
    if count < 1:
        raise ValueError(f"tokens = {tokens}: there is nothing to predict, it takes at least two tokens.")
    # Two empty caches: each becomes (n_layer, positions, n_embd).
    keys, values = [[] for _ in range(config.n_layer)], [[] for _ in range(config.n_layer)]
    losses = []  # (count)
    for position in range(count):
        logits = gpt(tokens[position], position, keys, values, state_dict, config)  # (vocab_size)
        probability = softmax(logits)[tokens[position + 1]]
        losses.append(-probability.log())
    return sum(losses) / count
    ### END SOLUTION


def training_step(
    tokens: list[int], state_dict: dict[str, list[list[Value]]], config: Config, optimizer: Adam, lr: float
) -> float:
    """Compute the loss of one name and its gradients, and take one step of the optimiser with learning rate lr.

    Return the loss *before* the update, as a plain number.

    >>> config = Config(vocab_size=3, n_embd=4, n_head=2)
    >>> state_dict = init_state_dict(config, random.Random(42))
    >>> optimizer = Adam(flatten(state_dict))
    >>> [round(training_step([2, 0, 1, 2], state_dict, config, optimizer, lr=0.1), 4) for _ in range(3)]
    [1.1304, 0.8981, 0.526]
    """
    ### BEGIN SOLUTION 7.2 training_step
    loss = sequence_loss(tokens, state_dict, config)
    loss.backward()
    optimizer.step(lr)
    return loss.data
    ### END SOLUTION


def train(
    docs: list[str],
    num_steps: int = 1000,
    seed: int = 42,
    config: Config | None = None,
    rng: random.Random | None = None,
    on_step: Callable[[int, float], None] | None = None,
) -> Trained:
    """Train a new model on the docs, one name per step.

    The set-up is given: it shuffles a copy of the docs, makes the tokenizer, and draws the parameters. rng is used for
    nothing else, so the same seed gives the same run everywhere. You write the training:

    1. Before the loop, make the optimiser, `Adam` with its defaults, for all parameters in one list, and an empty list
       losses.
    2. There are num_steps steps, counted from 0. Step i trains on name i of docs, and starts again at the front when
       all names have been used. Its learning rate is `linear_decay(i, num_steps)`.
    3. Append the loss of each step to losses. Then call on_step(step, loss), unless on_step is None.

    >>> trained = train(["ab", "ba", "aab"], num_steps=4, config=Config(vocab_size=3, n_embd=4, n_head=2))
    >>> [round(loss, 4) for loss in trained.losses]
    [1.1113, 1.2954, 1.1912, 1.0303]
    """
    ### BEGIN SOLUTION
    if not docs:
        raise ValueError("There are no names to train on: docs is empty.")
    if num_steps < 0:
        raise ValueError(f"num_steps = {num_steps}: it must be 0 or more.")
    ### END SOLUTION
    # Given. With one generator and a fixed order of the draws, a seed decides the whole run: the shuffle comes first.
    rng = random.Random(seed) if rng is None else rng
    docs = list(docs)
    rng.shuffle(docs)
    tokenizer = Tokenizer(docs)
    config = Config(vocab_size=tokenizer.vocab_size) if config is None else config
    state_dict = init_state_dict(config, rng)
    # Your part. Once: the optimiser, and the list losses. Then loop over the steps. In each one:
    #     the name and its tokens, the learning rate, a training step, its loss, on_step
    ### BEGIN SOLUTION 7.3 train
    optimizer = Adam(flatten(state_dict))
    losses = []
    for step in range(num_steps):
        tokens = tokenizer.encode(docs[step % len(docs)])
        losses.append(training_step(tokens, state_dict, config, optimizer, linear_decay(step, num_steps)))
        if on_step is not None:
            on_step(step, losses[-1])
    ### END SOLUTION
    return Trained(tokenizer, config, state_dict, losses)


def held_out_loss(docs: list[str], trained: Trained) -> float:
    """Return the loss over names that the model was not trained on, in nats per token, as a plain number.

    Divide the nats of all names by the number of all predicted tokens (closing BOS tokens included). A long name has
    more weight than a short one, so this is not the mean of the names' means. For a name longer than block_size, count
    only the predictions that `sequence_loss` makes.

    >>> trained = train(["ab", "ba"], num_steps=4, config=Config(vocab_size=3, n_embd=4, n_head=2))
    >>> round(held_out_loss(["aba", "b"], trained), 4)
    1.1357
    """
    ### BEGIN SOLUTION 7.4 held_out_loss
    nats, predictions = 0.0, 0
    for doc in docs:
        tokens = trained.tokenizer.encode(doc)
        count = min(trained.config.block_size, len(tokens) - 1)
        nats += sequence_loss(tokens, trained.state_dict, trained.config).data * count
        predictions += count
    return nats / predictions
    ### END SOLUTION
