"""Made-up names for the checks of part 2, and their numbers."""


def names(draw, count, letters="abdeilmnorstuy"):
    """Different words, not in the order of the alphabet."""
    found = {}
    while len(found) < count:
        found[draw.word(3, 8, letters)] = None
    return list(found)


def ids_of(docs, word):
    """BOS, the numbers of the characters, BOS."""
    chars = sorted(set("".join(docs)))
    return [len(chars), *map(chars.index, word), len(chars)]


def facts(docs):
    """What a tokenizer of docs knows."""
    chars = sorted(set("".join(docs)))
    return {"chars": chars, "bos": len(chars), "vocab_size": len(chars) + 1}


def lines_of(text):
    """The lines that are not empty, blanks around them cut."""
    return [line.strip() for line in text.split("\n") if line.strip()]
