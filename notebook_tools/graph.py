"""Draw a computation graph: each value a box with its operator, its number and its gradient, the result at the end.

An arrow carries the local gradient: how fast the value moves when this input does. A learner's class may keep inputs
and local gradients under any names; the operator is what turns the inputs' numbers into the value's.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from notebook_tools import picture, svg

MOST_BOXES = 40  # more can't be read
HEIGHT, ACROSS, BELOW = 52, 70, 56  # of a box; from box to box along the arrows, on a desk and on a phone
SIDEWAYS = 22  # from box to box across the arrows
SIGNS = {"*": "×", "-": "−", "/": "÷"}


@dataclass(frozen=True)
class Node:
    """A value of a graph. inputs: the keys of the values that it was computed from, and the local gradients."""

    name: str
    operator: str
    data: float
    grad: float = 0.0
    inputs: tuple[tuple[int, float | None], ...] = ()


Nodes = Mapping[int, Node]  # the result first


def show(result, **names) -> None:
    """Draw the graph below a `Value`, such as `show(c, a=a, b=b)`: each name is shown in its value's box.

    Raises ValueError when the value remembers no other, and when there are too many to draw.
    """
    nodes = read(result, names)
    picture.show(drawing(nodes, upright=Diagram(nodes).width > 1.3 * svg.WIDE))


def read(result, names: Mapping[str, object] | None = None) -> dict[int, Node]:
    """The graph below a learner's `Value`. Raises ValueError, as `show`."""
    values = _all_values(result)
    if not children(result):
        raise ValueError(
            "No graph to draw: no attribute of this Value holds the Values that it was computed from. Does your "
            "operator hand its children to the new Value, and does __init__ keep them?"
        )
    called = {id(value): name for name, value in (names or {}).items()}
    nodes = {}
    for value in values:
        inputs = _inputs(value)
        slopes = _kept_slopes(value, len(inputs))
        operator, exact = _operator(value, [child.data for child in inputs], slopes)
        pairs = tuple(zip(map(id, inputs), slopes or exact))
        nodes[id(value)] = Node(called.get(id(value), ""), operator, value.data, value.grad, pairs)
    return nodes


def children(value) -> list:
    """The values that this one was computed from, each once, whatever the learner's class calls them."""
    return list({id(child): child for child in _inputs(value)}.values())


def _inputs(value) -> list:
    """The values that this one was computed from, one entry for each use where the class keeps it so."""
    found: list = []
    for held in _attributes(value):
        values = [other for other in _values_in(held, type(value)) if other is not value]
        new = [other for other in values if not any(other is one for one in found)]
        if found and new:
            found += new  # left and right under separate names
        elif len(values) > len(found):
            found = values
    return found


def _attributes(value) -> list:
    slots = [name for base in type(value).__mro__ for name in _as_tuple(getattr(base, "__slots__", ()))]
    return [getattr(value, name, None) for name in [*slots, *getattr(value, "__dict__", {})]]


def _kept_slopes(value, count: int) -> list[float] | None:
    """The local gradients that a learner's class keeps: as many numbers as there are inputs, alone or in pairs."""
    for held in _attributes(value):
        if isinstance(held, (list, tuple)) and len(held) == count and count:
            numbers = [_slope_in(item) for item in held]
            if None not in numbers:
                return numbers
    return None


def _slope_in(item) -> float | None:
    if isinstance(item, (int, float)):
        return float(item)
    if isinstance(item, (list, tuple)):
        numbers = [part for part in item if isinstance(part, (int, float))]
        return float(numbers[0]) if len(numbers) == 1 else None
    return None


def _operator(value, xs: Sequence[float], slopes: Sequence[float] | None) -> tuple[str, list[float | None]]:
    """The operator that makes the value's number of these, with its local gradients: "?" when none does."""
    if not xs:
        return "", []
    kept = getattr(value, "_op", "")
    fitting = [(name, exact) for name, result, exact in _candidates(xs, value.data) if _near(result, value.data)]
    if isinstance(kept, str) and 0 < len(kept) < 7:
        return SIGNS.get(kept, kept), next((exact for _, exact in fitting), [None] * len(xs))
    if slopes:
        for name, exact in fitting:
            if all(map(_near, exact, slopes)):
                return name, exact
        if len(xs) == 1 and xs[0] and value.data:
            exponent = slopes[0] * xs[0] / value.data  # the slope of x^n is n x^(n-1)
            return f"^{exponent:.3g}".replace("-", "−"), list(slopes)
    return fitting[0] if fitting else ("?", [None] * len(xs))


