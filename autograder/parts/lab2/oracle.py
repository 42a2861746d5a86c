"""Lab 2 once more, in another way than the reference: what the checks expect."""

from __future__ import annotations


def pair_counts(words: list[list[str]]) -> dict[tuple[str, str], int]:
    """How often each pair of neighbours occurs."""
    counts: dict[tuple[str, str], int] = {}
    for word in words:
        for i in range(1, len(word)):
            pair = (word[i - 1], word[i])
            counts[pair] = counts.get(pair, 0) + 1
    return counts


def merged(word: list[str], pair: tuple[str, str]) -> list[str]:
    """Token by token: the last token absorbs the next one, unless it was made just now."""
    result: list[str] = []
    fresh = False
    for token in word:
        if result and not fresh and (result[-1], token) == pair:
            result[-1] += token
            fresh = True
        else:
            result.append(token)
            fresh = False
    return result


def merges(docs: list[str], count: int) -> list[tuple[str, str]]:
    """The merges that the docs teach."""
    words, learned = [list(doc) for doc in docs], []
    while len(learned) < count:
        counts = pair_counts(words)
        most = max(counts.values(), default=0)
        if most < 2:
            break
        learned.append(min(pair for pair, times in counts.items() if times == most))
        words = [merged(word, learned[-1]) for word in words]
    return learned


def vocabulary(docs: list[str], count: int) -> list[str]:
    """The characters, sorted, then the new tokens in order."""
    tokens = sorted({letter for doc in docs for letter in doc})
    return tokens + ["".join(pair) for pair in merges(docs, count)]


def encoded(docs: list[str], count: int, doc: str) -> list[int]:
    """The ids of a word, with BOS at both ends."""
    word, tokens = list(doc), vocabulary(docs, count)
    for pair in merges(docs, count):
        word = merged(word, pair)
    return [len(tokens), *map(tokens.index, word), len(tokens)]
