"""Reads bytes, finds numbers by bisection, draws one random key for each name, counts pairs with a Counter."""

import bisect
import math
import random
from collections import Counter


def load_docs(path):
    with open(path, "rb") as file:
        lines = file.read().decode("utf-8").splitlines()
    return list(filter(None, map(str.strip, lines)))


class Tokenizer:
    def __init__(self, docs):
        found = set()
        for doc in docs:
            found.update(doc)
        self.chars = "".join(sorted(found))

    @property
    def bos(self):
        return len(self.chars)

    @property
    def vocab_size(self):
        return self.bos + 1

    def encode(self, doc):
        return (self.bos, *(bisect.bisect_left(self.chars, char) for char in doc), self.bos)

    def decode(self, ids):
        return "".join(self.chars[i : i + 1] for i in ids)


def split_docs(docs, held_out=0.1, seed=42):
    rng = random.Random(seed)
    keys = {name: rng.random() for name in sorted(set(docs))}
    count = round(len(keys) * held_out)
    held = set(sorted(keys, key=keys.get)[len(keys) - count :])
    sides = [], []
    for doc in docs:
        sides[doc in held].append(doc)
    return sides


def bigram_counts(docs, tokenizer):
    pairs = Counter()
    for doc in docs:
        ids = tokenizer.encode(doc)
        pairs.update(zip(ids, ids[1:]))
    size = tokenizer.vocab_size
    return tuple(tuple(pairs[a, b] for b in range(size)) for a in range(size))


def bigram_loss(counts, docs, tokenizer):
    nats = []
    for doc in docs:
        ids = tokenizer.encode(doc)
        for a, b in zip(ids, ids[1:]):
            nats.append(math.log(sum(count + 1 for count in counts[a])) - math.log(counts[a][b] + 1))
    return math.fsum(nats) / len(nats)
