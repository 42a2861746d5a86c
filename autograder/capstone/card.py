"""`make card`: the result of the last capstone as a picture to share, as SVG for light and dark, and as PNG.

The grader measures everything on it from the saved weights; it uses no claims by the learner's code.
"""

from __future__ import annotations

import io
import math
import random
import re
import string
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from autograder import model
from autograder.capstone.capstone_run import NUM_STEPS, draw_task
from autograder.capstone.grade_capstone import TEMPERATURE
from autograder.capstone.saved_model import load_result
from autograder.course import ROOT
from autograder.files import write_atomically
from autograder.grading.part_probes import load_trusted
from autograder.render.templates import templates
from autograder.text import clean_text

CHARS = string.ascii_lowercase
NAMES, MOST_DRAWS = 5, 200
# https://user:password@host/path or git@host:path. The card never shows the user or the password.
REMOTE = re.compile(r"(?:(?:https?|ssh)://)?(?:[^@/]*@)?([\w-]+(?:\.[\w-]+)+)(?::\d+)?[:/](.+)")
# The font size of invented names; the widths of m and w, and of other letters, as a share of it.
NAME_SIZE, WIDE, NARROW = 28, 0.86, 0.65
WIDTH, HEIGHT, MARGIN = 1200, 630, 64  # the size that websites use for link previews
MAP_LEFT, MAP_TOP, MAP_SIDE = 726, 90, 410  # the squares of the heat map
TEMPLATES = Path(__file__).parent
# The colours of the site: each pair has a contrast of 4.5 or more (WCAG 2.2, 1.4.3).
LIGHT = {"ground": "#ffffff", "text": "#1b1f23", "soft": "#55605f", "mark": "#0b6b62"}
DARK = {"ground": "#12171b", "text": "#e7eaee", "soft": "#a9b5b4", "mark": "#5fd3c4"}
BARS_LEFT, BARS_TOP, BARS_WIDTH, BAR, BAR_STEP = 300, 404, 340, 16, 58  # next to the invented names
LONGEST_NAME, LONGEST_ADDRESS = 24, 48  # characters of the learner's name and of the course's address
DOTS_PER_INCH, POINTS_PER_INCH = 100, 72


@dataclass(frozen=True)
class Card:
    """attention: queries by keys, one row for BOS and each letter of the first name; head counts from 1. learner: the
    name to show; address: where this copy of the course comes from; either may be "".
    """

    loss: float
    bigram_loss: float
    parameters: int
    names: tuple[str, ...]
    looked_at: str
    head: int
    attention: np.ndarray
    date: str
    learner: str = ""
    address: str = ""


@dataclass(frozen=True)
class Square:
    """x, y: the upper left corner. strength: from 0 (background colour) to 1 (full colour)."""

    x: float
    y: float
    side: float
    strength: float


@dataclass(frozen=True)
class Bar:
    """A loss as a length. x, y: of the upper left corner. strength: as of a square."""

    x: float
    y: float
    width: float
    strength: float
    height: float = BAR


@dataclass(frozen=True)
class Words:
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
    squares: tuple[Square, ...]
    bars: tuple[Bar, ...]
    words: tuple[Words, ...]


def write_card(result: Path, learner: str = "") -> list[Path]:
    """Write card.svg and card.png next to the result and return their paths. Raises NoResult and OSError."""
    drawing = draw(replace(measure_card(result), learner=learner, address=course_address(ROOT)))
    paths = []
    for name, content in (("card.svg", to_svg(drawing)), ("card.png", to_png(drawing))):
        write_atomically(result.with_name(name), content)
        paths.append(result.with_name(name))
    return paths


