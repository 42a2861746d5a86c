"""Lab 2's experiment: python experiment.py NAMES [STEPS], where the modules can be imported."""

import random
import sys
import time

from lab2_bpe import BPETokenizer, loss_per_letter
from part02_tokenizer import bigram_counts, bigram_loss, load_docs, split_docs
from part04_parameters import Config, count_parameters, flatten, init_state_dict
from part06_adam import Adam, linear_decay
from part07_training import Trained, held_out_loss, training_step

MERGES = (0, 20, 60)
HELD_OUT = 200  # names on which a trained model is measured


def bigrams(names, held_out):
    """A row for each number of merges. Return the tokenizers."""
    print(f"Bigram models of {len(names):,} names, measured on {len(held_out):,} held-out names")
    print(f"  {'merges':>6}{'tokens':>8}{'per name':>10}{'loss per token':>16}{'loss per letter':>17}{'seconds':>9}")
    tokenizers = []
    for count in MERGES:
        began = time.process_time()
        tokenizer = BPETokenizer(names, count)
        per_name = sum(len(tokenizer.encode(name)) - 1 for name in held_out) / len(held_out)
        loss = bigram_loss(bigram_counts(names, tokenizer), held_out, tokenizer)
        per_letter, seconds = loss_per_letter(loss, held_out, tokenizer), time.process_time() - began
        print(
            f"  {count:>6}{tokenizer.vocab_size:>8}{per_name:>10.2f}{loss:>16.3f}{per_letter:>17.3f}{seconds:>9.1f}",
            flush=True,
        )
        tokenizers.append(tokenizer)
    return tokenizers


def train(names, tokenizer, steps):
    """Part 7's train, with another tokenizer."""
    config, rng = Config(vocab_size=tokenizer.vocab_size), random.Random(42)
    state_dict = init_state_dict(config, rng)
    optimizer, losses = Adam(flatten(state_dict)), []
    for step in range(steps):
        tokens = tokenizer.encode(names[step % len(names)])
        losses.append(training_step(tokens, state_dict, config, optimizer, linear_decay(step, steps)))
    return Trained(tokenizer, config, state_dict, losses)


def main(path, steps=0):
    """Bigram models, and with steps, GPTs too."""
    names, held_out = split_docs(load_docs(path))
    random.Random(42).shuffle(names)
    tokenizers = bigrams(names, held_out)
    longest = sorted(tokenizers[-1].tokens, key=len)[-8:]
    print(f"\nThe longest of the {tokenizers[-1].vocab_size} tokens: {' '.join(longest)}")
    name = held_out[0]
    pieces = [tokenizers[-1].decode([i]) for i in tokenizers[-1].encode(name)[1:-1]]
    print(f"{name} is now: {' '.join(pieces)}")
    if not steps:
        print("\nTo train your GPT with the first and the last tokenizer, too, add steps=200 (a minute) or steps=1000.")
        return
    print(f"\nGPTs after {steps} steps of one name, measured on {HELD_OUT} held-out names")
    print(f"  {'merges':>6}{'parameters':>12}{'loss per token':>16}{'loss per letter':>17}{'seconds':>9}")
    for count, tokenizer in ((MERGES[0], tokenizers[0]), (MERGES[-1], tokenizers[-1])):
        began = time.process_time()
        trained = train(names, tokenizer, steps)
        seconds, sample = time.process_time() - began, held_out[:HELD_OUT]
        loss = held_out_loss(sample, trained)
        per_letter = loss_per_letter(loss, sample, tokenizer)
        parameters = count_parameters(trained.config)
        print(f"  {count:>6}{parameters:>12,}{loss:>16.3f}{per_letter:>17.3f}{seconds:>9.1f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
