"""The card of a capstone as a drawing, and as SVG. Needs no numpy: the course's page draws its cards with it, too."""

from __future__ import annotations

import math
import string
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from autograder.capstone.run_result import NUM_STEPS
from autograder.text import clean_text

CHARS = string.ascii_lowercase
# The font size of invented names; the widths of m and w, and of other letters, as a share of it.
NAME_SIZE, WIDE, NARROW = 28, 0.86, 0.65
WIDTH, HEIGHT, MARGIN = 1200, 630, 64  # the size that websites use for link previews
MAP_LEFT, MAP_TOP, MAP_SIDE = 726, 90, 410  # the squares of the heat map
# The colours of the site: each pair has a contrast of 4.5 or more (WCAG 2.2, 1.4.3).
LIGHT = {"ground": "#ffffff", "text": "#1b1f23", "soft": "#55605f", "mark": "#0b6b62"}
DARK = {"ground": "#12171b", "text": "#e7eaee", "soft": "#a9b5b4", "mark": "#5fd3c4"}
BARS_LEFT, BARS_TOP, BARS_WIDTH, BAR, BAR_STEP = 300, 404, 340, 16, 58  # next to the invented names
LONGEST_NAME, LONGEST_ADDRESS = 24, 48  # characters of the learner's name and of the course's address


@dataclass(frozen=True)
class ResultCard:
    """attention: queries by keys, one row for BOS and each letter of the first name; head counts from 1. learner: the
    name to show; address: where this copy of the course comes from; either may be "".
    """

    loss: float
    bigram_loss: float
    parameters: int
    names: tuple[str, ...]
    looked_at: str
    head: int
    attention: Sequence[Sequence[float]]
    date: str
    learner: str = ""
    address: str = ""


@dataclass(frozen=True)
class Rectangle:
    """x, y: the upper left corner. strength: from 0 (background colour) to 1 (full colour)."""

    x: float
    y: float
    width: float
    height: float
    strength: float


@dataclass(frozen=True)
class TextLine:
    """x, y: start, middle or end of the baseline, by anchor. size: font size. tone: name of a colour."""

    x: float
    y: float
    size: float
    text: str
    tone: str = "text"
    anchor: str = "start"
    bold: bool = False


@dataclass(frozen=True)
class Drawing:
    """Sizes in pixels, y downwards. title and description are for screen readers."""

    width: int
    height: int
    title: str
    description: str
    rectangles: tuple[Rectangle, ...]
    words: tuple[TextLine, ...]


def draw(card: ResultCard) -> Drawing:
    """The card as rectangles and text."""
    loss, bigram, uniform = f"{card.loss:#.4g}", f"{card.bigram_loss:.3f}", f"{math.log(len(CHARS) + 1):.3f}"
    names = list(card.names) or ["(none)"]
    learner = clean_text(card.learner, LONGEST_NAME)
    facts = f"{card.parameters:,} parameters, {NUM_STEPS:,} steps of training"
    words = [
        TextLine(MARGIN, 92, 44, "My GPT in pure Python", bold=True),
        TextLine(MARGIN, 130, 22, facts, "soft"),
        TextLine(MARGIN, 266, 104, loss, "mark", bold=True),
        TextLine(MARGIN, 306, 22, "nats per token on names it has never seen"),
        TextLine(MARGIN, 372, 22, "Names it invented", "soft"),
        *(TextLine(MARGIN, 410 + 34 * row, NAME_SIZE, name) for row, name in enumerate(names)),
        TextLine(WIDTH - MARGIN, HEIGHT - 26, 20, card.date, "soft", "end"),
    ]
    if learner:
        words.append(TextLine(MARGIN, 160, 22, f"by {learner}", "soft"))
    if card.address:
        words.append(TextLine(MARGIN, HEIGHT - 26, 18, f"Build yours: {card.address}", "soft"))
    bars, names_of_bars = loss_bars(card, loss, bigram, uniform)
    squares, labels = heat_map(card)
    said = f"Held-out loss {loss} nats per token, where a bigram table has {bigram} and guessing {uniform}."
    said += f" Names it invented: {', '.join(names)}. A heat map of attention head {card.head} over {card.looked_at}."
    title = f"My GPT in pure Python, {card.date}"
    return Drawing(WIDTH, HEIGHT, title, said, (*squares, *bars), (*words, *names_of_bars, *labels))


