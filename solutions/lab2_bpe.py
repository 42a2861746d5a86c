"""Lab 2: byte-pair encoding. Tokens that are pieces of words, as in every large model.

Read the lesson first: docs/learner/lab2.md. When all checks pass, run its experiment: make lab part=lab2

So far a token is a character. Byte-pair encoding (BPE) starts there too. Then it looks for the two neighbouring tokens
that occur together most often, makes one new token of them, and repeats this as often as you want. `a` and `n` become
`an`, and later `an` and `n` become `ann`. A name is then fewer tokens, and the vocabulary is larger.

In this lab a token is a string, and a name is a list of tokens: ["e", "m", "m", "a"]. Only the tokenizer's ids are
numbers. Sennrich, Haddow and Birch, Neural Machine Translation of Rare Words with Subword Units, 2015:
https://arxiv.org/abs/1508.07909
"""

from __future__ import annotations

from collections import Counter

Pair = tuple[str, str]  # two neighbouring tokens


def count_pairs(words: list[list[str]]) -> Counter[Pair]:
    """Count neighbouring tokens: how often does the second token directly follow the first, in all words together?

    A pair never reaches across the end of a word. A word of n tokens has n - 1 pairs, and pairs may overlap.

    >>> count_pairs([["a", "n", "n", "a"], ["a", "n"]])[("a", "n")]
    2
    >>> count_pairs([["a", "a", "a"]])[("a", "a")]
    2
    """
    ### BEGIN SOLUTION L2.1 count_pairs
    return Counter(pair for word in words for pair in zip(word, word[1:]))
    ### END SOLUTION


def merge(word: list[str], pair: Pair) -> list[str]:
    """Return a new list in which the pair is one token wherever its two tokens are neighbours in this order.

    Go from left to right. Don't merge a token again that was merged in the same call. Don't change the list word
    itself.

    >>> merge(["a", "n", "n", "a"], ("a", "n"))
    ['an', 'n', 'a']
    >>> merge(["a", "a", "a"], ("a", "a"))
    ['aa', 'a']
    """
    ### BEGIN SOLUTION L2.2 merge
    merged, i = [], 0
    while i < len(word):
        if tuple(word[i : i + 2]) == tuple(pair):
            merged.append(pair[0] + pair[1])
            i += 2
        else:
            merged.append(word[i])
            i += 1
    return merged
    ### END SOLUTION


def train_bpe(docs: list[str], num_merges: int) -> list[Pair]:
    """Learn merges from names: return the pairs in the order in which they were merged, at most num_merges of them.

    1. Begin with each name as the list of its characters. A name that occurs twice counts twice.
    2. Choose the pair that occurs most often. If several pairs do, choose the first one in alphabetical order (of the
       first token, then of the second), so that everybody gets the same merges.
    3. Merge that pair in all names. Choose the next pair from the result: its tokens may be merged ones.
    Stop early when no pair occurs at least twice: a token that occurs only once does not help.

    >>> train_bpe(["anna", "ann", "nan"], 2)  # a n: 3 times, n n: twice, n a: twice
    [('a', 'n'), ('an', 'n')]
    """
    ### BEGIN SOLUTION L2.3 train_bpe
    words = [list(doc) for doc in docs]
    merges: list[Pair] = []
    for _ in range(num_merges):
        counts = count_pairs(words)
        if not counts or max(counts.values()) < 2:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        words = [merge(word, best) for word in words]
    return merges
    ### END SOLUTION


class BPETokenizer:
    """A tokenizer with part 2's interface, so that parts 5, 7 and 8 work with it as they are.

    merges: the pairs that `train_bpe` learns from the docs, in order. tokens: the vocabulary: first the sorted
    characters of the docs, then one token for each merge, in order. bos: the id after the last of them; vocab_size: how
    many ids.

    >>> tokenizer = BPETokenizer(["anna", "ann", "nan"], num_merges=2)
    >>> tokenizer.tokens, tokenizer.bos, tokenizer.vocab_size
    (['a', 'n', 'an', 'ann'], 4, 5)
    >>> tokenizer.encode("nanna")
    [4, 1, 3, 0, 4]
    >>> tokenizer.decode([4, 1, 3, 0, 4])
    'nanna'
    """

    def __init__(self, docs: list[str], num_merges: int) -> None:
        """Learn the merges, and collect the tokens. A token's id is its position in that list."""
        ### BEGIN SOLUTION L2.4 BPETokenizer.__init__
        self.merges = train_bpe(docs, num_merges)
        characters = sorted(set("".join(docs)))
        self.tokens = [*characters, *(first + second for first, second in self.merges)]
        self.bos = len(self.tokens)
        self.vocab_size = len(self.tokens) + 1
        self._ids = {token: i for i, token in enumerate(self.tokens)}
        ### END SOLUTION

    def encode(self, doc: str) -> list[int]:
        """Return BOS, the ids of the tokens, BOS. Begin with the characters of doc, and apply all merges in the order
        in which they were learned. You may assume that every character of doc is in tokens.
        """
        ### BEGIN SOLUTION L2.4 BPETokenizer.encode
        word = list(doc)
        unknown = sorted(set(word) - set(self.tokens))
        if unknown:
            raise ValueError(f"{doc!r} has characters that the training names do not have: {' '.join(unknown)}")
        for pair in self.merges:
            word = merge(word, pair)
        return [self.bos, *(self._ids[token] for token in word), self.bos]
        ### END SOLUTION

    def decode(self, ids: list[int]) -> str:
        """Return the tokens with these ids, joined to one string. Drop every BOS, also in the middle."""
        ### BEGIN SOLUTION L2.4 BPETokenizer.decode
        return "".join(self.tokens[i] for i in ids if i != self.bos)
        ### END SOLUTION


def loss_per_letter(loss_per_token: float, docs: list[str], tokenizer: BPETokenizer) -> float:
    """Convert a mean loss per token into nats per letter, so that models with different tokens can be compared.

    A model with longer tokens makes fewer predictions, and each is harder. So you can't compare the losses per token of
    two tokenizers, but you can compare the probabilities of whole names. Compute the nats of all docs together, and
    divide them by the number of letters. Count the closing BOS of each name as a token *and* as a letter, since every
    model predicts the end of a name. Don't count the opening BOS: it is never predicted.

    >>> tokenizer = BPETokenizer(["anna", "ann", "nan"], num_merges=2)
    >>> loss_per_letter(1.5, ["nanna"], tokenizer)  # n, ann, a, BOS: 4 predictions; 5 letters and the end
    1.0
    """
    ### BEGIN SOLUTION L2.5 loss_per_letter
    predictions = sum(len(tokenizer.encode(doc)) - 1 for doc in docs)
    letters = sum(len(doc) + 1 for doc in docs)
    return loss_per_token * predictions / letters
    ### END SOLUTION
