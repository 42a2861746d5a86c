"""Plain loops, chars as one string, one draw for each name in turn, the loss from a table of log probabilities."""

import math
import random


def load_docs(path):
    docs = []
    file = open(path, "rb")
    for raw in file.read().split(b"\n"):
        line = raw.decode("utf-8").strip()
        if line != "":
            docs.append(line)
    file.close()
    return docs


class Tokenizer:
    def __init__(self, docs):
        chars = ""
        for doc in docs:
            for char in doc:
                if char not in chars:
                    chars += char
        self.chars = "".join(sorted(chars))
        self.bos = len(self.chars)
        self.vocab_size = self.bos + 1

    def encode(self, doc):
        ids = [self.bos]
        for char in doc:
            ids.append(self.chars.index(char))
        ids.append(self.bos)
        return ids

    def decode(self, ids):
        word = ""
        for i in ids:
            if i == self.bos:
                continue
            word += self.chars[i]
        return word


def split_docs(docs, held_out=0.1, seed=42):
    rng = random.Random(seed)
    names = []
    known = set()
    for doc in docs:
        if doc not in known:
            known.add(doc)
            names.append(doc)
    wanted, chosen = round(len(names) * held_out), set()
    for position, name in enumerate(names):  # selection sampling: each name once, with what is still wanted
        if rng.random() * (len(names) - position) < wanted - len(chosen):
            chosen.add(name)
    train, test = [], []
    for doc in docs:
        if doc in chosen:
            test.append(doc)
        else:
            train.append(doc)
    return train, test


def bigram_counts(docs, tokenizer):
    size = tokenizer.vocab_size
    flat = [0] * (size * size)
    for doc in docs:
        before = tokenizer.bos
        for token in tokenizer.encode(doc)[1:]:
            flat[before * size + token] += 1
            before = token
    return [flat[start : start + size] for start in range(0, size * size, size)]


def bigram_loss(counts, docs, tokenizer):
    table = []
    for row in counts:
        smoothed = [count + 1.0 for count in row]
        total = sum(smoothed)
        table.append([math.log(count / total) for count in smoothed])
    total, number = 0.0, 0
    for doc in docs:
        ids = tokenizer.encode(doc)
        number += len(ids) - 1
        for i in range(len(ids) - 1):
            total += table[ids[i]][ids[i + 1]]
    return -total / number
