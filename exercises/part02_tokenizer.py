"""Part 2: from names to numbers, and the line to beat.

A model sees whole numbers, not letters: the tokenizer gives each character a number, and one more to BOS, the
mark before and after every name. Then the simplest language model there is: how often does one token follow
another? Its loss is the line that your GPT has to beat.
"""

from __future__ import annotations

import math
import random


def load_docs(path: str) -> list[str]:
    """Return the lines of a text file (UTF-8): blanks around a line stripped, empty lines skipped, file order kept.

    Repeated lines stay, and nothing within a line changes: capitals, accents and blanks between words stay.
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
    """chars: the sorted characters of the docs; bos: the number after the last of them; vocab_size: with BOS.

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
        """Collect the distinct characters, sorted; the position in that list is the character's number."""
        # TODO 2.2 Tokenizer.__init__: about 4 lines
        raise NotImplementedError("2.2 Tokenizer.__init__")

    def encode(self, doc: str) -> list[int]:
        """Return BOS, the number of each character, BOS. Every character of doc is in chars."""
        # TODO 2.2 Tokenizer.encode: about 4 lines
        raise NotImplementedError("2.2 Tokenizer.encode")

    def decode(self, ids: list[int]) -> str:
        """Return the characters of the numbers as one string. Drop every BOS, wherever it is."""
        # TODO 2.2 Tokenizer.decode: about 1 line
        raise NotImplementedError("2.2 Tokenizer.decode")


def split_docs(docs: list[str], held_out: float = 0.1, seed: int = 42) -> tuple[list[str], list[str]]:
    """Split the docs into (train, held_out), so that no name is on both sides.

    A name that occurs in several rows goes to one side with all its rows, else the model is tested on what it has
    seen. held_out is the share of the *distinct* names (rounded). Draw them with a new generator made from seed:
    the same seed gives the same split in every run of Python (the order of a set of strings changes from run to run).
    Rows keep their order on either side, and docs stays as it is.

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

    P comes from the counts with one added to each (so that a pair never seen is unlikely, not impossible):
        P(b | a) = (counts[a][b] + 1) / (sum of row a + vocab_size)
    counts stays as it is.

    Add-one smoothing: https://en.wikipedia.org/wiki/Additive_smoothing

    >>> round(bigram_loss([[0, 1], [1, 0]], ["a"], Tokenizer(["a"])), 4)  # both pairs have (1 + 1) / (1 + 2)
    0.4055
    """
    # TODO 2.4 bigram_loss: about 8 lines
    raise NotImplementedError("2.4 bigram_loss")


def sample_bigram(counts: list[list[int]], tokenizer: Tokenizer, rng: random.Random, longest: int = 16) -> str:
    """Invent a name from the counts (given): each token is drawn by how often it followed the one before."""
    tokens = [tokenizer.bos]
    while len(tokens) <= longest:
        tokens += rng.choices(range(tokenizer.vocab_size), weights=[count + 1 for count in counts[tokens[-1]]])
        if tokens[-1] == tokenizer.bos:
            break
    return tokenizer.decode(tokens)
