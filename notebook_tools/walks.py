"""Draw backpropagation step by step, and why the order of its steps matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from notebook_tools import graph, picture, svg

GAP = 18  # between panels
RADIUS = 17  # of a value in the small pictures


def show_steps() -> None:
    """Show the worked example of part 1, step by step."""
    picture.show(step_by_step(by_hand(), "Backpropagation through c = a·b + a, step by step"))


def show_two_walks() -> None:
    """Show what a walk that does not wait computes on a diamond."""
    picture.show(two_walks(diamond(), "A value that is used twice: the naive walk and the right one"))


def show_order() -> None:
    """Show how the topological order of the diamond is built."""
    picture.show(building_the_order(diamond(), "The topological order, built by a depth-first search"))


def show_to_order() -> None:
    """Show the small graph whose order the learner writes down."""
    picture.show(graph.drawing(to_order(), "z = h·x + h, where h = a·b", known=()))


def try_order(names: Sequence[str]) -> None:
    """Print what `backward` would compute with this list for the small graph, the first value first."""
    print(tried(to_order(), names))


def order(nodes: graph.Nodes) -> list[int]:
    """The values, each after its inputs: the topological order that a depth-first search from the result finds."""
    found: list[int] = []

    def visit(key: int) -> None:
        if key not in found:
            for child, _ in nodes[key].inputs:
                visit(child)
            found.append(key)

    visit(next(iter(nodes)))
    return found


def pass_on(nodes: graph.Nodes, walk: Sequence[int]) -> list[dict[int, float]]:
    """The gradients at the beginning, and after each value of the walk has passed on its own."""
    grads = {next(iter(nodes)): 1.0}
    states = [dict(grads)]
    for key in walk:
        for child, slope in nodes[key].inputs:
            grads[child] = grads.get(child, 0.0) + grads.get(key, 0.0) * slope
        states.append(dict(grads))
    return states


def naive(nodes: graph.Nodes) -> list[int]:
    """The walk that visits each value once, as soon as it is reached: it does not wait for the value's other uses."""
    found: list[int] = []

    def visit(key: int) -> None:
        if key not in found:
            found.append(key)
            for child, _ in nodes[key].inputs:
                visit(child)

    visit(next(iter(nodes)))
    return found


def tried(nodes: graph.Nodes, names: Sequence[str]) -> str:
    """What is wrong with a list of all values, or that each of them comes after its inputs."""
    keys = {node.name: key for key, node in nodes.items()}
    if unknown := [name for name in names if name not in keys]:
        return f"There is no {unknown[0]} in this graph. Its values: {', '.join(sorted(keys))}."
    if missing := [name for name in sorted(keys) if name not in names]:
        return f"Not yet: {', '.join(missing)} must be on the list, too."
    if repeated := [name for name in sorted(keys) if list(names).count(name) > 1]:
        return f"Not yet: {repeated[0]} is on the list twice, so it would pass on its gradient twice."
    walk = [keys[name] for name in reversed(names)]
    states, right = pass_on(nodes, walk), pass_on(nodes, list(reversed(order(nodes))))[-1]
    from_the_end = f"From its end, backward visits {', '.join(reversed(names))}."
    for value in names:
        inputs = [nodes[child].name for child, _ in nodes[keys[value]].inputs]
        late = next((name for name in inputs if names.index(name) > names.index(value)), None)
        if late is not None:
            had = svg.number(states[walk.index(keys[late])].get(keys[late], 0.0))
            wrong = [key for key in nodes if states[-1].get(key, 0.0) != right[key]]
            got = "".join(
                f" {nodes[key].name} ends with {svg.number(states[-1].get(key, 0.0))} instead of "
                f"{svg.number(right[key])}."
                for key in wrong
            )
            return (
                f"Not yet: {value} is on the list before its input {late}. {from_the_end} So {late} passes on its "
                f"gradient, {had}, before {value} has added its share.{got}"
            )
    grads = ", ".join(f"{nodes[key].name} {svg.number(right[key])}" for key in walk)
    return (
        f"Right: each value is on the list after its inputs. {from_the_end} The gradients: {grads}. "
        "Other orders can be right, too."
    )


