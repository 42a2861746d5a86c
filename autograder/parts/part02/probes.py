"""Probes of part 2: words go in, words and whole numbers come out."""

import os
import random
import zlib

import part02_tokenizer as part

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")


def docs_of(name):
    """load_docs({name})"""
    return list(part.load_docs(os.path.join(FOLDER, name)))


def facts_of_tokenizer(docs):
    """t = Tokenizer({docs}); [t.chars, t.bos, t.vocab_size]"""
    return _facts(part.Tokenizer(docs))


def encoded(docs, words):
    """t = Tokenizer({docs}); [t.encode(word) for word in {words}]"""
    tokenizer = part.Tokenizer(docs)
    return [list(tokenizer.encode(word)) for word in words]


def decoded(docs, rows):
    """t = Tokenizer({docs}); [t.decode(ids) for ids in {rows}]"""
    tokenizer = part.Tokenizer(docs)
    return [tokenizer.decode(row) for row in rows]


def two_tokenizers(docs, others, word):
    """t = Tokenizer({docs}); Tokenizer({others}); [t.chars, t.bos, t.vocab_size, t.encode({word})]"""
    tokenizer = part.Tokenizer(docs)
    part.Tokenizer(others)
    return [*_facts(tokenizer), list(tokenizer.encode(word))]


def split(docs, share, seed):
    """split_docs({docs}, held_out={share}, seed={seed})"""
    return _sides(part.split_docs(docs, held_out=share, seed=seed))


def split_as_usual(docs):
    """split_docs({docs})"""
    return _sides(part.split_docs(docs))


def splits(docs, share, seeds):
    """[split_docs({docs}, held_out={share}, seed=seed) for seed in {seeds}]"""
    return [_sides(part.split_docs(list(docs), held_out=share, seed=seed)) for seed in seeds]


def split_and_after(docs, share, seed, global_seed):
    """docs = {docs}; random.seed({global_seed}); s = split_docs(docs, {share}, {seed}); [s, random.random(), docs]"""
    docs = list(docs)
    random.seed(global_seed)
    sides = _sides(part.split_docs(docs, share, seed))
    return [sides, random.random(), docs]


def splits_in_runs(docs, share, seed, runs):
    """split_docs({docs}, {share}, {seed}), with the strings' hashes as in Python runs number {runs}"""
    return [_sides(part.split_docs([_Name(doc, run) for doc in docs], share, seed)) for run in runs]


def bigrams(docs):
    """bigram_counts({docs}, Tokenizer({docs}))"""
    return [list(row) for row in part.bigram_counts(docs, part.Tokenizer(docs))]


def bigrams_of_some(docs, some):
    """bigram_counts({some}, Tokenizer({docs}))"""
    return [list(row) for row in part.bigram_counts(some, part.Tokenizer(docs))]


def bigram_losses(all_docs, counts, groups):
    """t = Tokenizer({all_docs}); [bigram_loss({counts}, docs, t) for docs in {groups}]"""
    tokenizer = part.Tokenizer(all_docs)
    return [part.bigram_loss(counts, docs, tokenizer) for docs in groups]


def loss_and_counts_after(docs, counts):
    """t = Tokenizer({docs}); loss = bigram_loss(counts, {docs}, t); [loss, counts], counts = {counts}"""
    loss = part.bigram_loss(counts, docs, part.Tokenizer(docs))
    return [loss, counts]


class _Name(str):
    """A string whose hash depends on the run, as that of every string does when Python is started anew."""

    def __new__(cls, text, run=0):
        name = super().__new__(cls, text)
        name.run = run
        return name

    def __hash__(self):
        return zlib.crc32(self.encode("utf-8")) * (2 * self.run + 1)


def _facts(tokenizer):
    return [list(tokenizer.chars), tokenizer.bos, tokenizer.vocab_size]


def _sides(sides):
    train, held_out = sides
    return [[str(doc) for doc in train], [str(doc) for doc in held_out]]
