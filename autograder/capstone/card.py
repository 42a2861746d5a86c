"""`make card`: the result of the last capstone as a picture to share, as SVG for light and dark, and as PNG.

The grader measures everything on it from the saved weights; it uses no claims by the learner's code.
"""

from __future__ import annotations

import io
import random
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np

from autograder import model
from autograder.capstone.capstone_run import draw_task
from autograder.capstone.card_drawing import CHARS, LIGHT, LONGEST_ADDRESS, Drawing, ResultCard, draw, to_svg
from autograder.capstone.grade_capstone import TEMPERATURE
from autograder.capstone.saved_model import load_result
from autograder.course import ROOT
from autograder.files import write_atomically
from autograder.grading.part_probes import load_trusted
from autograder.text import clean_text

NAMES, MOST_DRAWS = 5, 200
# https://user:password@host/path or git@host:path. The card never shows the user or the password.
REMOTE = re.compile(r"(?:(?:https?|ssh)://)?(?:[^@/]*@)?([\w-]+(?:\.[\w-]+)+)(?::\d+)?[:/](.+)")
DOTS_PER_INCH, POINTS_PER_INCH = 100, 72


def write_card(result: Path, learner: str = "") -> list[Path]:
    """Write card.svg and card.png next to the result and return their paths. Raises NoResult and OSError."""
    drawing = draw(replace(measure_card(result), learner=learner, address=course_address(ROOT)))
    paths = []
    for name, content in (("card.svg", to_svg(drawing)), ("card.png", to_png(drawing))):
        write_atomically(result.with_name(name), content)
        paths.append(result.with_name(name))
    return paths


def measure_card(path: Path) -> ResultCard:
    """Measure the model that a capstone saved. Raises NoResult."""
    saved, config, task = load_result(path), model.Sizes(), draw_task(0, relabelled=False)
    part02 = load_trusted(ROOT / "solutions" / "part02_tokenizer.py")
    tokenizer = part02.Tokenizer(task.docs)
    names = new_names(saved.weights, {*task.docs, *task.held_out}, random.Random(saved.seed))
    looked_at = names[0] if names else task.held_out[0]
    tokens = model.encode(looked_at, CHARS)[:-1][: config.block_size]
    heads = model.attention_weights(tokens, saved.weights, config)[-1]
    head = min(range(len(heads)), key=lambda number: evenness(heads[number]))
    return ResultCard(
        loss=model.held_out_loss(task.held_out, saved.weights, config, CHARS),
        bigram_loss=part02.bigram_loss(part02.bigram_counts(task.docs, tokenizer), task.held_out, tokenizer),
        parameters=sum(matrix.size for matrix in saved.weights.values()),
        names=names,
        looked_at=looked_at[: len(tokens) - 1],
        head=head + 1,
        attention=heads[head].tolist(),
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


def to_png(drawing: Drawing) -> bytes:
    """The light version as a bitmap."""
    from matplotlib.figure import Figure  # not pyplot, which would look for a display
    from matplotlib.patches import Rectangle

    size = drawing.width / DOTS_PER_INCH, drawing.height / DOTS_PER_INCH
    figure = Figure(figsize=size, dpi=DOTS_PER_INCH, facecolor=LIGHT["ground"])
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, drawing.width), ylim=(drawing.height, 0))
    axes.set_axis_off()
    for each in drawing.rectangles:
        look = {"color": LIGHT["mark"], "alpha": each.strength, "linewidth": 0}
        axes.add_patch(Rectangle((each.x, each.y), each.width, each.height, **look))
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
