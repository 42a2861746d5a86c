"""Measure what byte-pair encoding (lab 2) does to the names: tokens per name, and loss per token and per letter.

    python benchmarks/bpe.py         3 seeds, and benchmarks/bpe.md

The bigram models are part 2's, with the lab's tokenizer. The GPTs are trained by the grader's numpy model, whose losses
equal the scalar model's.
"""

from __future__ import annotations

import argparse
import datetime
import random
import statistics
import sys
import time
from itertools import islice
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "solutions"))

import lab2_bpe
from lab2_bpe import BPETokenizer, loss_per_letter
from part02_tokenizer import bigram_counts, bigram_loss, load_docs, split_docs

from autograder import model
from autograder.course import ROOT
from autograder.text import listed

NAMES = ROOT / "datasets" / "names.txt"
OUTPUT = Path(__file__).resolve().with_suffix(".md")
MERGES = (0, 25, 50, 100, 200)
NAMES_PER_STEP = (1, 16)


def gpt_loss(names: list[str], held_out: list[str], tokenizer: BPETokenizer, seed: int, per_step: int, steps: int):
    """The held-out loss per token of a GPT with the course's recipe and this tokenizer."""
    rng, names = random.Random(seed), list(names)
    rng.shuffle(names)
    config, adam = model.Sizes(vocab_size=tokenizer.vocab_size), model.AdamState()
    tokens = [tokenizer.encode(name) for name in names[: steps * per_step]]
    batches = ([tokens[i % len(tokens)] for i in range(s * per_step, (s + 1) * per_step)] for s in range(steps))

    def update(step, weights, gradients):
        model.adam_step(weights, gradients, adam, 0.01 * (1 - step / steps))
        return weights

    weights = model.draw_weights(config, rng)
    for step in islice(model.train(weights, batches, config, update), steps):
        weights = step.weights
    rows = sorted((tokenizer.encode(name) for name in held_out), key=len)
    sums = [model.nats(rows[i : i + 64], weights, config) for i in range(0, len(rows), 64)]
    return sum(nats for nats, _ in sums) / sum(count for _, count in sums)


def rows_of(names: list[str], held_out: list[str], seeds: int, steps: int) -> list[str]:
    """A line of the table for each number of merges."""
    merges, lines = lab2_bpe.train_bpe(names, MERGES[-1]), []
    for count in MERGES:
        # The first merges of many are those of few, so they are learned once.
        with mock.patch.object(lab2_bpe, "train_bpe", lambda docs, number: merges[:number]):
            tokenizer = BPETokenizer(names, count)
        per_name = sum(len(tokenizer.encode(name)) - 1 for name in held_out) / len(held_out)
        bigram = bigram_loss(bigram_counts(names, tokenizer), held_out, tokenizer)
        cells = [f"{count}", f"{tokenizer.vocab_size}", f"{per_name:.2f}", f"{bigram:.3f}"]
        cells.append(f"{loss_per_letter(bigram, held_out, tokenizer):.3f}")
        for per_step in NAMES_PER_STEP:
            losses = [gpt_loss(names, held_out, tokenizer, seed, per_step, steps) for seed in range(1, seeds + 1)]
            letters = [loss_per_letter(loss, held_out, tokenizer) for loss in losses]
            cells += [f"{statistics.mean(losses):.3f}", f"{statistics.mean(letters):.3f}"]
        lines.append(f"| {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    return lines


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3, help="1 to this number (default 3)")
    parser.add_argument("--steps", type=int, default=1000)
    options = parser.parse_args()
    began = time.process_time()
    names, held_out = split_docs(load_docs(NAMES))
    lines = rows_of(names, held_out, options.seeds, options.steps)
    stamp = f"{datetime.date.today().isoformat()}, Python {sys.version.split()[0]}, {NAMES.name}"
    counts = listed(NAMES_PER_STEP)
    heads = ["merges", "tokens", "per name", "bigram: per token", "per letter"]
    heads += [f"GPT, {count} per step: per {unit}" for count in NAMES_PER_STEP for unit in ("token", "letter")]
    OUTPUT.write_text(
        f"""# Byte-pair encoding of the names

`python benchmarks/bpe.py`, {stamp}: merges learned from {len(names):,} training rows, losses in nats on
{len(held_out):,} held-out rows. GPTs: {options.steps:,} steps, mean of {options.seeds} seeds, {counts} names per step.
{time.process_time() - began:.0f} seconds of one processor.

| {" | ".join(heads)} |
|{"---|" * len(heads)}
{chr(10).join(lines)}
""",
        encoding="utf-8",
    )
    print(f"Written: {OUTPUT}")


if __name__ == "__main__":
    main()
