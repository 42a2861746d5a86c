"""Draw vectors of two numbers before and after a layer, with the circle on which their mean square is 1."""

from __future__ import annotations

import math

from notebook_tools import picture


def show(before: list[list[float]], after: list[list[float]]) -> None:
    """One thin arrow for each vector before, one thick arrow of the same colour for what became of it."""
    figure = picture.new(5.4, 5.0)
    axes = figure.add_subplot(aspect="equal")
    reach = 1.15 * max(abs(number) for vector in (*before, *after) for number in vector)
    around = [math.pi * step / 90 for step in range(181)]
    axes.plot([math.sqrt(2) * math.cos(a) for a in around], [math.sqrt(2) * math.sin(a) for a in around], "k:", lw=1)
    words = []
    for number, (old, new) in enumerate(zip(before, after), start=1):
        colour = picture.COLOURS[number - 1]
        for vector, width, style in ((old, 1.0, "--"), (new, 3.0, "-")):
            look = {
                "arrowstyle": "->",
                "color": colour,
                "linewidth": width,
                "linestyle": style,
                "shrinkA": 0,
                "shrinkB": 0,
            }
            axes.annotate("", xy=vector, xytext=(0, 0), arrowprops=look)
        axes.plot(*old, "o", color=colour, markersize=5)
        axes.annotate(str(number), old, xytext=(6, 5), textcoords="offset points", fontsize=11)
        words.append(f"{number}: ({old[0]:g}, {old[1]:g}) becomes ({new[0]:.2f}, {new[1]:.2f})")
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), xlabel="first number", ylabel="second number")
    axes.set_title("dashed to a dot: before. thick: after. dotted circle: mean square 1", fontsize=10)
    picture.show(figure, "Arrows from the origin before and after. " + "; ".join(words) + ".")
