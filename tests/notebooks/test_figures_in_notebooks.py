"""The decimal numbers in the texts and rubrics of the notebooks are computed again or were measured: figures.toml."""

import json
import math
import re
import sys
from pathlib import Path

import pytest
from part02_tokenizer import Tokenizer, bigram_counts, bigram_loss

from autograder.course import ROOT, parts
from autograder.notebooks.lesson_notebooks import notebook_path
from experiments import training

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FIGURES = tomllib.loads((Path(__file__).parent / "figures.toml").read_text(encoding="utf-8"))
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
