"""Draw every list of one forward step at its length: the path of one token through the GPT."""

from __future__ import annotations

from notebook_tools import picture, svg

STREAM = 30  # where the residual stream runs
LEFT = 84  # where lists begin
CELL, TALL = 8.0, 14  # of a number in a list


def show(config, seen: int = 3) -> None:
    """Draw the lists of a model of this `Config` while it reads its token number `seen`."""
    picture.show(drawing(config, seen))


def drawing(config, seen: int = 3, width: float = svg.WIDE) -> svg.Picture:
    """The picture. seen: how many tokens have been read, this one included."""
    n, heads, hidden, vocab = config.n_embd, config.n_head, 4 * config.n_embd, config.vocab_size
    size = n // heads
    numbers = f"The residual stream is a list of {n} numbers."
    drawn = svg.Picture(width, 0, "The path of one token through the GPT: every list at its length", numbers)
    column = _Column(drawn, min(CELL, (width - LEFT - 12) / hidden))
    letter = column.list("row of wte: which letter", [n], "value")
    position = column.list("row of wpe: which position", [n], "value")
    start = column.list("their sum, after rmsnorm", [n], "residual", gap=20)
    column.join((letter, position), start, n)
    names = [f", layer {number}" for number in range(config.n_layer)] if config.n_layer > 1 else [""]
    for name in names:
        column.branch(f"attention{name}: rmsnorm", [n])
        column.list("query", [size] * heads, "attention", note=f"{heads} heads × {size}")
        column.list("keys, in the cache", [n], "attention", times=seen, note=f"{seen} tokens × {n}")
        column.list("values, in the cache", [n], "attention", times=seen, note=f"{seen} tokens × {n}")
        column.list("where heads look", [seen] * heads, "attention", note=f"{heads} heads × {seen}")
        column.list("heads, side by side", [size] * heads, "attention", note=f"{heads} heads × {size}")
        column.add("attn_wo", [n])
        column.branch(f"mlp{name}: rmsnorm", [n])
        column.list("mlp_fc1, then relu", [hidden], "value")
        column.add("mlp_fc2", [n])
    end = column.y - 4
    column.list("logits: lm_head times x", [vocab], "value", gap=14)
    column.list("softmax, probabilities", [vocab], "value")
    drawn.height = column.y + 4
    stream = [(LEFT - 2, start), (STREAM, start), (STREAM, end + 24), (LEFT - 6, end + 24)]
    drawn.arrow(stream, "residual", 6)
    for y in column.sums:
        drawn.dot(STREAM, y, "residual", 12, "paper")
        drawn.text(STREAM, y, "+", "residual", bold=True)
    drawn.text(STREAM, start - 16, f"x: {n}", "residual", size=svg.SMALL, bold=True)
    return drawn


class _Column:
    """Lists from top to bottom, and where they leave the residual stream and come back to it."""

    def __init__(self, drawn: svg.Picture, cell: float) -> None:
        self.drawn, self.cell, self.y = drawn, cell, 6.0
        self.sums: list[float] = []

    def list(
        self, name: str, pieces: list[int], role: str, *, times: int = 1, note: str = "", gap: float = 10
    ) -> float:
        """A name and a list below it, in pieces; `times` of them below each other. The height of its middle."""
        total = sum(pieces)
        note = note or f"{total}"
        self.drawn.text(LEFT, self.y + 8, f"{name}: {note}", anchor="start", size=svg.SMALL)
        top = self.y + 18
        for row in range(times):
            x = float(LEFT)
            for piece in pieces:
                y = top + row * (TALL / 2 + 2 if times > 1 else 0)
                tall = TALL / 2 if times > 1 else TALL
                self.drawn.box(x, y, piece * self.cell, tall, role, "tint", rounded=1)
                marks = "".join(f"M{x + i * self.cell:.1f} {y:.1f}v{tall:.1f}" for i in range(1, piece))
                self.drawn.curve(marks or "M0 0", role, 0.4)
                x += piece * self.cell + 5
        bottom = top + (times * (TALL / 2 + 2) - 2 if times > 1 else TALL)
        self.drawn.describe(f"{name}: {note} numbers." if note == f"{total}" else f"{name}: {note}.")
        self.y = bottom + gap
        return (top + bottom) / 2

    def add(self, name: str, pieces: list[int]) -> float:
        """A list that is added to the residual stream."""
        y = self.list(f"{name}, added to x", pieces, "residual")
        self.drawn.arrow([(LEFT - 2, y), (STREAM + 14, y)], "residual", 2)
        self.sums.append(y)
        self.y += 10
        return y

    def join(self, heights: tuple[float, float], to: float, length: int) -> None:
        """Two lists of this length are added, and become a third."""
        right = LEFT + length * self.cell
        x = max(right + 40, max(text.right for text in self.drawn.texts) + 16)
        for y in heights:
            self.drawn.line([(right + 4, y), (x, y), (x, to - 12)], "value", 2)
        self.drawn.arrow([(x, to), (right + 6, to)], "residual", 2)
        self.drawn.dot(x, to, "residual", 12, "paper")
        self.drawn.text(x, to, "+", "residual", bold=True)

    def branch(self, name: str, pieces: list[int]) -> None:
        """A list that is computed from the residual stream."""
        y = self.list(name, pieces, "residual")
        self.drawn.arrow([(STREAM, y), (LEFT - 4, y)], "residual", 2)
