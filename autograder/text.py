"""Format counts, points and lists, and make text from strangers safe to store and print."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

# Colours, cursor moves, window titles: ESC [ ... letter, ESC ] ... BEL, and the one-letter escapes. Every repeat has a
# limit, so that no text can make the search slow.
TERMINAL_ESCAPE = re.compile(r"\x1b(?:\[[0-?]{0,32}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,256}(?:\x07|\x1b\\)|[@-Z\\^_])")
MOST_MARKS = 8  # accents per character: no script needs more, and a pile of them covers the lines above and below
# Control, format (bidi marks, zero width), surrogate, private use, unassigned, line and paragraph separators.
UNSAFE_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

# How a sentence about code may begin. Other words in small letters are names, such as softmax.
PLAIN_WORDS = frozenset(
    """a above add after all an any arithmetic at by call calls change compare compute count create did divide does
    draw each every everything for go gradients if in is it keep line look make more multiply neither no of often on
    once one only open pass per perplexity plain print remove replace return subtract texts the there this three token
    turn two use what when where which while with without write you your""".split()
)


def number(points: float) -> str:
    """Points as text, without a trailing .0."""
    return f"{points:g}"


def plural(count: int, noun: str) -> str:
    """`1 check`, `2 checks`."""
    return f"{count} {noun}" + ("" if count == 1 else "s")


def with_error(value: float, error: float, sign: str = "+-") -> str:
    """A measured value with its error, which has two digits: `2.194 +-0.012`, `2.1941 +-0.0073`."""
    rounded = float(f"{error:.1e}")
    decimals = min(6, max(0, 1 - math.floor(math.log10(rounded)))) if 0 < rounded < math.inf else 4
    return f"{value:.{decimals}f} {sign}{error:.{decimals}f}"


def listed(items: Sequence[object]) -> str:
    """`1`, `1 and 2`, `1, 2 and 3`."""
    *first, last = map(str, items)
    return f"{', '.join(first)} and {last}" if first else last


def first_few(items: Sequence[str], most: int) -> str:
    """`a, b and 3 more`: at most this many of them."""
    return ", ".join(items[:most]) + (f" and {len(items) - most} more" if len(items) > most else "")


def likely_line(sentence: str) -> str:
    """The line of a check's message that says what is likely wrong."""
    return f"Likely:     {as_sentence(sentence)}"


def as_sentence(text: str) -> str:
    """The text with a capital letter where it begins with a plain word; code, such as softmax or x, stays as it is."""
    word = re.match(r"[a-z]+(?=[ ,])", text)
    return text[0].upper() + text[1:] if word and word[0] in PLAIN_WORDS else text


def clean_text(text: str, limit: int, keep: str = "") -> str:
    """At most `limit` characters of `text`, without escapes, control characters, bidi marks and piles of accents.

    Characters in `keep` stay; any other line break or tab becomes a space.
    """
    text = TERMINAL_ESCAPE.sub("", text[: 4 * limit])
    if text.isascii() and text.isprintable():
        return text[:limit]
    safe, marks = [], 0
    for character in text:
        if shown := _safe(character, keep):
            marks = marks + 1 if unicodedata.category(shown) in ("Mn", "Me") else 0
            safe += [shown] if marks <= MOST_MARKS else []
    return "".join(safe)[:limit]


def _safe(character: str, keep: str) -> str:
    if character in keep:
        return character
    if character in "\n\t\r":
        return " "
    return "" if unicodedata.category(character) in UNSAFE_CATEGORIES else character
