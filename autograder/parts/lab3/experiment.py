"""Lab 3's experiment: python experiment.py NAMES [STEPS], where the modules can be imported."""

import random
import sys
import time

import lab3_pytorch as lab
import part07_training as scalar
import torch
from part02_tokenizer import Tokenizer, load_docs, split_docs
from part04_parameters import Config, init_state_dict

STEPS = 1000
SCALAR_STEPS = 20
NEAR = 1e-9  # the largest difference of a loss that float64 arithmetic in another order may give


def held_out_loss(names, weights, config, tokenizer):
    """Nats per token."""
    nats = predictions = 0
    with torch.no_grad():
        for name in names:
            tokens = tokenizer.encode(name)
            count = min(config.block_size, len(tokens) - 1)
            nats += lab.sequence_loss(tokens, weights, config).item() * count
            predictions += count
    return nats / predictions


def main(path, steps=STEPS):
    """Compare with the scalar model step by step, then train two sizes."""
    torch.set_num_threads(1)  # more threads only wait for each other with matrices as small as these
    docs, held_out = split_docs(load_docs(path))
    began = time.process_time()
    trained = scalar.train(docs, num_steps=SCALAR_STEPS, seed=42)
    seconds = (time.process_time() - began) / SCALAR_STEPS
    rng = random.Random(42)
    rng.shuffle(docs)
    tokenizer = Tokenizer(docs)
    names = [tokenizer.encode(doc) for doc in docs]
    config = Config(vocab_size=tokenizer.vocab_size)
    weights = lab.to_tensors(init_state_dict(config, rng))
    losses = lab.train(names, weights, config, SCALAR_STEPS)
    differs = max(abs(a - b) for a, b in zip(losses, trained.losses))
    verdict = "the same model" if differs < NEAR else "NOT the same model"
    print(f"{SCALAR_STEPS} steps of part 7 and of this lab: losses differ by at most {differs:.0e}, {verdict}.\n")
    print(f"{steps:,} steps in PyTorch, one name per step; loss on {len(held_out):,} held-out names")
    print(f"  {'layers':>6}{'dimensions':>12}{'parameters':>12}{'seconds':>9}{'loss':>8}")
    for size in ({}, {"n_layer": 2, "n_embd": 64}):
        config = Config(vocab_size=tokenizer.vocab_size, **size)
        weights = lab.to_tensors(init_state_dict(config, random.Random(42)))
        began = time.process_time()
        lab.train(names, weights, config, steps)
        used = time.process_time() - began
        loss, count = held_out_loss(held_out, weights, config, tokenizer), sum(w.numel() for w in weights.values())
        print(f"  {config.n_layer:>6}{config.n_embd:>12}{count:>12,}{used:>9.1f}{loss:>8.3f}", flush=True)
    print(f"\nThe scalar model needs {seconds:.2f} s for one step of the smaller one: {seconds * steps:.0f} s for all.")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