def measure_card(path: Path) -> Card:
    """Measure the model that a capstone saved. Raises NoResult."""
    saved, config, task = load_result(path), model.Sizes(), draw_task(0, relabelled=False)
    part02 = load_trusted(ROOT / "solutions" / "part02_tokenizer.py")
    tokenizer = part02.Tokenizer(task.docs)
    names = new_names(saved.weights, {*task.docs, *task.held_out}, random.Random(saved.seed))
    looked_at = names[0] if names else task.held_out[0]
    tokens = model.encode(looked_at, CHARS)[:-1][: config.block_size]
    heads = model.attention_weights(tokens, saved.weights, config)[-1]
    head = min(range(len(heads)), key=lambda number: evenness(heads[number]))
    return Card(
        loss=model.held_out_loss(task.held_out, saved.weights, config, CHARS),
        bigram_loss=part02.bigram_loss(part02.bigram_counts(task.docs, tokenizer), task.held_out, tokenizer),
        parameters=sum(matrix.size for matrix in saved.weights.values()),
        names=names,
        looked_at=looked_at[: len(tokens) - 1],
        head=head + 1,
        attention=heads[head],
        date=saved.date,
    )


def course_address(folder: Path) -> str:
    """The address that this copy was cloned from, in a readable form; "" if that is not the address of a server."""
    command = ["git", "-C", str(folder), "config", "--get", "remote.origin.url"]
    try:
        said = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = REMOTE.fullmatch(said.stdout.strip())
    if not found:
        return ""
    address = clean_text(f"{found[1]}/{found[2].removesuffix('/').removesuffix('.git')}", LONGEST_ADDRESS)
    return address if "/" in address and "@" not in address else ""


def new_names(weights: model.Weights, known: set[str], rng: random.Random) -> tuple[str, ...]:
    """The first five different names that the model invents and that are not in the data; fewer if there are fewer."""
    names: list[str] = []
    for _ in range(MOST_DRAWS):
        (name,) = model.sample_many(weights, model.Sizes(), CHARS, 1, TEMPERATURE, rng)
        if name and name not in known and name not in names:
            names.append(name)
        if len(names) == NAMES:
            break
    return tuple(names)


def evenness(attention: np.ndarray) -> float:
    """The mean entropy of the rows, in nats: low for a head that attends to one position at a time."""
    return float(-(attention * np.log(np.maximum(attention, 1e-300))).sum(axis=-1).mean())


def draw(card: Card) -> Drawing:
    """The card as squares and text."""
    loss, bigram, uniform = f"{card.loss:#.4g}", f"{card.bigram_loss:.3f}", f"{math.log(len(CHARS) + 1):.3f}"
    names = list(card.names) or ["(none)"]
    learner = clean_text(card.learner, LONGEST_NAME)
    facts = f"{card.parameters:,} parameters, {NUM_STEPS:,} steps of training"
    words = [
        Words(MARGIN, 92, 44, "My GPT in pure Python", bold=True),
        Words(MARGIN, 130, 22, facts, "soft"),
        Words(MARGIN, 266, 104, loss, "mark", bold=True),
        Words(MARGIN, 306, 22, "nats per token on names it has never seen"),
        Words(MARGIN, 372, 22, "Names it invented", "soft"),
        *(Words(MARGIN, 410 + 34 * row, NAME_SIZE, name) for row, name in enumerate(names)),
        Words(WIDTH - MARGIN, HEIGHT - 26, 20, card.date, "soft", "end"),
    ]
    if learner:
        words.append(Words(MARGIN, 160, 22, f"by {learner}", "soft"))
    if card.address:
        words.append(Words(MARGIN, HEIGHT - 26, 18, f"Build yours: {card.address}", "soft"))
    bars, names_of_bars = loss_bars(card, loss, bigram, uniform)
    squares, labels = heat_map(card)
    said = f"Held-out loss {loss} nats per token, where a bigram table has {bigram} and guessing {uniform}."
    said += f" Names it invented: {', '.join(names)}. A heat map of attention head {card.head} over {card.looked_at}."
    title = f"My GPT in pure Python, {card.date}"
    return Drawing(WIDTH, HEIGHT, title, said, tuple(squares), tuple(bars), tuple([*words, *names_of_bars, *labels]))


