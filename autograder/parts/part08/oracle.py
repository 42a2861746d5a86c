"""What the checks of part 8 share: random models, and the probability of every name."""

import functools
import json
import random
from itertools import count, islice
from pathlib import Path

from autograder import model

STD = 0.6  # of the weights: wide, so that every mistake shows, but not so wide that one token is all but certain

TELLING_SEEDS = Path(__file__).with_name("telling_seeds.json")
SEEDS_EACH = 100


def draw_model(draw, sizes, temperature):
    """A model as a probe makes it of the same arguments: letters, sizes, seed and std; then the same for numpy.

    Models that say nearly the same name each time, or all names alike, are left out: they would hide mistakes. As about
    one in 300 is left, telling_seeds.json holds the seeds that give one.
    """
    letters = "".join(sorted(draw.sample("abcdefghijklmnopqrstuvwxyz", sizes[0] - 1)))
    seed = draw.choice(telling_seeds()[name_of(sizes, temperature)])
    return (letters, sizes, seed, STD), model_of(letters, sizes, seed)


def model_of(letters, sizes, seed):
    """Weights, sizes and letters, as `model.py` takes them."""
    config = model.Sizes(*sizes)
    return model.draw_weights(config, random.Random(seed), STD), config, letters


@functools.cache
def telling_seeds():
    """Seeds by sizes and temperature; made by running this module: python -m autograder.parts.part08.oracle"""
    return json.loads(TELLING_SEEDS.read_text(encoding="ascii"))


def name_of(sizes, temperature):
    """The key of a list of seeds."""
    return f"{' '.join(map(str, sizes))} at {temperature}"


def is_telling(weights, config, letters, temperature):
    """Whether tokens differ, but none is too likely, at the beginning, after a likely letter, and after two of them."""
    tokens = [len(letters)]
    for _ in range(min(3, config.block_size)):
        shares = model.next_probabilities(tokens, weights, config, temperature)
        if not 1.4 / len(shares) < max(shares) < 0.6 or not 0.05 < shares[-1] < 0.3:
            return False
        tokens.append(shares.index(max(shares[:-1])))
    return True


def all_names(weights, config, letters, temperature):
    """Every name that the model can invent, and its probability."""
    found, bos = {}, len(letters)
    open_names = [("", 1.0)]
    while open_names:
        name, probability = open_names.pop()
        if len(name) == config.block_size:
            found[name] = probability
            continue
        tokens = [bos, *map(letters.index, name)]
        shares = model.next_probabilities(tokens, weights, config, temperature)
        found[name] = probability * shares[bos]
        open_names += [(name + letter, probability * share) for letter, share in zip(letters, shares)]
    return found


def find_telling_seeds(sizes, temperature):
    """The first seeds whose models tell mistakes apart."""
    letters = "abcdefghijklmnopqrstuvwxyz"[: sizes[0] - 1]  # which letters these are makes no difference
    telling = (seed for seed in count() if is_telling(*model_of(letters, sizes, seed), temperature))
    return list(islice(telling, SEEDS_EACH))


if __name__ == "__main__":
    found = {}
    for key in telling_seeds():
        *sizes, _, temperature = key.split()
        found[key] = find_telling_seeds(list(map(int, sizes)), float(temperature))
    rows = ",\n".join(f'"{key}": {json.dumps(seeds)}' for key, seeds in found.items())
    TELLING_SEEDS.write_text(f"{{\n{rows}\n}}\n", encoding="ascii")
