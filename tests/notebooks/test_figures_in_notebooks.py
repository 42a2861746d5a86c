"""The decimal numbers in the texts and rubrics of the notebooks are computed again or were measured: figures.toml."""

import functools
import json
import math
import random
import re
from pathlib import Path

import numpy as np
import pytest
from part02_tokenizer import Tokenizer, bigram_counts, bigram_loss, load_docs

from autograder import model
from autograder.course import ROOT, parts, read_toml
from autograder.notebooks.lesson_notebooks import notebook_path
from experiments import removals, training

FIGURES = read_toml(Path(__file__).parent / "figures.toml")
# Two places, or one after two digits: 0.25, 2.357, 16.7. Numbers of tasks, such as 10.1, are left out below.
NUMBER = re.compile(r"(?<![\w.^])(?:\d[\d,]*\.\d{2,}|[1-9]\d+\.[1-9])(?![\w.]*\d)")
TASK = {task.id for part in parts() for task in part.tasks}


def text_of(part) -> str:
    notebook = json.loads(notebook_path(part).read_text(encoding="utf-8"))
    return "\n".join("".join(cell["source"]) for cell in notebook["cells"])


def read(path: str) -> dict:
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


def rows_of_seeds() -> dict[str, dict[str, float]]:
    """benchmarks/held_out_seeds.md: what was measured, by row and column."""
    text = (ROOT / "benchmarks" / "held_out_seeds.md").read_text(encoding="utf-8")
    lines = [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in text.splitlines() if "|" in line]
    names = lines[0][1:]
    return {line[0]: dict(zip(names, map(float, line[1:]))) for line in lines[2:] if len(line) == len(names) + 1}


def bigrams(names: list[str]) -> float:
    tokenizer = Tokenizer(names)
    return bigram_loss(bigram_counts(names, tokenizer), names, tokenizer)


def recorded_run(seed: int, **sizes: int) -> float:
    return FIGURES["runs"][", ".join([str(seed), *(f"{name}={value}" for name, value in sizes.items())])]


@functools.cache
def kept_model() -> tuple[model.Weights, list[str]]:
    kept = read("datasets/trained_weights.json")
    return {name: np.array(matrix) for name, matrix in kept["matrices"].items()}, kept["chars"]


def letters(name: str) -> list[float]:
    """The kept model's nats at each letter of a name, and at its end."""
    weights, chars = kept_model()
    tokens = model.encode(name, chars)
    sums = [model.nats([tokens[:end]], weights, model.Sizes())[0] for end in range(2, len(tokens) + 1)]
    return [after - before for before, after in zip([0.0, *sums], sums)]


@functools.cache
def without(part: str, names: int = 0, seed: int = 2) -> float:
    """The kept model's held-out loss without a part; "nothing" for the whole model. names: of a sample, 0 for all."""
    weights, chars = kept_model()
    _, held_out = training.split()
    docs = random.Random(seed).sample(held_out, names) if names else held_out
    cut = {"nothing": weights, **dict(removals.without_each(weights, model.Sizes()))}[part]
    return model.held_out_loss(docs, cut, model.Sizes(), chars)


def gradients(trained: bool) -> dict[str, float]:
    """The size of a typical gradient in each matrix, summed over the five names of part 9's cell."""
    weights, chars = kept_model()
    if not trained:
        weights = model.draw_weights(model.Sizes(), random.Random(42))
    docs = random.Random(1).sample(load_docs(str(ROOT / "datasets" / "names.txt")), 5)
    found = [model.loss_and_gradient([model.encode(doc, chars)], weights, model.Sizes())[1] for doc in docs]
    return {
        name.removeprefix("layer0."): float(np.sqrt((sum(each[name] for each in found) ** 2).mean()))
        for name in weights
    }


def standard_error(of_seeds: dict) -> float:
    """Of a mean over the seeds of `removals` and `recurrent`."""
    (seeds,) = {read(f"docs/experiments/{name}.json")["seeds"] for name in ("removals", "recurrent")}
    return of_seeds["sd"] / math.sqrt(seeds)


@pytest.fixture(scope="module")
def names() -> dict:
    """What the expressions of figures.toml may use."""
    per_step = {
        row["names"]: row["held_out"]["mean"] for row in read("docs/experiments/names_per_step.json")["figures"]["rows"]
    }
    return {
        **{name: getattr(math, name) for name in ("exp", "log", "sqrt")},
        "facts": read("benchmarks/facts.json"),
        "seeds": rows_of_seeds(),
        "per_step": per_step,
        "kept": read("datasets/trained_weights.json")["losses"],
        "bigrams": bigrams,
        "run": recorded_run,
        "letters": letters,
        "without": without,
        "gradients": gradients,
        "removed": read("docs/experiments/removals.json")["figures"]["rows"][1],  # with 32 names per step
        "compared": read("docs/experiments/recurrent.json")["figures"],
        "error": standard_error,
    }


def unfounded(text: str, values: list[float], chosen: list[str]) -> list[str]:
    """The numbers of a text that are neither chosen nor one of the values, rounded to as many places."""
    wrong = []
    for number in dict.fromkeys(NUMBER.findall(text)):
        error = 0.5001 * 10 ** -len(number.partition(".")[2])
        value = float(number.replace(",", ""))
        if number not in TASK and number not in chosen and not any(abs(value - each) <= error for each in values):
            wrong.append(number)
    return wrong


@pytest.mark.parametrize("part", parts(), ids=lambda part: part.name)
def test_every_number_in_a_notebook_is_computed_again_or_was_measured(part, names):
    known = FIGURES[part.name]
    values = [eval(expression, {"__builtins__": {}}, names) for expression in known["figures"]]
    assert unfounded(text_of(part), values, known.get("chosen", [])) == []


def test_a_wrong_number_in_a_notebook_would_be_noticed():
    assert unfounded("### 10.1 gives 16.6, 0.693 or 1.80 for 0.25 points", [math.log(2), 16.71, 1.827], ["0.25"]) == [
        "16.6",
        "1.80",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("run", FIGURES["runs"])
def test_a_run_that_a_rubric_quotes_gives_its_loss_again(run):
    docs, held_out = training.split()
    seed, *sizes = run.split(", ")
    sizes = {name: int(value) for name, _, value in (size.partition("=") for size in sizes)}
    loss = training.loss_on(held_out, training.train(docs, int(seed), 1000, **sizes))
    assert round(loss, 3) == FIGURES["runs"][run]