def _candidates(xs: Sequence[float], data: float) -> Iterable[tuple[str, float, list[float | None]]]:
    """Operators by name, with what they make of the numbers and with their local gradients."""
    if len(xs) == 2:
        x, y = xs
        yield "+", x + y, [1.0, 1.0]
        yield "×", x * y, [y, x]
        yield "−", x - y, [1.0, -1.0]
        if y:
            yield "÷", x / y, [1 / y, -x / y**2]
    if len(xs) == 1:
        (x,) = xs
        yield "relu", max(0.0, x), [float(x > 0)]
        yield "^2", x * x, [2 * x]
        yield "−", -x, [-1.0]
        yield "+", 2 * x, [2.0]
        if x < 700:
            yield "exp", math.exp(x), [math.exp(x)]
        if x:
            yield "^−1", 1 / x, [-1 / x**2]
        if x > 0:
            yield "log", math.log(x), [1 / x]
            yield "^0.5", x**0.5, [0.5 * x**-0.5]
            yield "^−0.5", x**-0.5, [-0.5 * x**-1.5]
            if x != 1 and data > 0:
                exponent = math.log(data) / math.log(x)
                yield f"^{exponent:.3g}".replace("-", "−"), data, [exponent * data / x]
    if len(xs) > 2:
        yield "+", sum(xs), [1.0] * len(xs)


def _near(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)


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


def _columns(
    values: list[int], below: dict[int, list[int]]
) -> tuple[list[list[int]], dict[tuple[int, int], list[int]]]:
    """Sort boxes into columns, the result's first, and list the places that each line passes, from child to parent.

    A line that skips a column gets an empty place in it, named by a negative number, so that it crosses no box.
    """
    level = dict.fromkeys(values, 0)
    for _ in values:  # as often as the longest path could need
        for value in values:
            for child in below[value]:
                level[child] = max(level[child], level[value] + 1)
    columns: list[list[int]] = [[] for _ in range(max(level.values()) + 1)]
    for value in values:
        columns[level[value]].append(value)
    lines, empty = {}, 0
    for value in values:
        for child in below[value]:
            stations = [child]
            for column in range(level[child] - 1, level[value], -1):
                empty -= 1
                columns[column].append(empty)
                stations.append(empty)
            lines[child, value] = [*stations, value]
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
    return {key: (float(-i), height[key]) for i, column in enumerate(columns) for key in column}


