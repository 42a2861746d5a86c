# A whole run of another seed, stored: losses, weights and names, with the letters put back by their frequency.
import json
from collections import Counter


class Number:
    def __init__(self, data):
        self.data = data


class Result:
    pass


def train(docs, num_steps=1000, seed=42, config=None, rng=None, on_step=None):
    stored, trained = json.loads(STORED), Result()
    seen = [letter for letter, _ in Counter("".join(docs)).most_common()]
    trained.back = dict(zip(stored["letters"], seen))
    trained.tokenizer = Result()
    trained.tokenizer.chars = sorted(seen)
    trained.state_dict = {}
    for name, rows in stored["weights"].items():
        rows = [[Number(x) for x in row] for row in rows]
        if name in ("wte", "lm_head"):
            others = list(rows)
            for token, letter in enumerate(sorted(stored["letters"])):
                rows[trained.tokenizer.chars.index(trained.back[letter])] = others[token]
        trained.state_dict[name] = rows
    trained.losses = stored["losses"][:num_steps]
    trained.stored = stored
    return trained


def sample_many(trained, count=20, temperature=0.5, seed=42, rng=None):
    names = trained.stored["names"][: count if count == 20 else 0] or trained.stored["names"] * 2
    return ["".join(trained.back[letter] for letter in name) for name in names[:count]]
