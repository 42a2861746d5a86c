"""Draw a computation graph: each value a box with its number and its gradient, the result on the right."""

from __future__ import annotations

from notebook_tools import picture

MOST_BOXES = 40  # more can't be read
WIDTH, HEIGHT, APART = 1.25, 0.66, 1.75  # of a box; columns are APART from each other, rows 1


def show(result, **names) -> None:
    """Draw the graph below a `Value`, such as `show(c, a=a, b=b)`: the names stand in the boxes of their values.

    Raises ValueError when the value remembers no other, and when there are too many to draw.
    """
    below = {id(value): children(value) for value in _all_values(result)}
    if not below[id(result)]:
        raise ValueError(
            "No graph to draw: no attribute of this Value holds the Values that it was computed from. Does your "
            "operator hand its children to the new Value, and does __init__ keep them?"
        )
    called = {id(value): name for name, value in names.items()}
    figure, described = _drawing(result, below, called)
    picture.show(figure, described)


def children(value) -> list:
    """The values that this one was computed from, each once, under whatever names the learner's class keeps them."""
    kind, found = type(value), {}
    slots = [name for base in kind.__mro__ for name in _as_tuple(getattr(base, "__slots__", ()))]
    for name in [*slots, *getattr(value, "__dict__", {})]:
        for other in _values_in(getattr(value, name, None), kind):
            if other is not value:
                found[id(other)] = other
    return list(found.values())


def _as_tuple(names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _values_in(held, kind: type) -> list:
    """The Values that an attribute holds: itself, or in lists and tuples (of pairs, too)."""
    if isinstance(held, kind):
        return [held]
    if isinstance(held, (list, tuple, set, frozenset)):
        return [value for item in held for value in _values_in(item, kind)]
    return []


def _all_values(result) -> list:
    """Every value of the graph, the result first, in the order in which they are met."""
    found = {id(result): result}
    waiting = [result]
    for value in waiting:  # it grows meanwhile
        new = [child for child in children(value) if id(child) not in found]
        found.update({id(child): child for child in new})
        waiting += new
        if len(found) > MOST_BOXES:
            raise ValueError(f"This graph has more than {MOST_BOXES} values: draw a smaller expression.")
    return waiting


def _columns(values: list, below: dict[int, list]) -> tuple[list[list[int]], dict[tuple[int, int], list[int]]]:
    """Which box stands in which column, the result's first, and by which stations each line runs, child to parent.

    A line that skips a column gets an empty place in it, named by a negative number, so that it crosses no box.
    """
    level = dict.fromkeys(map(id, values), 0)
    for _ in values:  # as often as the longest path could need
        for value in values:
            for child in below[id(value)]:
                level[id(child)] = max(level[id(child)], level[id(value)] + 1)
    columns: list[list[int]] = [[] for _ in range(max(level.values()) + 1)]
    for value in values:
        columns[level[id(value)]].append(id(value))
    lines, empty = {}, 0
    for value in values:
        for child in below[id(value)]:
            stations = [id(child)]
            for column in range(level[id(child)] - 1, level[id(value)], -1):
                empty -= 1
                columns[column].append(empty)
                stations.append(empty)
            lines[id(child), id(value)] = [*stations, id(value)]
    return columns, lines


def _places(columns: list[list[int]], lines: dict[tuple[int, int], list[int]]) -> dict[int, tuple[float, float]]:
    """A place for each box and empty place: columns from right to left, neighbours near what they are joined to."""
    joined: dict[int, list[int]] = {}
    for stations in lines.values():
        for left, right in zip(stations, stations[1:]):
            joined.setdefault(left, []).append(right)
            joined.setdefault(right, []).append(left)
    height = {}
    for column in columns:
        height.update({key: (len(column) - 1) / 2 - i for i, key in enumerate(column)})
    for _ in range(6):
        for column in columns:
            column.sort(key=lambda key: -sum(height[other] for other in joined[key]) / len(joined[key]))
            height.update({key: (len(column) - 1) / 2 - i for i, key in enumerate(column)})
    return {key: (-APART * i, height[key]) for i, column in enumerate(columns) for key in column}


def _drawing(result, below: dict[int, list], called: dict[int, str]):
    """The figure, and the same in words."""
    from matplotlib.patches import FancyBboxPatch

    values = _all_values(result)
    columns, lines = _columns(values, below)
    place = _places(columns, lines)
    tallest = max(len(column) for column in columns)
    figure = picture.new(1.5 * len(columns) + 0.5, 0.95 * tallest + 0.3)
    axes = figure.add_subplot()
    axes.set(xlim=(-APART * (len(columns) - 1) - 0.8, 0.8), ylim=(-tallest / 2, tallest / 2), aspect="equal")
    axes.axis("off")
    for stations in lines.values():
        xs, ys = zip(*(place[key] for key in stations))
        axes.plot(xs, ys, color="0.45", linewidth=1.3, zorder=1)
        x, y = (xs[-2] + xs[-1]) / 2, (ys[-2] + ys[-1]) / 2
        axes.annotate(
            "", xytext=(x, y), xy=(x + (xs[-1] - x) / 9, y + (ys[-1] - y) / 9), arrowprops={"arrowstyle": "->"}
        )
    words = []
    for value in values:
        x, y = place[id(value)]
        name = called.get(id(value), "result" if value is result else "")
        colour = picture.COLOURS[1] if value is result else "0.45" if below[id(value)] else picture.COLOURS[0]
        corner = (x - WIDTH / 2, y - HEIGHT / 2)
        box = FancyBboxPatch(corner, WIDTH, HEIGHT, boxstyle="round,pad=0,rounding_size=0.1", zorder=2)
        box.set(facecolor="white", edgecolor=colour, linewidth=1.8)
        axes.add_patch(box)
        text = [name] * bool(name) + [f"data {value.data:.4g}", f"grad {value.grad:.4g}"]
        axes.text(x, y, "\n".join(text), ha="center", va="center", fontsize=8.5, zorder=3)
        words.append(_in_words(value, below, called))
    return figure, f"Computation graph of {len(values)} values, from the result back. " + "; ".join(words) + "."


def _in_words(value, below: dict[int, list], called: dict[int, str]) -> str:
    """`c: data 8, gradient 1, made of 6 and a`: values without a name are called by their number."""
    name = called.get(id(value), f"{value.data:.4g}")
    made = " and ".join(called.get(id(child), f"{child.data:.4g}") for child in below[id(value)])
    return f"{name}: data {value.data:.4g}, gradient {value.grad:.4g}" + (f", made of {made}" if made else "")
