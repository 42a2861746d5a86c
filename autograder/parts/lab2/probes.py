"""Probes of lab 2: words go in, tokens, pairs and numbers come out."""

import lab2_bpe as part


def pair_counts(words):
    """count_pairs({words}), as [first, second, count], sorted"""
    counts = part.count_pairs([list(word) for word in words])
    return sorted([*pair, count] for pair, count in dict(counts).items())


def merged(word, pair):
    """merge({word}, tuple({pair}))"""
    return list(part.merge(list(word), tuple(pair)))


def merged_twice(word, pair):
    """word = {word}; pair = tuple({pair}); a = merge(word, pair); b = merge(word, pair); a, b and then word"""
    given = list(word)
    a = part.merge(given, tuple(pair))
    b = part.merge(given, tuple(pair))
    return [list(a), list(b), given]


def merges_learned(docs, num_merges):
    """train_bpe({docs}, {num_merges})"""
    return [list(pair) for pair in part.train_bpe(list(docs), num_merges)]


def vocabulary(docs, num_merges):
    """t = BPETokenizer({docs}, {num_merges}); t.tokens, t.bos, t.vocab_size"""
    tokenizer = part.BPETokenizer(list(docs), num_merges)
    return [list(tokenizer.tokens), tokenizer.bos, tokenizer.vocab_size]


def encoded(docs, num_merges, words):
    """t = BPETokenizer({docs}, {num_merges}); [t.encode(word) for word in {words}]"""
    tokenizer = part.BPETokenizer(list(docs), num_merges)
    return [list(tokenizer.encode(word)) for word in words]


def decoded(docs, num_merges, rows):
    """t = BPETokenizer({docs}, {num_merges}); [t.decode(ids) for ids in {rows}]"""
    tokenizer = part.BPETokenizer(list(docs), num_merges)
    return [tokenizer.decode(list(row)) for row in rows]


def per_letter(loss, ids):
    """loss_per_letter({loss}, list(ids), t), with a tokenizer t whose t.encode(doc) is ids[doc], ids = {ids}"""

    class Tokenizer:
        def encode(self, doc):
            return list(ids[doc])

    return part.loss_per_letter(loss, list(ids), Tokenizer())