def step_by_step(nodes: graph.Nodes, title: str, width: float = svg.WIDE) -> svg.Picture:
    """The values forward, then a panel for each value that passes on its gradient, the result first."""
    walk = [key for key in reversed(order(nodes)) if nodes[key].inputs]
    states = pass_on(nodes, walk)
    name = {key: node.name or svg.number(node.data) for key, node in nodes.items()}
    final = _with_gradients(nodes, states[-1])
    panels = [("Forward: each step computes a value and its local gradients.", {}, {})]
    for key, before, after in zip(walk, states, states[1:]):
        shares = []
        for child in dict.fromkeys(child for child, _ in nodes[key].inputs):
            slopes = [slope for other, slope in nodes[key].inputs if other == child]
            gain = sum(slopes) * before[key]
            had = svg.number(before.get(child, 0.0))
            total = f" ({had} + {svg.as_term(gain)} = {svg.number(after[child])})" if child in before else ""
            shares.append(f"{name[child]} gets {svg.number(gain)}{total}")
        begin = f"Backward: {name[key]} starts with gradient 1. It" if key == walk[0] else name[key]
        text = f"{begin} passes {svg.number(before[key])} times the local gradient to its inputs: {', '.join(shares)}."
        panels.append((text, after, {key: svg.number(before[key])}))
    return _stacked(final, panels, title, width, graph.describe(final))


def two_walks(nodes: graph.Nodes, title: str, width: float = svg.WIDE) -> svg.Picture:
    """The naive walk, which goes wrong, and the right one: the number at a box says when it passes on its gradient."""
    panels, said = [], []
    right = pass_on(nodes, list(reversed(order(nodes))))[-1]
    for label, walk in (("Naive walk", naive(nodes)), ("Topological order", list(reversed(order(nodes))))):
        states = pass_on(nodes, walk)
        names = ", ".join(nodes[key].name for key in walk)
        wrong = [key for key in nodes if states[-1][key] != right[key]]
        text = f"{label}: {names}."
        if wrong:
            early = next(key for at, key in enumerate(walk) if states[at].get(key) != states[-1][key])
            then = states[walk.index(early)][early]
            whole = svg.number(right[early])
            text += f" {nodes[early].name} passes on {svg.number(then)}, and its gradient becomes {whole} only later."
            text += "".join(
                f" So {nodes[key].name} gets {svg.number(states[-1][key])} instead of {svg.number(right[key])}."
                for key in wrong
            )
        else:
            text += " Each value waits for all values that use it."
        marks = {key: str(at) for at, key in enumerate(walk, start=1)}
        notes = {key: f"not {svg.number(right[key])}" for key in wrong}
        if wrong:
            notes[early] = f"passed on {svg.number(then)}"
        panels.append((text, states[-1], {}, marks, notes))
        said.append(text)
    return _stacked(_with_gradients(nodes, right), panels, title, width, " ".join(said))


