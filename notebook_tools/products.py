"""Draw linear as dot products: each row of the matrix with the vector, and both as arrows."""

from __future__ import annotations

from collections.abc import Sequence

from notebook_tools import chart, picture, svg

CELL = 34
Matrix = Sequence[Sequence[float]]


def show(x: Sequence, w: Sequence[Sequence], outputs: Sequence) -> None:
    """Draw a learner's `linear(x, w)` and its outputs: `Value`s or numbers, two to a row."""
    plain = [svg.plain(value) for value in x], [[svg.plain(value) for value in row] for row in w]
    picture.show(drawing(*plain, [svg.plain(value) for value in outputs]))


def drawing(x: Sequence[float], w: Matrix, outputs: Sequence[float], width: float = svg.WIDE) -> svg.Picture:
    """The picture. Raises ValueError when there is not one output for each row."""
    if len(outputs) != len(w):
        raise ValueError(f"linear gave {len(outputs)} numbers for {len(w)} rows: it must give one for each.")
    beside = width >= 600
    side = 250
    table = 360 if beside else width
    high = 52 * len(w) + 40
    drawn = svg.Picture(
        width, max(high, side + 50) if beside else high + side + 60, "linear: a dot product for each row"
    )
    y = 14.0
    drawn.text(10 + CELL, y, "row of w", "soft", size=svg.SMALL)
    drawn.text(2 * CELL + 38 + CELL, y, "x", "soft", size=svg.SMALL)
    drawn.text(table - 62, y, "output", "soft", size=svg.SMALL)
    for count, (row, output) in enumerate(zip(w, outputs), start=1):
        y = 52 * count
        _cells(drawn, 10, y, row, "other")
        drawn.text(2 * CELL + 22, y, "·", bold=True)
        _cells(drawn, 2 * CELL + 36, y, x, "value")
        terms = " + ".join(svg.as_term(weight * value, 3) for weight, value in zip(row, x))
        drawn.text(4 * CELL + 46, y, f"= {terms} =", anchor="start", size=svg.SMALL)
        _cells(drawn, table - 82, y, [output], "value", "fill")
        drawn.describe(f"Row {count}, {svg.as_vector(row)}, times {svg.as_vector(x)} is {svg.number(output)}.")
    place = (table + 40, 16, side, side) if beside else (50, high + 10, side, side)
    reach = 1.15 * max(abs(value) for vector in (*w, x) for value in vector)
    scale = chart.Scale(-reach, reach)
    plot = chart.Plot(drawn, place, scale, scale)
    plot.axes()
    origin = plot.at(0, 0)
    for vector, role, name in [(x, "value", "x"), *((row, "other", f"row {i}") for i, row in enumerate(w, start=1))]:
        tip = plot.at(*vector[:2])
        drawn.arrow([origin, tip], role, 3.5 if role == "value" else 2)
        right = tip[0] >= origin[0] and role != "value"
        places = [
            (tip[0] + (7 if right else -7), tip[1], "start" if right else "end"),
            (tip[0], tip[1] - 12, "middle"),
            (tip[0], tip[1] + 12, "middle"),
        ]
        drawn.label(places, name, role, size=svg.SMALL, bold=role == "value", halo=True)
    return drawn


def _cells(drawn: svg.Picture, left: float, y: float, row: Sequence[float], role: str, style: str = "tint") -> None:
    for place, value in enumerate(row):
        wide = CELL if style == "tint" else CELL + 8
        drawn.box(left + place * CELL, y - 15, wide - 3, 30, role, style, rounded=3)
        on = style == "fill"
        drawn.text(left + place * CELL + (wide - 3) / 2, y, svg.number(value, 3), bold=on, on=on)
