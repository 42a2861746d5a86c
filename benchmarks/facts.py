"""Measure what write-ups of microgpt claim. Writes facts.json next to this file, and docs/facts.md with the figures.

python benchmarks/facts.py            a minute or two
python benchmarks/facts.py --page     only the page, from the figures that facts.json holds

The 40 seeds: held_out_seeds.py.
"""

from __future__ import annotations

import argparse
import collections
import datetime
import json
import math
import random
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "solutions"))

import microgpt_fast
from part02_tokenizer import Tokenizer, load_docs, split_docs
from part04_parameters import Config, count_parameters, init_state_dict
from part07_training import sequence_loss

from autograder.course import ROOT
from experiments import heads, training

CANONICAL = ROOT / "datasets" / "makemore_names.txt"  # which write-ups train on
NAMES = ROOT / "datasets" / "names.txt"
RECORD = Path(__file__).resolve().with_suffix(".json")
TEMPLATE = Path(__file__).resolve().with_name("facts.md.in")
PAGE = ROOT / "docs" / "facts.md"
SEEDS, STEPS = 20, 1000


def leak(rows: list[str], seed: int = 42) -> dict:
    """The rows shuffled and cut at nine tenths: how many of the held-out rows are spelt as a training row is."""
    rows = list(rows)
    random.Random(seed).shuffle(rows)
    cut = len(rows) * 9 // 10
    known = set(rows[:cut])
    leaked = [row for row in rows[cut:] if row in known]
    return {"rows": len(rows), "distinct": len(set(rows)), "leak": len(leaked) / len(rows[cut:])}


def leak_range(rows: list[str], seeds: int = SEEDS) -> dict:
    """The lowest and the highest share of leaked rows, over shuffles with seeds 1 to this number."""
    shares = [leak(rows, seed)["leak"] for seed in range(1, seeds + 1)]
    return {"lowest": min(shares), "highest": max(shares)}


def counting_losses(longest: int = 5, add_one: bool = False) -> list[float]:
    """Held-out loss of counting: no context, one token of it, two and so on. Nothing is trained.

    A longer context trusts its counts as far as they go and the shorter one for the rest:
    P = (count + 4 P_shorter) / (total + 4), from the uniform 1/27 on. With add_one each context stands alone, as in
    part 2: P = (count + 1) / (total + 27).
    """
    train, held_out = split_docs(load_docs(str(NAMES)))
    tokenizer = Tokenizer(train)
    tables = [collections.defaultdict(collections.Counter) for _ in range(longest + 1)]
    for tokens in map(tokenizer.encode, train):
        for t in range(1, len(tokens)):
            for order, table in enumerate(tables):
                table[tuple(tokens[max(0, t - order) : t])][tokens[t]] += 1
    nats: list[list[float]] = [[] for _ in tables]
    for tokens in map(tokenizer.encode, held_out):
        for t in range(1, len(tokens)):
            uniform = probability = 1 / tokenizer.vocab_size
            for order, table in enumerate(tables):
                counts = table.get(tuple(tokens[max(0, t - order) : t]), {})
                prior, weight = (uniform, tokenizer.vocab_size) if add_one else (probability, 4)
                probability = (counts.get(tokens[t], 0) + weight * prior) / (sum(counts.values()) + weight)
                nats[order].append(-math.log(probability))
    return [statistics.mean(found) for found in nats]


def golden() -> dict:
    """The published run on the file that it was published with."""
    rng = random.Random(42)
    trained = microgpt_fast.train(load_docs(str(CANONICAL)), 1000, rng)
    names = [microgpt_fast.sample(trained, 0.5, rng) for _ in range(20)]
    known = set(load_docs(str(CANONICAL)))
    found = {"first": trained.losses[0], "last": trained.losses[-1], "names": names}
    return {**found, "known": sum(name in known for name in names)}


def invented(count: int = 1000) -> dict:
    """Of names invented after the standard training, by temperature: the share that stands in the training data."""
    train, _ = split_docs(load_docs(str(NAMES)))
    trained = microgpt_fast.train(train, 1000, random.Random(42))
    found, known = {}, set(train)
    for temperature in (0.5, 1.0):
        rng = random.Random(7)
        samples = [microgpt_fast.sample(trained, temperature, rng) for _ in range(count)]
        found[str(temperature)] = sum(name in known for name in samples) / count
    return found


