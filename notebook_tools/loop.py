"""Draw one step of training with its numbers: tokens, forward, loss, backward, Adam."""

from __future__ import annotations

from collections.abc import Sequence

from notebook_tools import picture, svg


def show(tokens: Sequence[str], nats: Sequence[float], before: float, after: float, moved: int, lr: float) -> None:
    """See `drawing`."""
    picture.show(drawing(tokens, nats, before, after, moved, lr))


def drawing(
    tokens: Sequence[str],
    nats: Sequence[float],
    before: float,
    after: float,
    moved: int,
    lr: float,
    width: float = svg.WIDE,
) -> svg.Picture:
    """The picture. tokens: "BOS", the letters, "BOS". nats: the surprise at each token but the first. before, after:
    the loss of this name before and after the step. moved: how many parameters move, by about lr each.
    """
    drawn = svg.Picture(width, 0, "One step of training, with its numbers")
    count = len(tokens) - 1
    left = 96 if width >= 500 else 12
    across = min((width - left - 8) / count, 110)
    lift = 0 if width >= 500 else 20  # on a phone, the name of a row is above it
    y = 20.0 + lift

    def row(name: str, role: str = "ink") -> None:
        at = (4, y, "start") if lift == 0 else (left, y - 30, "start")
        drawn.text(at[0], at[1], name, role, anchor="start", size=svg.SMALL, bold=True)

    def boxes(words: Sequence[str], role: str, style: str = "tint") -> None:
        for place, word in enumerate(words):
            drawn.box(left + place * across + 4, y - 15, across - 8, 30, role, style, rounded=4)
            drawn.text(left + (place + 0.5) * across, y, word, size=svg.SMALL, on=style == "fill")

    def down(length: float, role: str, up: bool = False) -> None:
        for place in range(count):
            x = left + (place + 0.5) * across
            ends = [(x, y + 17), (x, y + 17 + length)]
            drawn.arrow(ends[::-1] if up else ends, role, 1.6)

    row("tokens")
    boxes(tokens[:-1], "value")
    down(22, "value")
    y += 62
    middle = left + count * across / 2
    drawn.box(left + 4, y - 17, count * across - 8, 34, "residual", "tint")
    drawn.text(middle, y, "forward: the GPT, one token after the other", size=svg.SMALL)
    down(22, "value")
    y += 62 + lift
    row("surprise")
    highest = max(nats)
    for place, (token, number) in enumerate(zip(tokens[1:], nats)):
        x = left + (place + 0.5) * across
        tall = 54 * number / highest
        drawn.box(x - 13, y + 54 - tall, 26, tall, "value", "fill", rounded=1)
        drawn.text(x, y + 45 - tall, f"{number:.2f}", "value", size=svg.SMALL)
        drawn.text(x, y + 66, f"at {token}", size=svg.SMALL)
        drawn.describe(f"At {token} the surprise is {number:.2f} nats.")
    y += 104
    drawn.box(left + 4, y - 17, count * across - 8, 34, "value", "paper")
    drawn.text(middle, y, f"loss: the mean, {before:.3f}", "value", size=svg.SMALL, bold=True)
    drawn.arrow([(middle, y + 18), (middle, y + 42)], "gradient", 3)
    y += 60
    drawn.box(left + 4, y - 17, count * across - 8, 34, "gradient", "tint")
    drawn.text(middle, y, f"backward: a gradient for each of {moved:,}", "gradient", size=svg.SMALL)
    drawn.arrow([(middle, y + 18), (middle, y + 42)], "gradient", 3)
    y += 60
    drawn.box(left + 4, y - 17, count * across - 8, 34, "ink", "paper")
    drawn.text(middle, y, f"Adam: each moves by up to about {lr:g}", size=svg.SMALL)
    y += 36
    said = f"the same name again: loss {after:.3f}"
    drawn.text(middle, y, said, "value", size=svg.SMALL, bold=True)
    drawn.describe(f"Loss {before:.3f}; {moved:,} parameters move by up to about {lr:g}; {said}.")
    drawn.height = y + 14
    return drawn
