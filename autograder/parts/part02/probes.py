"""Probes of part 2: words go in, words and whole numbers come out."""

import os
import random
import zlib

import part02_tokenizer as part

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")


def docs_of(name, holds):
    """load_docs({name}), a file that holds {holds}"""
    return list(part.load_docs(os.path.join(FOLDER, name)))


def sorted_docs_of(name, holds):
    """sorted(load_docs({name})), a file that holds {holds}"""
    return sorted(part.load_docs(os.path.join(FOLDER, name)))


def facts_of_tokenizer(docs):
    """t = Tokenizer({docs}); t.chars, t.bos and t.vocab_size"""
    return _facts(part.Tokenizer(docs))


def encoded(docs, words):
    """t = Tokenizer({docs}); [t.encode(word) for word in {words}]"""
    tokenizer = part.Tokenizer(docs)
    rows = [tokenizer.encode(word) for word in words]
    return [list(row) for row in rows]  # read when all are made: none may change an earlier one


def decoded(docs, rows):
    """t = Tokenizer({docs}); [t.decode(ids) for ids in {rows}]"""
    tokenizer = part.Tokenizer(docs)
    return [tokenizer.decode(row) for row in rows]


def two_tokenizers(docs, others, word):
    """a = Tokenizer({docs}); b = Tokenizer({others}); for t in a, b: t.chars, t.bos, t.vocab_size, ids =
    t.encode({word}) and t.decode(ids)
    """
    tokenizers = [part.Tokenizer(docs), part.Tokenizer(others)]
    rows = [tokenizer.encode(word) for tokenizer in tokenizers]
    return [
        {**_facts(tokenizer), "encode": list(ids), "decode": tokenizer.decode(ids)}
        for tokenizer, ids in zip(tokenizers, rows)
    ]


def split(docs, share, seed):
    """split_docs({docs}, held_out={share}, seed={seed})"""
    return _sides(part.split_docs(_names(docs), held_out=share, seed=seed))


def split_as_usual(docs):
    """split_docs({docs})"""
    return _sides(part.split_docs(_names(docs)))


def splits(docs, share, seeds):
    """[split_docs({docs}, held_out={share}, seed=seed) for seed in {seeds}]"""
    return [_sides(part.split_docs(_names(docs), held_out=share, seed=seed)) for seed in seeds]


def split_and_after(docs, share, seed, global_seed):
    """docs = {docs}; random.seed({global_seed}); s = split_docs(docs, {share}, {seed}); [s, random.random(), docs]"""
    docs = _names(docs)
    random.seed(global_seed)
    sides = _sides(part.split_docs(docs, share, seed))
    return [sides, random.random(), _texts(docs)]


def splits_in_runs(docs, share, seed, runs):
    """split_docs({docs}, {share}, {seed}), with the strings' hashes as in Python runs number {runs}"""
    return [_sides(part.split_docs(_names(docs, run), share, seed)) for run in runs]


def bigrams(docs):
    """bigram_counts({docs}, Tokenizer({docs}))"""
    return [list(row) for row in part.bigram_counts(docs, part.Tokenizer(docs))]


def bigrams_of_groups(docs, groups):
    """t = Tokenizer({docs}); [bigram_counts(some, t) for some in {groups}]"""
    tokenizer = part.Tokenizer(docs)
    tables = [part.bigram_counts(some, tokenizer) for some in groups]
    return [[list(row) for row in table] for table in tables]


def bigram_losses(all_docs, counts, groups):
    """t = Tokenizer({all_docs}); [bigram_loss({counts}, docs, t) for docs in {groups}]"""
    tokenizer = part.Tokenizer(all_docs)
    return [part.bigram_loss(counts, docs, tokenizer) for docs in groups]


def loss_and_counts_after(docs, counts):
    """t = Tokenizer({docs}); loss = bigram_loss(counts, {docs}, t); [loss, counts], counts = {counts}"""
    loss = part.bigram_loss(counts, docs, part.Tokenizer(docs))
    return [loss, counts]


class _Name(str):
    """A string whose hash depends on the run, as that of every string does when Python is started again. Within a run
    it does not: so a split that begins with a set gives one answer, and is recognised.
    """

    def __new__(cls, text, run=0):
        name = super().__new__(cls, text)
        name.run = run
        return name

    def __hash__(self):
        return zlib.crc32(self.encode("utf-8")) * (2 * self.run + 1)

    # What right code may do to a name without making it an equal string of another hash.
    def __str__(self):
        return self

    def strip(self, *chars):
        return _Name(super().strip(*chars), self.run)


def _names(docs, run=0):
    return [_Name(doc, run) for doc in docs]


def _facts(tokenizer):
    return {"chars": list(tokenizer.chars), "bos": tokenizer.bos, "vocab_size": tokenizer.vocab_size}


def _sides(sides):
    train, held_out = sides
    return [_texts(train), _texts(held_out)]


def _texts(docs):
    return [str.__str__(doc) if isinstance(doc, str) else doc for doc in docs]