def building_the_order(nodes: graph.Nodes, title: str, width: float = svg.WIDE) -> svg.Picture:
    """The depth-first search from the result: a panel for each value that goes on the list."""
    columns = 3 if width >= 600 else 2 if width >= 440 else 1
    across = width / columns
    upright = graph.Diagram(nodes, grads=False)
    xs, ys = ([point[axis] for point in upright.middle.values()] for axis in (0, 1))
    unit = (across - 2 * RADIUS - 24) / (max(xs) - min(xs))
    height = max((max(ys) - min(ys)) * 0.75, 2 * RADIUS) + 2 * RADIUS
    full = order(nodes)
    down = height + 98
    rows = -(-len(full) // columns)
    rule = "A value goes on the list once all of its inputs are on it."
    drawn = svg.Picture(width, 0, title, rule)
    begin = drawn.lines_of_text(6, 12, rule, width - 12, anchor="start", size=svg.SMALL, bold=True) + 2
    for index, key in enumerate(full):
        listed, path = full[: index + 1], _path_to(key, nodes, full[:index])
        left, top = index % columns * across, begin + index // columns * down
        node = nodes[key]
        inputs = " and ".join(dict.fromkeys(nodes[child].name for child, _ in node.inputs))
        verb = "is" if len({child for child, _ in node.inputs}) == 1 else "are"
        walked = " → ".join(nodes[step].name for step in path)
        text = f"{walked}: {node.name} has no inputs." if not inputs else f"{walked}: {inputs} {verb} on the list."
        drawn.describe(f"Step {index + 1}: {text} The list: {', '.join(nodes[one].name for one in listed)}.")
        drawn.lines_of_text(left + 6, top + 12, f"{index + 1}. {text}", across - 14, anchor="start", size=svg.SMALL)
        place = {
            one: (left + RADIUS + 8 + (x - min(xs)) * unit, top + 44 + RADIUS + (y - min(ys)) * 0.75)
            for one, (x, y) in upright.middle.items()
        }
        for (child, parent), stations in upright.lines.items():
            points = [place[station] for station in stations]
            on_path = child in path and parent in path
            drawn.line(points, "ink" if on_path else "soft", 3 if on_path else 1)
        for one in nodes:
            drawn.dot(*place[one], "value" if one in listed else "ink" if one in path else "soft", RADIUS, "paper")
            if one in listed:
                drawn.dot(*place[one], "value", RADIUS, "fill")
            drawn.text(*place[one], nodes[one].name, bold=one in path, on=one in listed)
        y = top + 44 + height + 18
        drawn.text(left + 6, y, "list:", "soft", anchor="start", size=svg.SMALL)
        for at, one in enumerate(listed):
            x = left + 48 + 28 * at
            drawn.box(x, y - 13, 25, 26, "value", "tint", rounded=3)
            drawn.text(x + 12.5, y, nodes[one].name, bold=one == key)
    back = ", ".join(nodes[one].name for one in reversed(full))
    drawn.text(
        6, begin + rows * down + 8, f"backward walks the list from its end: {back}", anchor="start", size=svg.SMALL
    )
    drawn.describe(f"backward walks the list from its end: {back}.")
    drawn.height = begin + rows * down + 24
    return drawn


def by_hand() -> dict[int, graph.Node]:
    """c = a·b + a at a = 2, b = 3."""
    c, d, a, b = range(4)
    return {
        c: graph.Node("c", "+", 8.0, 1.0, ((d, 1.0), (a, 1.0))),
        d: graph.Node("d", "×", 6.0, 1.0, ((a, 3.0), (b, 2.0))),
        a: graph.Node("a", "", 2.0, 4.0),
        b: graph.Node("b", "", 3.0, 2.0),
    }


def to_order() -> dict[int, graph.Node]:
    """z = h·x + h with h = a·b, at a = 2, b = 3, x = 2: h is near the result on one path and farther on the other."""
    z, m, h, x, a, b = range(6)
    return {
        z: graph.Node("z", "+", 18.0, inputs=((m, 1.0), (h, 1.0))),
        m: graph.Node("m", "×", 12.0, inputs=((h, 2.0), (x, 6.0))),
        h: graph.Node("h", "×", 6.0, inputs=((a, 3.0), (b, 2.0))),
        x: graph.Node("x", "", 2.0),
        a: graph.Node("a", "", 2.0),
        b: graph.Node("b", "", 3.0),
    }


def diamond() -> dict[int, graph.Node]:
    """x → a, a → b and c, b·c: a is used twice, and was itself computed from x. x = 1, a = 3x, b = 2a, c = a + 1."""
    y, b, c, a, x = range(5)
    nodes = {
        y: graph.Node("y", "×", 24.0, inputs=((b, 4.0), (c, 6.0))),
        b: graph.Node("b", "×2", 6.0, inputs=((a, 2.0),)),
        c: graph.Node("c", "+1", 4.0, inputs=((a, 1.0),)),
        a: graph.Node("a", "×3", 3.0, inputs=((x, 3.0),)),
        x: graph.Node("x", "", 1.0),
    }
    return _with_gradients(nodes, pass_on(nodes, list(reversed(order(nodes))))[-1])


def _with_gradients(nodes: graph.Nodes, grads: Mapping[int, float]) -> dict[int, graph.Node]:
    return {key: replace(node, grad=grads[key]) for key, node in nodes.items()}


def _path_to(key: int, nodes: graph.Nodes, listed: Sequence[int]) -> list[int]:
    """The values that the search is in when it reaches this one: the first way from the result past what is listed."""

    def search(at: int) -> list[int] | None:
        if at == key:
            return [at]
        for child, _ in nodes[at].inputs:
            if child not in listed and (rest := search(child)):
                return [at, *rest]
        return None

    return search(next(iter(nodes))) or [key]


def _stacked(nodes: graph.Nodes, panels: Sequence[tuple], title: str, width: float, description: str) -> svg.Picture:
    """Panels below each other: a text, the known gradients, the values that pass theirs on, marks and notes."""
    diagram = graph.Diagram(nodes)
    if diagram.width > width:
        diagram = graph.Diagram(nodes, upright=True)
    heights = [
        len(svg.wrap(panel[0], width - 12, svg.SMALL)) * 1.35 * svg.SMALL + diagram.height + 16 for panel in panels
    ]
    drawn = svg.Picture(width, sum(heights) + GAP * (len(panels) - 1), title, description)
    top = 0.0
    for (text, paid, hot, *more), height in zip(panels, heights):
        below = drawn.lines_of_text(4, top + 10, text, width - 12, anchor="start", size=svg.SMALL)
        left = max((width - diagram.width) / 2, 0)
        diagram.draw(drawn, left, below + 4, paid, hot, *more)
        top += height + GAP
        if panels[-1][0] != text:
            drawn.grid([(4, top - GAP / 2), (width - 4, top - GAP / 2)])
    return drawn