def loss_bars(card: ResultCard, loss: str, bigram: str, uniform: str) -> tuple[list[Rectangle], list[TextLine]]:
    """Bars for the loss, for guessing and for letter pairs; only a line of text if a long name needs their place."""
    widths = [NAME_SIZE * sum(WIDE if letter in "mw" else NARROW for letter in name) for name in card.names]
    if max(widths, default=0) > BARS_LEFT - MARGIN - 10:
        return [], [TextLine(MARGIN, 336, 20, f"lower is better; letter pairs {bigram}, guessing {uniform}", "soft")]
    bars, words = [], []
    guessing = math.log(len(CHARS) + 1)
    lines = ((guessing, "guessing", uniform), (card.bigram_loss, "letter pairs", bigram), (card.loss, "mine", loss))
    largest = max(number for number, _, _ in lines)
    words.append(TextLine(BARS_LEFT, 372, 22, "Loss, lower is better", "soft"))
    for row, (number, name, text) in enumerate(lines):
        y = BARS_TOP + row * BAR_STEP
        strength = 1.0 if name == "mine" else 0.35
        bars.append(Rectangle(BARS_LEFT, y + 8, BARS_WIDTH * number / largest, BAR, strength))
        words.append(TextLine(BARS_LEFT, y, 20, f"{name} {text}"))
    return bars, words


def heat_map(card: ResultCard) -> tuple[list[Rectangle], list[TextLine]]:
    """The heat map of one head: a row per query position, a column per key position."""
    letters = ["^", *card.looked_at]  # ^ is BOS
    side = MAP_SIDE / len(letters)
    size = min(24.0, 0.6 * side)
    squares, labels = [], []
    for row, letter in enumerate(letters):
        middle = (row + 0.5) * side
        labels.append(TextLine(MAP_LEFT - 12, MAP_TOP + middle + size / 3, size, letter, anchor="end"))
        labels.append(TextLine(MAP_LEFT + middle, MAP_TOP - 10, size, letter, anchor="middle"))
        for column in range(row + 1):
            x, y, weight = MAP_LEFT + column * side, MAP_TOP + row * side, float(card.attention[row][column])
            squares.append(Rectangle(x + 1, y + 1, side - 2, side - 2, 0.06 + 0.94 * min(1.0, weight)))
    under = MAP_TOP + MAP_SIDE + 34
    labels.append(TextLine(MAP_LEFT, under, 20, f"What each letter looks back at (head {card.head})", "soft"))
    labels.append(TextLine(MAP_LEFT, under + 26, 18, "stronger: looks there more; ^: the beginning", "soft"))
    return squares, labels


def to_svg(drawing: Drawing, in_dark: bool = True) -> bytes:
    """One self-contained SVG file, without scripts or external fonts and pictures; all texts are escaped. in_dark:
    whether it has other colours where a reader prefers dark pages.
    """
    size = f'width="{drawing.width}" height="{drawing.height}" viewBox="0 0 {drawing.width} {drawing.height}"'
    named = 'role="img" aria-labelledby="title description" font-family="system-ui, sans-serif"'
    dark = f"@media (prefers-color-scheme: dark) {{\n{_classes(DARK)}\n}}\n" if in_dark else ""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {named}>',
        f'<title id="title">{escape(drawing.title)}</title>',
        f'<desc id="description">{escape(drawing.description)}</desc>',
        f"<style>\n{_classes(LIGHT)}\n{dark}</style>",
        '<rect class="ground" width="100%" height="100%"/>',
        *map(_rectangle, drawing.rectangles),
        *map(_text, drawing.words),
        "</svg>",
    ]
    return "\n".join([*lines, ""]).encode("utf-8")


def _classes(colours: dict[str, str]) -> str:
    return "\n".join(f".{tone} {{ fill: {colour}; }}" for tone, colour in colours.items())


def _rectangle(shape: Rectangle) -> str:
    place = f'x="{shape.x:.1f}" y="{shape.y:.1f}" width="{shape.width:.1f}" height="{shape.height:.1f}"'
    return f'<rect class="mark" {place} fill-opacity="{shape.strength:.3f}"/>'


def _text(words: TextLine) -> str:
    weight = ' font-weight="bold"' if words.bold else ""
    place = f'x="{words.x:.1f}" y="{words.y:.1f}" font-size="{words.size}" text-anchor="{words.anchor}"'
    return f'<text class="{words.tone}" {place}{weight}>{escape(words.text)}</text>'