class Diagram:
    """A graph laid out: a place for each box. upright: the result below its inputs, for a narrow page."""

    def __init__(self, nodes: Nodes, upright: bool = False, grads: bool = True) -> None:
        self.nodes, self.upright = nodes, upright
        keys = list(nodes)
        below = {key: list(dict.fromkeys(child for child, _ in nodes[key].inputs)) for key in keys}
        columns, self.lines = _columns(keys, below)
        places = _places(columns, self.lines)
        widest = max(svg.measure(_first_line(node), svg.SMALL) for node in nodes.values())
        paid = max(svg.measure(_second_line(node.grad), svg.SMALL) for node in nodes.values()) if grads else 0
        self.box_width = max(widest, paid, 40) + 26
        tallest = max(len(column) for column in columns)
        along, across = (
            (BELOW + HEIGHT, SIDEWAYS + self.box_width) if upright else (ACROSS + self.box_width, SIDEWAYS + HEIGHT)
        )
        size = ((len(columns) - 1) * along, (tallest - 1) * across)
        self.middle = {}
        for key, (column, height) in places.items():
            a, c = size[0] + column * along, size[1] / 2 - height * across
            self.middle[key] = (c, a) if upright else (a, c)
        self.width = (size[1] if upright else size[0]) + self.box_width + 20
        self.height = (size[0] if upright else size[1]) + HEIGHT + (24 if upright else 4) + 12

    def draw(
        self,
        drawn: svg.Picture,
        left: float,
        top: float,
        paid: Mapping[int, float] | None = None,
        hot: Mapping[int, str] | None = None,
        marks: Mapping[int, str] | None = None,
        notes: Mapping[int, str] | None = None,
    ) -> None:
        """Draw it with its corner there. paid: the known gradients, all by default. hot: values that pass on their
        gradients, with the factor to write before the local gradient. marks: a word at a box's corner. notes: one below
        a box.
        """
        paid = {key: node.grad for key, node in self.nodes.items()} if paid is None else paid
        x0, y0 = left + self.box_width / 2 + 16, top + HEIGHT / 2 + (20 if self.upright else 2)
        place = {key: (x0 + x, y0 + y) for key, (x, y) in self.middle.items()}
        mine = []
        for key in self.nodes:
            x, y = place[key]
            mine.append(svg.Box(x - self.box_width / 2, y - HEIGHT / 2, x + self.box_width / 2, y + HEIGHT / 2))
        drawn.obstacles += mine
        arrows = []
        for (child, parent), stations in self.lines.items():
            points = self._arrow([place[station] for station in stations], parent)
            carries = hot is not None and parent in hot
            drawn.arrow(points, "gradient" if carries else "soft", 2.2 if carries else 1.4)
            arrows.append((child, parent, points, carries))
        for key, node in self.nodes.items():
            self._box(drawn, place[key], node, paid.get(key), (marks or {}).get(key, ""))
            if notes and key in notes:
                x, y = place[key]
                at = (x + self.box_width / 2 + 6, y, "start") if self.upright else (x, y + HEIGHT / 2 + 12, "middle")
                drawn.text(*at[:2], notes[key], anchor=at[2], size=svg.SMALL, bold=True)
        for child, parent, points, carries in arrows:
            uses = [slope for other, slope in self.nodes[parent].inputs if other == child]
            if None in uses:
                continue
            words = " + ".join(svg.number(slope, 3) for slope in uses)
            if carries:
                words = f"{hot[parent]}·({words})" if len(uses) > 1 or words[0] == "−" else f"{hot[parent]}·{words}"
            self._edge_label(drawn, points, words)

    def _arrow(self, stations: Sequence[svg.Point], parent: int) -> list[svg.Point]:
        (first, *between, last) = stations
        if self.upright:
            return [(first[0], first[1] + HEIGHT / 2), *between, (last[0], last[1] - HEIGHT / 2 - 12)]
        reach = max(12.0, svg.measure(self.nodes[parent].operator, svg.SMALL) / 2 + 6)
        return [(first[0] + self.box_width / 2, first[1]), *between, (last[0] - self.box_width / 2 - reach, last[1])]

    def _box(self, drawn: svg.Picture, middle: svg.Point, node: Node, grad: float | None, mark: str) -> None:
        x, y = middle
        left, top = x - self.box_width / 2, y - HEIGHT / 2
        drawn.box(left, top, self.box_width, HEIGHT, "soft" if node.inputs else "value", "paper")
        shift = 6 if node.operator and not self.upright else 0
        y += 5 if node.operator and self.upright else 0
        drawn.text(x + shift, y - (10 if grad is not None else 0), _first_line(node), "value", size=svg.SMALL)
        if grad is not None:
            drawn.text(x + shift, y + 11, _second_line(grad), "gradient", size=svg.SMALL)
        if node.operator:
            half = max(12.0, svg.measure(node.operator, svg.SMALL) / 2 + 6)
            at = (x, top - 3) if self.upright else (left, y)
            drawn.box(at[0] - half, at[1] - 12, 2 * half, 24, "ink", "paper", rounded=12)
            drawn.text(*at, node.operator, size=svg.SMALL, bold=True)
        if mark:
            drawn.box(x + self.box_width / 2 - 12, top - 9, 22, 22, "ink", "fill", rounded=11)
            drawn.text(x + self.box_width / 2 - 1, top + 2, mark, size=svg.SMALL, bold=True, on=True)

    def _edge_label(self, drawn: svg.Picture, points: Sequence[svg.Point], words: str) -> None:
        """Write the local gradient next to its arrow, where there is room."""
        places = []
        pieces = list(zip(points, points[1:]))
        for share in (0.45, 0.3, 0.6, 0.2, 0.75):
            for (x0, y0), (x1, y1) in pieces:
                x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
                if self.upright:
                    places += [(x + 7, y, "start"), (x - 7, y, "end")]
                else:
                    slope = abs(y1 - y0) / max(abs(x1 - x0), 1.0)
                    lift = 9 + 0.5 * slope * svg.measure(words, svg.SMALL)
                    places += [(x, y - min(lift, 26), "middle"), (x, y + min(lift, 26), "middle")]
        drawn.label(places, words, "gradient", size=svg.SMALL, halo=True)


def drawing(nodes: Nodes, title: str = "", upright: bool = False, known: Collection[int] | None = None) -> svg.Picture:
    """The whole graph with all that is known about it. known: whose gradients are shown, all by default."""
    diagram = Diagram(nodes, upright)
    title = title or f"Computation graph of {len(nodes)} values, from the result back"
    drawn = svg.Picture(diagram.width, diagram.height + 24, title, describe(nodes))
    paid = None if known is None else {key: nodes[key].grad for key in known}
    diagram.draw(drawn, 0, 22, paid)
    x = 4.0
    for words, role in (("number", "value"), ("gradient; on arrows: local gradient", "gradient")):
        drawn.text(x, 10, words, role, anchor="start", size=svg.SMALL)
        x += svg.measure(words, svg.SMALL) + 16
    drawn.width = max(drawn.width, x)
    return drawn


def describe(nodes: Nodes) -> str:
    """`c: data 8, gradient 1, made by + of 6 (local gradient 1) and a (local gradient 1)`, and so on."""
    return "; ".join(_in_words(node, nodes) for node in nodes.values()) + "."


def _in_words(node: Node, nodes: Nodes) -> str:
    inputs = [
        f"{nodes[key].name or svg.number(nodes[key].data)}"
        + (f" (local gradient {svg.number(slope, 3)})" if slope is not None else "")
        for key, slope in node.inputs
    ]
    made = f", made by {node.operator} of {' and '.join(inputs)}" if inputs else ""
    return f"{node.name or svg.number(node.data)}: data {svg.number(node.data)}, gradient {svg.number(node.grad)}{made}"


def _first_line(node: Node) -> str:
    return f"{node.name} = {svg.number(node.data)}" if node.name else svg.number(node.data)


def _second_line(grad: float) -> str:
    return f"grad {svg.number(grad)}"