def loss_bars(card: Card, loss: str, bigram: str, uniform: str) -> tuple[list[Bar], list[Words]]:
    """Bars for the loss, for guessing and for letter pairs; only a line of text if a long name needs their place."""
    widths = [NAME_SIZE * sum(WIDE if letter in "mw" else NARROW for letter in name) for name in card.names]
    if max(widths, default=0) > BARS_LEFT - MARGIN - 10:
        return [], [Words(MARGIN, 336, 20, f"lower is better; letter pairs {bigram}, guessing {uniform}", "soft")]
    bars, words = [], []
    guessing = math.log(len(CHARS) + 1)
    lines = ((guessing, "guessing", uniform), (card.bigram_loss, "letter pairs", bigram), (card.loss, "mine", loss))
    largest = max(number for number, _, _ in lines)
    words.append(Words(BARS_LEFT, 372, 22, "Loss, lower is better", "soft"))
    for row, (number, name, text) in enumerate(lines):
        y = BARS_TOP + row * BAR_STEP
        bars.append(Bar(BARS_LEFT, y + 8, BARS_WIDTH * number / largest, 1.0 if name == "mine" else 0.35))
        words.append(Words(BARS_LEFT, y, 20, f"{name} {text}"))
    return bars, words


def heat_map(card: Card) -> tuple[list[Square], list[Words]]:
    """The heat map of one head: a row per query position, a column per key position."""
    letters = ["^", *card.looked_at]  # ^ is BOS
    side = MAP_SIDE / len(letters)
    size = min(24.0, 0.6 * side)
    squares, labels = [], []
    for row, letter in enumerate(letters):
        middle = (row + 0.5) * side
        labels.append(Words(MAP_LEFT - 12, MAP_TOP + middle + size / 3, size, letter, anchor="end"))
        labels.append(Words(MAP_LEFT + middle, MAP_TOP - 10, size, letter, anchor="middle"))
        for column in range(row + 1):
            x, y, weight = MAP_LEFT + column * side, MAP_TOP + row * side, float(card.attention[row, column])
            squares.append(Square(x + 1, y + 1, side - 2, 0.06 + 0.94 * min(1.0, weight)))
    under = MAP_TOP + MAP_SIDE + 34
    labels.append(Words(MAP_LEFT, under, 20, f"What each letter looks back at (head {card.head})", "soft"))
    labels.append(Words(MAP_LEFT, under + 26, 18, "darker: looks there more; ^: the beginning", "soft"))
    return squares, labels


def to_svg(drawing: Drawing) -> bytes:
    """One self-contained SVG file, without scripts or external fonts and pictures; all texts are escaped."""
    text = templates(TEMPLATES).get_template("card.svg").render(drawing=drawing, light=LIGHT, dark=DARK)
    return (text + "\n").encode("utf-8")


def to_png(drawing: Drawing) -> bytes:
    """The light version as a bitmap."""
    from matplotlib.figure import Figure  # not pyplot, which would look for a display
    from matplotlib.patches import Rectangle

    size = drawing.width / DOTS_PER_INCH, drawing.height / DOTS_PER_INCH
    figure = Figure(figsize=size, dpi=DOTS_PER_INCH, facecolor=LIGHT["ground"])
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, drawing.width), ylim=(drawing.height, 0))
    axes.set_axis_off()
    for square in drawing.squares:
        corner = (square.x, square.y)
        axes.add_patch(
            Rectangle(corner, square.side, square.side, color=LIGHT["mark"], alpha=square.strength, linewidth=0)
        )
    for bar in drawing.bars:
        shape = Rectangle((bar.x, bar.y), bar.width, bar.height, color=LIGHT["mark"], alpha=bar.strength, linewidth=0)
        axes.add_patch(shape)
    for words in drawing.words:
        axes.text(
            words.x,
            words.y,
            words.text,
            size=words.size * POINTS_PER_INCH / DOTS_PER_INCH,
            color=LIGHT[words.tone],
            ha={"start": "left", "middle": "center", "end": "right"}[words.anchor],
            va="baseline",
            weight="bold" if words.bold else "normal",
            parse_math=False,
        )
    content = io.BytesIO()
    figure.savefig(content, format="png", facecolor=figure.get_facecolor(), metadata={"Title": drawing.title})
    return content.getvalue()
