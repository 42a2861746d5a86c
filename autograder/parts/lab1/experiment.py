"""Lab 1's experiment: python experiment.py NAMES [STEPS], where the modules can be imported."""

import random
import sys
import time

from lab1_bigger_model import BIGGER, bigger_gpt, init_bigger_model
from part02_tokenizer import Tokenizer, load_docs, split_docs
from part03_layers import softmax
from part04_parameters import Config, flatten, init_state_dict
from part05_gpt import gpt
from part06_adam import Adam, linear_decay

STEPS = 60
HELD_OUT = 60  # names: enough to see a difference of 0.1
STEPS_OF_BIGGER = 2


def sequence_loss(model, tokens, state_dict, config):
    """Part 7's sequence_loss, for any model."""
    count = min(config.block_size, len(tokens) - 1)
    keys, values = [[] for _ in range(config.n_layer)], [[] for _ in range(config.n_layer)]
    losses = []
    for position in range(count):
        logits = model(tokens[position], position, keys, values, state_dict, config)
        losses.append(-softmax(logits)[tokens[position + 1]].log())
    return sum(losses) / count


def train(model, init, config, tokenizer, names, steps, decay_over):
    """The state dict after some steps, and the processor seconds per step."""
    state_dict = init(config, random.Random(42))
    optimizer, began = Adam(flatten(state_dict)), time.process_time()
    for step in range(steps):
        sequence_loss(model, tokenizer.encode(names[step % len(names)]), state_dict, config).backward()
        optimizer.step(linear_decay(step, decay_over))
    return state_dict, (time.process_time() - began) / steps


def held_out_loss(model, state_dict, config, tokenizer, names):
    """Nats per token."""
    nats = predictions = 0
    for name in names:
        tokens = tokenizer.encode(name)
        count = min(config.block_size, len(tokens) - 1)
        nats += sequence_loss(model, tokens, state_dict, config).data * count
        predictions += count
    return nats / predictions


def main(path, steps=STEPS):
    """Train both models for a few steps, then time the bigger one."""
    names, held_out = split_docs(load_docs(path))
    random.Random(42).shuffle(names)
    tokenizer = Tokenizer(names)
    small = Config(vocab_size=tokenizer.vocab_size)
    print(f"{steps} steps on the same names, one layer, 16 dimensions; loss on {HELD_OUT} held-out names")
    print(f"  {'model':<28}{'parameters':>11}{'s per step':>12}{'loss':>8}")
    for title, model, init in (
        ("part 5: RMSNorm, ReLU", gpt, init_state_dict),
        ("this lab: LayerNorm, GELU", bigger_gpt, init_bigger_model),
    ):
        state_dict, seconds = train(model, init, small, tokenizer, names, steps, steps)
        loss = held_out_loss(model, state_dict, small, tokenizer, held_out[:HELD_OUT])
        print(f"  {title:<28}{len(flatten(state_dict)):>11,}{seconds:>12.2f}{loss:>8.3f}", flush=True)
    print(f"\nBIGGER, {BIGGER.n_layer} layers and {BIGGER.n_embd} dimensions, for {STEPS_OF_BIGGER} steps", flush=True)
    state_dict, seconds = train(bigger_gpt, init_bigger_model, BIGGER, tokenizer, names, STEPS_OF_BIGGER, 1000)
    print(f"  {'this lab: LayerNorm, GELU':<28}{len(flatten(state_dict)):>11,}{seconds:>12.2f}")
    print(
        f"\nAt this speed, 1,000 steps of BIGGER take {seconds * 1000 / 60:.0f} minutes. Your code works at any size,\n"
        "but one Value per number is too slow for this one: lab 3 does it in seconds. What LayerNorm,\n"
        "GELU and size change after 1,000 steps: docs/experiments/norms_and_activations.md and\n"
        "docs/experiments/depth_and_width.md"
    )


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
