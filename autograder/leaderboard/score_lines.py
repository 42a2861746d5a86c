"""A try as lines of text. Needs no numpy, as recipe_answers.py."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.leaderboard import noise
from autograder.leaderboard.recipe_answers import Score
from autograder.text import clean_text, plural, with_error

MICROGPT = "microgpt's recipe"  # the baseline that is the stub


def score_lines(score: Score, half_width: float, baselines: dict[str, float]) -> Iterator[str]:
    """A try: its runs, its mean next to the baselines, names, what the recipe printed."""
    for seed, loss in zip(score.seeds, score.losses):
        yield f"  run with seed {seed}: {loss:.4f}"
    runs = len(score.losses)
    yield f"Held-out loss {with_error(score.mean, half_width)} nats per token, mean of {plural(runs, 'run')}."
    yield "To compare: " + ", ".join(f"{name} {loss:.3f}" for name, loss in baselines.items()) + "."
    yield verdict(score.mean - baselines[MICROGPT], half_width)
    steps = noise.steps_to_target(score.curve, runs)
    if steps is not None:
        yield f"Steps to a loss of {noise.TARGET:.2f}: {steps}."
    yield f"Sample names: {', '.join(score.names)}."
    yield f"{score.seconds:.0f} seconds."
    if score.printed.strip():
        yield "Your recipe printed (in its first run):"
        printed = clean_text(score.printed, 1500, keep="\n\t").rstrip("\n")
        yield from (f"  | {line}" for line in printed.split("\n"))


def verdict(difference: float, half_width: float) -> str:
    """Compare a loss with microgpt's recipe, which is the stub. difference: in nats, negative if better."""
    if abs(difference) <= half_width:
        return "No different from microgpt's recipe beyond noise."
    return f"{abs(difference):.4f} nats {'better' if difference < 0 else 'worse'} than microgpt's recipe."
