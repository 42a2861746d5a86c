"""Loops with indices instead of comprehensions, plain dicts, and the merges applied by rank."""

import collections


def count_pairs(words):
    counts = collections.defaultdict(int)
    for word in words:
        for i in range(len(word) - 1):
            counts[word[i], word[i + 1]] += 1
    return counts


def merge(word, pair):
    first, second = pair
    rest, out = list(reversed(word)), []
    while rest:
        token = rest.pop()
        if token == first and rest and rest[-1] == second:
            token += rest.pop()
        out.append(token)
    return tuple(out)


def train_bpe(docs, num_merges):
    how_often = collections.Counter(docs)
    words = {doc: tuple(doc) for doc in how_often}
    learned = []
    for _ in range(num_merges):
        counts = collections.Counter()
        for doc, word in words.items():
            for pair in zip(word, word[1:]):
                counts[pair] += how_often[doc]
        candidates = sorted(counts.items(), key=lambda item: item[0])
        best, most = max(candidates, key=lambda item: item[1], default=(None, 0))
        if most <= 1:
            return learned
        learned.append(best)
        words = {doc: merge(word, best) for doc, word in words.items()}
    return learned


class BPETokenizer:
    def __init__(self, docs, num_merges):
        self.merges = train_bpe(docs, num_merges)
        self.tokens = sorted({letter for doc in docs for letter in doc})
        for pair in self.merges:
            token = "".join(pair)
            if token not in self.tokens:
                self.tokens.append(token)
        self.bos = len(self.tokens)
        self.vocab_size = self.bos + 1
        self.rank = {pair: i for i, pair in enumerate(self.merges)}

    def encode(self, doc):
        word = tuple(doc)
        while True:
            ranks = [self.rank[pair] for pair in zip(word, word[1:]) if pair in self.rank]
            if not ranks:
                break
            word = merge(word, self.merges[min(ranks)])
        return [self.bos] + [self.tokens.index(token) for token in word] + [self.bos]

    def decode(self, ids):
        text = ""
        for i in ids:
            text += "" if i == self.bos else self.tokens[i]
        return text


def loss_per_letter(loss_per_token, docs, tokenizer):
    nats = letters = 0
    for doc in docs:
        nats += loss_per_token * (len(tokenizer.encode(doc)) - 1)
        letters += len(doc) + 1
    return nats / letters
