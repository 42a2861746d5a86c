"""Makes the list of cases that part 8 draws names with: python tests/gates/telling_cases.py

A case is telling when each known mistake of 8.2 and 8.3 fails the check where it can fail it at all, so that the points
of a mistake never depend on the case that is drawn. Tokens of its model differ, but none is too likely.
"""

import functools
import itertools
import json
import math

import numpy as np
from suite_in_process import Implementation, checks_of, student_of

from autograder import model
from autograder.course import part
from autograder.grading.checks import CheckFailed, Draw
from autograder.grading.misconceptions import misconceptions, variants
from autograder.parts.part08 import oracle

PART = part(8)
CASES_EACH = 12
COUNTED = "names_come_as_often_as_the_model_says"
OFTEN = 0.1  # a mistake that fails a check with this share of models fails it with all that are kept
SHARED_CACHE = ("one-list-for-keys-and-values", "one-cache-for-all-layers")


class Case(Draw):
    """A draw whose case is given."""

    def __init__(self, case: list, seed: int = 0) -> None:
        super().__init__(seed)
        self.case = case

    def choice(self, options):
        return self.case


@functools.cache
def students() -> dict[str, Implementation]:
    """The reference with each known mistake of 8.2 and 8.3, on a model that remembers what it has computed."""
    found = {}
    for mistake in misconceptions(PART):
        if mistake.task != "8.1":
            found[mistake.id] = Implementation(PART, variants(PART)[mistake.id].decode(), cpu_seconds=60)
            if mistake.id not in SHARED_CACHE:
                found[mistake.id].module.gpt = remembering_gpt
    return found


def remembering_gpt(token, position, keys, values, state_dict, config):
    """Part 5's `gpt` by the grader's model. The caches hold the tokens and their positions."""
    keys[0].append((token, position))
    name = (state_dict["wte"][0][0].data, config)  # no two models of a check have the same first weight
    if name not in WEIGHTS:
        WEIGHTS[name] = {
            key: np.array([[value.data for value in row] for row in matrix]) for key, matrix in state_dict.items()
        }
    return logits_of(tuple(keys[0]), name)


WEIGHTS = {}


@functools.lru_cache(maxsize=100_000)
def logits_of(seen, name):
    from part01_autograd import Value

    tokens, positions = zip(*seen)
    weights = {**WEIGHTS[name], "wpe": WEIGHTS[name]["wpe"][list(positions)]}
    return [Value(logit) for logit in model.logits(tokens, weights, name[1])[-1].tolist()]


def failing(check: str, case: list, seed: int = 0) -> frozenset[str]:
    """The known mistakes that fail a check with this case, and with what the check draws besides."""
    return frozenset(name for name, student in students().items() if fails(check, case, student, seed))


def fails(check: str, case: list, code: Implementation, seed: int = 0) -> bool:
    test = next(each.function for each in checks_of(PART) if each.name == check)
    try:
        test(student_of(code, PART), Case(case, seed))
    except CheckFailed:
        return True
    return False


def is_telling(weights, config, letters, temperature) -> bool:
    """Whether tokens differ, but none is too likely, at the beginning, after a likely letter, and after two of them."""
    tokens = [len(letters)]
    for _ in range(min(3, config.block_size)):
        shares = model.next_probabilities(tokens, weights, config, temperature)
        if not 1.4 / len(shares) < max(shares) < 0.6 or not 0.05 < shares[-1] < 0.3:
            return False
        tokens.append(shares.index(max(shares[:-1])))
    return True


def seen_in_counts(weights, config, letters, temperature) -> bool:
    """Whether 300 names show the mistakes that change their shares least: a name without a memory of what came before,
    or none that is empty. It saves the trial with most models.
    """
    shares = oracle.all_names(weights, config, letters, temperature)
    forgetful = shares_without_memory(weights, config, letters, temperature)
    distance = 300 * sum((forgetful[name] - share) ** 2 / share for name, share in shares.items())
    return distance > 110 and shares[""] > 0.17


def shares_without_memory(weights, config, letters, temperature) -> dict[str, float]:
    """`all_names` of a model that sees one token at a time, at its position."""

    @functools.cache
    def after(token, position):
        alone = {**weights, "wpe": weights["wpe"][position:]}
        return model.next_probabilities([token], alone, config, temperature)

    found, bos = {}, len(letters)
    for length in range(config.block_size + 1):
        for name in itertools.product(range(bos), repeat=length):
            tokens = [bos, *name, bos][: config.block_size + 1]
            found["".join(letters[token] for token in name)] = math.prod(
                after(token, position)[target] for position, (token, target) in enumerate(zip(tokens, tokens[1:]))
            )
    return found


def candidates(check: str):
    """Cases of a check whose models have telling probabilities."""
    sizes, temperatures = oracle.SIZES[check]
    letters = "abcdefghijklmnopqrstuvwxyz"[: sizes[0] - 1]
    for seed in itertools.count():
        for temperature in temperatures:
            mine = oracle.model_of(letters, sizes, seed)
            if is_telling(*mine, temperature) and (check != COUNTED or seen_in_counts(*mine, temperature)):
                yield [temperature, seed, 100 + seed % 900]


def telling_cases(check: str) -> list[list]:
    """The first cases that tell all mistakes apart."""
    oracle.telling_cases = lambda: {check: [None]}  # `Case` gives the case
    found = [failing(check, case) for case in itertools.islice(candidates(check), 8)]
    often = {name: sum(name in failed for failed in found) / len(found) for name in students()}
    print(check, {name: share for name, share in often.items() if 0 < share < 1}, flush=True)
    rarest_first = sorted(students(), key=lambda name: (name in SHARED_CACHE, often[name]))  # those are slow
    kept = []
    for case in candidates(check):
        if all(fails(check, case, students()[name]) == (often[name] >= OFTEN) for name in rarest_first):
            kept.append(case)
            print(case, flush=True)
        if len(kept) == CASES_EACH:
            return kept


if __name__ == "__main__":
    rows = [f'"{check}": {json.dumps(telling_cases(check))}' for check in oracle.SIZES]
    oracle.TELLING_CASES.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="ascii")