def cached_gradient() -> dict:
    """How much of one name's gradient at the start comes through the cache: a share of the gradient's length."""
    config, tokenizer = Config(), Tokenizer(list("abcdefghijklmnopqrstuvwxyz"))

    def gradient(detached: bool) -> list[float]:
        state_dict = init_state_dict(config, random.Random(42))
        if detached:
            loss = _loss_without_the_past(tokenizer.encode("katherine"), state_dict, config)
        else:
            loss = sequence_loss(tokenizer.encode("katherine"), state_dict, config)
        loss.backward()
        names = ("layer0.attn_wk", "layer0.attn_wv")
        return [value.grad for name in names for row in state_dict[name] for value in row]

    whole, cut = gradient(False), gradient(True)
    size = math.sqrt(sum(g * g for g in whole))
    return {"lost": math.sqrt(sum((a - b) ** 2 for a, b in zip(whole, cut))) / size}


def _loss_without_the_past(tokens, state_dict, config):
    """The same loss with the cache's entries as plain numbers from the next position on."""
    from part01_autograd import Value
    from part03_layers import softmax
    from part05_gpt import gpt

    keys, values = [[] for _ in range(config.n_layer)], [[] for _ in range(config.n_layer)]
    losses = []
    for position, (token, target) in enumerate(zip(tokens, tokens[1:])):
        losses.append(-softmax(gpt(token, position, keys, values, state_dict, config))[target].log())
        for cache in (*keys, *values):
            cache[-1] = [Value(number.data) for number in cache[-1]]
    return sum(losses) / len(losses)


def measure() -> dict:
    """All figures of the page, rounded to what it can show."""
    docs, held_out = training.split()
    runs = [training.train(docs, seed, STEPS) for seed in range(1, SEEDS + 1)]
    untrained = [training.train(docs, seed, 0) for seed in range(1, SEEDS + 1)]
    many = [training.train(docs, seed, STEPS, names_per_step=32) for seed in (1, 2, 3)]
    longer = training.train(docs, 1, 10 * STEPS, names_per_step=32)
    looks = heads.measure(heads.SEEDS, STEPS)
    vowels = [share[heads.LOOKS.index("vowels")] for seed in looks["by_seed"] for share in seed]
    return {
        "date": datetime.date.today().isoformat(),
        "python": sys.version.split()[0],
        "parameters": count_parameters(Config()),
        "uniform": math.log(27),
        "untrained": training.spread([training.loss_on(held_out, run) for run in untrained]),
        "held_out": training.spread([training.loss_on(held_out, run) for run in runs]),
        "seed_42": training.loss_on(held_out, training.train(docs, 42, STEPS)),
        "with_32_names": training.spread([training.loss_on(held_out, run) for run in many]),
        "ten_times_as_long": training.loss_on(held_out, longer),
        "counting": counting_losses(),
        "counting_add_one": counting_losses(add_one=True),
        "leak_canonical": leak(load_docs(str(CANONICAL))),
        "leak_names": leak(load_docs(str(NAMES))),
        "leak_canonical_range": leak_range(load_docs(str(CANONICAL))),
        "leak_names_range": leak_range(load_docs(str(NAMES))),
        "training_rows": len(docs),
        "golden": golden(),
        "known": invented(),
        "cached": cached_gradient(),
        "most_vowels": looks["most_vowels"],
        "vowels": {"lowest": min(vowels), "highest": max(vowels), "even": looks["even"][heads.LOOKS.index("vowels")]},
    }


def page(figures: dict) -> str:
    """docs/facts.md: the text of facts.md.in with the figures in it."""
    seeds = (ROOT / "benchmarks" / "held_out_seeds.md").read_text(encoding="utf-8")
    rows = {}
    for line in seeds.splitlines():
        cells = [cell.strip(" *") for cell in line.strip("|").split("|")]
        if len(cells) == 5:
            rows[cells[0]] = dict(zip(("median", "lowest", "highest", "sd"), cells[1:]))
    text = TEMPLATE.read_text(encoding="utf-8")
    return text.format(
        **figures,
        seeds_last=rows["loss of the last step"],
        seeds_mean=rows["mean of the last 100 steps"],
        seeds_held_out=rows["held-out loss"],
        seeds_of_heads=sum(figures["most_vowels"]),
        most_vowels_lowest=min(figures["most_vowels"]),
        most_vowels_highest=max(figures["most_vowels"]),
        one_in=round(figures["training_rows"] / STEPS),
        golden_names=", ".join(figures["golden"]["names"]),
    )


def main() -> None:
    """Measure, write the record and the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", action="store_true", help="write the page from the record, measure nothing")
    options = parser.parse_args()
    if not options.page:
        text = json.dumps(measure(), indent=2) + "\n"
        with open(RECORD, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    with open(PAGE, "w", encoding="utf-8", newline="\n") as file:
        file.write(page(json.loads(RECORD.read_text(encoding="utf-8"))))
    print(f"Written: {RECORD.name}, {PAGE.relative_to(ROOT)}" if not options.page else f"Written: {PAGE.name}")


if __name__ == "__main__":
    main()
