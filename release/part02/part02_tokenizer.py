"""Part 2: from names to numbers, and a baseline to beat.

Read the lesson first. To open it: make lesson part=2, or python -m autograder lesson 2
In your instructor's folder it is the notebook part02.ipynb; on the course's web page it is next to this code.

A model reads numbers, not letters. The tokenizer gives each character a number, its token id. One more id is for BOS
("beginning of sequence"), the token before and after every name. Then you write the simplest language model, a bigram
model: it counts how often one token follows another. Its loss is the baseline that your GPT has to beat.
"""

from __future__ import annotations

import math
import random


def load_docs(path: str) -> list[str]:
    """Return the lines of a text file (UTF-8): strip spaces around a line, skip empty lines, keep the file's order.

    Keep repeated lines, and change nothing within a line: capitals, accents and spaces between words stay.
    A file with these five lines has three docs:

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "names.txt")
    ...     _ = path.write_text("emma\\n\\n  mary ann \\n \\nemma\\n", encoding="utf-8")
    ...     load_docs(path)
    ['emma', 'mary ann', 'emma']
    """
    # TODO 2.1 load_docs: about 6 lines
    raise NotImplementedError("2.1 load_docs")


class Tokenizer:
    """chars: the sorted characters of the docs; bos: the id after the last of them; vocab_size: how many ids there are.

    Parts 7, 8 and 10 are checked with the course's Tokenizer, which has chars, bos, vocab_size, encode and decode. You
    may add more here, but use only these five there.

    >>> tokenizer = Tokenizer(["emma", "ava"])
    >>> tokenizer.chars, tokenizer.bos, tokenizer.vocab_size
    (['a', 'e', 'm', 'v'], 4, 5)
    >>> tokenizer.encode("ava")
    [4, 0, 3, 0, 4]
    >>> tokenizer.decode([4, 0, 3, 0, 4])
    'ava'
    """

    def __init__(self, docs: list[str]) -> None:
        """Collect the distinct characters, sorted. A character's id is its position in that list."""
        # TODO 2.2 Tokenizer.__init__: about 4 lines
        raise NotImplementedError("2.2 Tokenizer.__init__")

    def encode(self, doc: str) -> list[int]:
        """Return a list: BOS, the id of each character, BOS. You may assume that every character of doc is in chars."""
        # TODO 2.2 Tokenizer.encode: about 4 lines
        raise NotImplementedError("2.2 Tokenizer.encode")

    def decode(self, ids: list[int]) -> str:
        """Return the characters with these ids as one string. Drop every BOS, also in the middle."""
        # TODO 2.2 Tokenizer.decode: about 1 line
        raise NotImplementedError("2.2 Tokenizer.decode")


def split_docs(docs: list[str], held_out: float = 0.1, seed: int = 42) -> tuple[list[str], list[str]]:
    """Split the docs into (train, held_out), so that no name is on both sides.

    A name that occurs in several rows goes to one side with all its rows; otherwise the model is tested on names that
    it has seen. held_out is the share of the *distinct* names (rounded). Draw them with a new generator made from seed,
    so that a seed gives the same split in every run of Python. (The order of a set of strings differs between runs.)
    Rows keep their order on both sides, and docs itself does not change.

    >>> train, held_out = split_docs(["emma", "ava", "emma", "mia", "eve"], held_out=0.25)
    >>> sorted(train + held_out) == ["ava", "emma", "emma", "eve", "mia"], len(set(held_out))
    (True, 1)
    """
    # TODO 2.3 split_docs: about 4 lines
    raise NotImplementedError("2.3 split_docs")


def bigram_counts(docs: list[str], tokenizer: Tokenizer) -> list[list[int]]:
    """Count pairs of neighbours: counts[a][b] is how often token b follows token a.

    Shape of counts: (vocab_size, vocab_size). BOS at both ends counts: a name of n characters has n + 1 pairs.

    >>> bigram_counts(["ab", "b"], Tokenizer(["ab", "b"]))  # rows: after a, after b, after BOS
    [[0, 1, 0], [0, 0, 2], [1, 1, 0]]
    """
    # TODO 2.4 bigram_counts: about 6 lines
    raise NotImplementedError("2.4 bigram_counts")


def bigram_loss(counts: list[list[int]], docs: list[str], tokenizer: Tokenizer) -> float:
    """Return the mean of -log P(next token | previous token) over all pairs of all docs, in nats per token.

    To get P, add one to each count, so that a pair that was never seen is unlikely, not impossible:
        P(b | a) = (counts[a][b] + 1) / (sum of row a + vocab_size)
    counts itself does not change. The mean of -log P is called the cross-entropy loss.

    Add-one smoothing: https://en.wikipedia.org/wiki/Additive_smoothing

    >>> round(bigram_loss([[0, 1], [1, 0]], ["a"], Tokenizer(["a"])), 4)  # both pairs have (1 + 1) / (1 + 2)
    0.4055
    """
    # TODO 2.4 bigram_loss: about 8 lines
    raise NotImplementedError("2.4 bigram_loss")


def sample_bigram(counts: list[list[int]], tokenizer: Tokenizer, rng: random.Random, longest: int = 16) -> str:
    """Invent a name from the counts (given): draw each token in proportion to how often it follows the previous one."""
    tokens = [tokenizer.bos]
    while len(tokens) <= longest:
        tokens += rng.choices(range(tokenizer.vocab_size), weights=[count + 1 for count in counts[tokens[-1]]])
        if tokens[-1] == tokenizer.bos:
            break
    return tokenizer.decode(tokens)
