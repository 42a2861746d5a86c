"""Measure the held-out loss of the reference's 1,000 steps over many seeds, compared with counting models.

    python benchmarks/held_out_seeds.py         40 seeds, and benchmarks/held_out_seeds.md

Uses the fast version: its losses equal those of the scalar version, which would take more than an hour.
"""

from __future__ import annotations

import argparse
import collections
import datetime
import functools
import math
import multiprocessing
import random
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "solutions"))

import microgpt_fast
from part02_tokenizer import Tokenizer, bigram_counts, bigram_loss, load_docs, split_docs
from part09_understanding import uniform_loss

NAMES = Path(__file__).resolve().parent.parent / "datasets" / "names.txt"
OUTPUT = Path(__file__).resolve().with_suffix(".md")


def unigram_loss(training: list[str], held_out: list[str], tokenizer: Tokenizer) -> float:
    """The loss of a model that knows how frequent each token is (the closing BOS is one), add-one as the bigrams."""
    counts = collections.Counter(token for doc in training for token in tokenizer.encode(doc)[1:])
    total = sum(counts.values()) + tokenizer.vocab_size
    nats = [-math.log((counts[token] + 1) / total) for doc in held_out for token in tokenizer.encode(doc)[1:]]
    return sum(nats) / len(nats)


def run(seed: int, steps: int, data: str) -> tuple[float, float, float]:
    """Train with one seed: loss of the last step, mean of the last 100, held-out loss."""
    training, held_out = split_docs(load_docs(data))
    trained = microgpt_fast.train(training, steps, random.Random(seed))
    return trained.losses[-1], statistics.mean(trained.losses[-100:]), microgpt_fast.held_out_loss(held_out, trained)


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=40, help="1 to this number (default 40)")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--data", default=str(NAMES))
    options = parser.parse_args()
    training, held_out = split_docs(load_docs(options.data))
    tokenizer = Tokenizer(training)
    job = functools.partial(run, steps=options.steps, data=options.data)
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        rows = list(pool.map(job, range(1, options.seeds + 1)))

    stamp = f"{datetime.date.today().isoformat()}, Python {sys.version.split()[0]}, {Path(options.data).name}"
    lines = ["# Held-out loss over seeds", ""]
    lines += [f"`python benchmarks/held_out_seeds.py`, {stamp}: {options.steps:,} steps, {options.seeds} seeds,"]
    lines += [f"{len(training):,} training rows, {len(held_out):,} held-out rows. Nats per token.", ""]
    lines += ["| of the trained model | median | lowest | highest | standard deviation |", "|---|---|---|---|---|"]
    names = ("loss of the last step", "mean of the last 100 steps", "**held-out loss**")
    for name, column in zip(names, zip(*rows)):
        numbers = (statistics.median(column), min(column), max(column), statistics.stdev(column))
        lines.append(f"| {name} | " + " | ".join(f"{number:.3f}" for number in numbers) + " |")
    counts = bigram_counts(training, tokenizer)
    lines += ["", "| on the same held-out names | loss |", "|---|---|"]
    lines += [f"| uniform | {uniform_loss(tokenizer.vocab_size):.3f} |"]
    lines += [f"| unigram counts | {unigram_loss(training, held_out, tokenizer):.3f} |"]
    lines += [f"| bigram counts | {bigram_loss(counts, held_out, tokenizer):.3f} |"]
    page = "\n".join(lines) + "\n"
    with open(OUTPUT, "w", encoding="utf-8", newline="\n") as file:
        file.write(page)
    print(page)


if __name__ == "__main__":
    main()
