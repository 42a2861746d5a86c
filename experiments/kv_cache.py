"""The time that the key-value cache saves: the reference reads texts with it, and without it from scratch per token."""

from __future__ import annotations

import random
import sys
import time

from autograder.course import SOLUTIONS
from experiments import plots, words
from experiments.training import spread

TITLE = "Key-value cache against recomputing"
QUESTION = """How much time does the key-value cache save? To predict the next token, the model needs the keys and
values of all earlier tokens. Part 5's `gpt` keeps them. Without the cache, they are computed again for each new
token. The table has the reference's processor seconds for the forward pass, for one text of each length, and the
largest difference between logits. The weights are random, not trained, since neither time nor equality depends on
them."""
SEEDS = 3
TRAINS = False
LENGTHS = (4, 8, 16, 32, 48)


def measure(seeds: int, steps: int) -> dict:
    """Seconds with and without the cache for each length of text, and the largest difference of logits. steps: not
    used.
    """
    if str(SOLUTIONS) not in sys.path:
        sys.path.insert(0, str(SOLUTIONS))
    from part04_parameters import Config, init_state_dict
    from part09_understanding import kv_cache_floats

    config, rows = Config(block_size=max(LENGTHS)), []
    for length in LENGTHS:
        cached, recomputed, difference = [], [], 0.0
        for seed in range(1, seeds + 1):
            rng = random.Random(seed)
            state_dict = init_state_dict(config, rng)
            tokens = [rng.randrange(config.vocab_size) for _ in range(length)]
            began = time.process_time()
            with_cache = _read(tokens, state_dict, config)
            between = time.process_time()
            without = [_read(tokens[: end + 1], state_dict, config)[-1] for end in range(length)]
            recomputed.append(time.process_time() - between)
            cached.append(between - began)
            pairs = zip(with_cache, without)
            difference = max(difference, *(abs(a - b) for pair in pairs for a, b in zip(*pair)))
        rows.append(
            {
                "length": length,
                "cached": spread(cached),
                "recomputed": spread(recomputed),
                "difference": difference,
                "floats": kv_cache_floats(config, length),
            }
        )
    return {"rows": rows}


def _read(tokens, state_dict, config) -> list[list[float]]:
    """The logits after each token."""
    from part05_gpt import gpt

    keys, values = [[] for _ in range(config.n_layer)], [[] for _ in range(config.n_layer)]
    positions = (gpt(token, position, keys, values, state_dict, config) for position, token in enumerate(tokens))
    return [[logit.data for logit in logits] for logits in positions]


def table(figures: dict) -> list[str]:
    """A row per length."""
    heads = ["tokens", "with the cache, s", "without, s", "ratio", "numbers in the cache", "largest difference"]
    rows = []
    for row in figures["rows"]:
        cells = [str(row["length"]), words.mean_sd(row["cached"]), words.mean_sd(row["recomputed"])]
        times = row["recomputed"]["mean"] / row["cached"]["mean"]
        rows.append([*cells, f"{times:.1f}", f"{row['floats']:,}", f"{row['difference']:.0e}".replace("0e+00", "0")])
    return words.table(heads, rows)


def findings(figures: dict) -> str:
    """The conclusion, in words."""
    row = figures["rows"][-1]
    times = row["recomputed"]["mean"] / row["cached"]["mean"]
    return (
        "The logits are equal to the last digit, because the sums and their order are the same. A text of n tokens "
        "needs n calls of `gpt` with the cache and n(n + 1)/2 without it, so (n + 1)/2 times as many. For "
        f"{row['length']} tokens, it takes {times:.1f} times as long without the cache, with "
        f"{(row['length'] + 1) / 2:.1f} times as many calls. The first factor is smaller because calls late in a text "
        f"take longer than early ones: they attend to more positions. The price is memory: {row['floats']:,} numbers."
        if row["difference"] == 0
        else f"Logits differ by at most {row['difference']:.0e}. Without the cache, it takes {times:.1f} times as long."
    )


def describe(figures: dict) -> str:
    """The picture in words, for its alternative text."""
    parts = [f"{r['length']}: {r['cached']['mean']:.2f} and {r['recomputed']['mean']:.2f}" for r in figures["rows"]]
    return f"Processor seconds by tokens, with and without the cache, both scales logarithmic. {'; '.join(parts)}."


def draw(figures: dict, figure) -> None:
    """Seconds over the length, both on logarithmic scales."""
    axes, rows = figure.subplots(), figures["rows"]
    for number, (name, said) in enumerate((("cached", "with the cache"), ("recomputed", "computed again"))):
        plots.draw_spread(axes, [row["length"] for row in rows], [row[name] for row in rows], number)
        plots.label(axes, rows[-1]["length"], rows[-1][name]["mean"], said, plots.COLOURS[number])
    axes.set_xscale("log", base=2)
    axes.set(yscale="log", xlabel="tokens", ylabel="processor seconds", xlim=(3.5, 120))
    plots.set_places(axes.xaxis, [row["length"] for row in rows])
    plots.set_places(axes.yaxis, (0.03, 0.1, 0.3, 1, 3, 10))
