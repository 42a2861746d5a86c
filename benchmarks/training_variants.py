"""Measure the held-out loss with each known mistake in training, for the figures in
autograder/capstone/training_variants.py. Uses numpy, and takes about 0.4 s per mistake and seed.

python benchmarks/training_variants.py [--seeds 20]
"""

import argparse
import statistics

import numpy as np

from autograder import model
from autograder.capstone.capstone_run import NUM_STEPS, draw_task
from autograder.capstone.training_variants import KNOWN_MISTAKES, TrainingVariant, train


def held_out_losses(variant: TrainingVariant, seeds: range) -> list[float]:
    """One per seed, each with another permutation of the letters."""
    losses = []
    for seed in seeds:
        task = draw_task(seed, relabelled=True)
        weights = train(variant, task.docs, seed, NUM_STEPS).weights
        losses.append(model.held_out_loss(task.held_out, weights, model.Sizes(), sorted(task.alphabet), variant.passes))
    return losses


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    seeds = range(parser.parse_args().seeds)
    np.seterr(all="ignore")
    print("| training | mean | lowest | highest |\n|---|---|---|---|")
    for variant in (TrainingVariant(), *KNOWN_MISTAKES):
        losses = held_out_losses(variant, seeds)
        row = statistics.fmean(losses), min(losses), max(losses)
        print(f"| {variant.says or 'right'} | {' | '.join(f'{loss:.3f}' for loss in row)} |", flush=True)


if __name__ == "__main__":
    main()
