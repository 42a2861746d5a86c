"""Other draws (a sample of the sorted names), tuples where lists are named, probabilities from a Counter."""

import math
import random
from collections import Counter
from itertools import tee
from pathlib import Path


def load_docs(path):
    return tuple(filter(None, (line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines())))


class Tokenizer:
    def __init__(self, docs):
        found = set()
        for doc in docs:
            found.update(doc)
        self.chars = tuple(sorted(found))
        self.stoi = dict(zip(self.chars, range(len(self.chars))))

    @property
    def bos(self):
        return len(self.chars)

    @property
    def vocab_size(self):
        return self.bos + 1

    def encode(self, doc):
        return (self.bos,) + tuple(self.stoi[char] for char in doc) + (self.bos,)

    def decode(self, ids):
        return "".join(self.chars[i] if i < self.bos else "" for i in ids)


def split_docs(docs, held_out=0.1, seed=42):
    names = sorted(set(docs))
    second = frozenset(random.Random(seed).sample(names, k=round(held_out * len(names))))
    sides = ([], [])
    for doc in docs:
        sides[doc in second].append(doc)
    return sides


def pairs_of(docs, tokenizer):
    for doc in docs:
        first, second = tee(tokenizer.encode(doc))
        next(second)
        yield from zip(first, second)


def bigram_counts(docs, tokenizer):
    counter = Counter(pairs_of(docs, tokenizer))
    size = range(tokenizer.vocab_size)
    return tuple(tuple(counter[row, column] for column in size) for row in size)


def bigram_loss(counts, docs, tokenizer):
    size = tokenizer.vocab_size
    surprises = [math.log(sum(counts[a]) + size) - math.log(counts[a][b] + 1) for a, b in pairs_of(docs, tokenizer)]
    return math.fsum(surprises) / len(surprises)
