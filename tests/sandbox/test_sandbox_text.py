"""Text of strangers: nothing in it steers a terminal, hides what follows, or grows without bound."""

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.text import MOST_MARKS, clean_text


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("a\nb\tc\rd", "a b c d"),
        ("abc\u202edef\u2066g", "abcdefg"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("bell\x07 back\x08 nul\x00 del\x7f c1\x9b31m", "bell back nul del c131m"),
        ("line\u2028separator", "lineseparator"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("naïve 数 \U0001f600", "naïve 数 \U0001f600"),
    ],
)
def test_what_steers_is_removed_and_what_is_read_stays(dirty, clean):
    assert clean_text(dirty, 200) == clean


@pytest.mark.parametrize("between", ["", "\u200d", "\ufeff", "\x07"])
def test_a_pile_of_accents_is_cut_and_the_accents_of_a_language_stay(between):
    pile = between.join("\u0301\u0334\u0489\u20dd" * 100)
    assert len(clean_text(f"Z{pile}y", 4000)) == 1 + MOST_MARKS + 1
    vietnamese = unicodedata.normalize("NFD", "Tiếng Việt, ngữ nghĩa")
    assert clean_text(vietnamese, 200) == vietnamese


def test_lines_are_kept_only_where_asked_for():
    assert clean_text("a\nb\tc\x1b[2J", 200, keep="\n\t") == "a\nb\tc"


@given(st.text(st.characters()), st.integers(0, 50))
@example("\x1b[\x1b[31m31m", 50)
@example("\x1b" * 9 + "[A", 50)
def test_any_text_is_short_and_printable(text, limit):
    cleaned = clean_text(text, limit)
    assert len(cleaned) <= limit
    assert all(unicodedata.category(character)[0] not in "C" for character in cleaned)


@pytest.mark.parametrize("piece", ["\x1b[", "\x1b]", "\x1b[0;", "\x1b]x", "\x1b"])
def test_no_text_makes_cleaning_slow(piece):
    begin = time.process_time()
    clean_text(piece * 200_000, 65536)
    assert time.process_time() - begin < 2
