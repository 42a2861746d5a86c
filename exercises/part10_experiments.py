"""Part 10: experiments. Look into the model that you trained.

Read the lesson first. To open it: make lesson part=10, or python -m autograder lesson 10
In your instructor's folder it is the notebook part10.ipynb; on the course's web page it is next to this code.
"""

from __future__ import annotations

from part05_gpt import gpt
from part07_training import Trained, held_out_loss


def attention_map(name: str, trained: Trained) -> list[list[list[list[float]]]]:
    """Return the attention weights of every head while the model reads a name, as plain numbers.

    Shape: (n_layer, n_head, queries, keys). The queries are BOS and the name's characters: len(name) + 1 rows (at most
    block_size). Row t (from 0) has t + 1 weights with sum 1, one for each position up to its own. The closing BOS is
    never read, only predicted.

    >>> from part07_training import train
    >>> rows = attention_map("ab", train(["ab"], num_steps=0))[0][3]  # layer 0, the fourth head
    >>> [len(row) for row in rows], rows[0]
    ([1, 2, 3], [1.0])
    """
    # TODO 10.1 attention_map: about 11 lines
    raise NotImplementedError("10.1 attention_map")


def rank_names(names: list[str], trained: Trained) -> list[str]:
    """Return the names sorted by their loss *per predicted token*, the name with the lowest loss first.

    Count the tokens as `held_out_loss` does. (A long name has more of them, so its total loss is larger.) The caller's
    list does not change, and a name that occurs twice is returned twice.

    >>> from part04_parameters import Config
    >>> from part07_training import train
    >>> trained = train(["ab"], num_steps=20, config=Config(vocab_size=3, n_embd=4, n_head=2))
    >>> rank_names(["bbb", "bb", "a", "ab"], trained)
    ['ab', 'a', 'bb', 'bbb']
    """
    # TODO 10.2 rank_names: about 1 line
    raise NotImplementedError("10.2 rank_names")
