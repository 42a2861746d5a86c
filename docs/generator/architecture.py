"""The picture and the table of docs/contributor/architecture.md, from what the modules of autograder/ import.

    python docs/generator/architecture.py

writes architecture.svg and, in architecture.md, the table between its two marks. A test says when they are stale.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "autograder"
PAGE = ROOT / "docs" / "contributor" / "architecture.md"
PICTURE = PAGE.with_suffix(".svg")
BEGIN, END = "<!-- rooms: written by docs/generator/architecture.py -->\n", "<!-- end of rooms -->"

# A room is a folder of autograder/, or some modules that belong together, with what it is for.
ROOMS = {
    "cli": "parse, call, print",
    "classroom": "a class and its gradebook",
    "insight": "figures of a class, likeness",
    "batch": "many submissions, a ledger",
    "class_folder": "settings, work, verdicts",
    "archives": "what strangers packed",
    "leaderboard": "recipes and their board",
    "learner": "watch, hint, progress, reset",
    "bundle": "the course without answers",
    "capstone": "the whole model, graded",
    "notebooks": "lessons and their release",
    "training": "the reference, trained",
    "check": "a folder's parts, checked",
    "render": "reports for people",
    "grading": "one submission, one report",
    "sandbox": "other people's code",
    "model": "the model in numpy",
    "stubs": "exercises from solutions",
    "viva": "questions about own code",
    "datasets": "names, with checksums",
    "course": "parts and tasks",
    "development": "tests, lint, this site",
}
MODULES_OF = {
    "cli": ("cli", "rooms", "appeal_command"),
    "classroom": ("classroom", "doctor"),
    "check": ("check", "one_file"),
    "grading": ("grading", "appeal_file"),
    "stubs": ("stubs", "backups"),
    "development": ("development", "development_commands", "site"),
}
# Small modules that know nothing of the rest, and the set-up that runs before anything can be imported.
APART = {
    "bare_help",
    "console",
    "ending",
    "curve",
    "database",
    "extras",
    "files",
    "install",
    "setup_environment",
    "wording",
    "__main__",
}
# Run elsewhere: suites and probes, what is copied into packages for others.
ELSEWHERE = {"parts", "student", "gradescope_files", "classroom50_files"}

WIDTH, BOX, HEIGHT, GAP, LANE = 980, 176, 46, 40, 14
STYLE = """
.architecture { font: 13px system-ui, sans-serif; background: var(--color-background-primary, #fff); }
.architecture rect { fill: var(--color-background-secondary, #f2f4f7); }
.architecture rect, .architecture path { stroke: var(--color-foreground-muted, #6b6f76); }
.architecture text { fill: var(--color-foreground-primary, #000); text-anchor: middle; }
.architecture .name { font-weight: 600; }
.architecture .what { font-size: 11px; }
.architecture path { fill: none; stroke-width: 1.3; }
.architecture .up { stroke-dasharray: 4 4; }
.architecture marker path { fill: var(--color-foreground-muted, #6b6f76); stroke: none; }
"""


@dataclass
class Imports:
    """What rooms import. early: when they are loaded, so there is no circle. late: while they run, by a function."""

    early: dict[str, set[str]] = field(default_factory=dict)
    late: dict[str, set[str]] = field(default_factory=dict)


def room_of(module: str) -> str | None:
    """The room of `autograder.grading.report`; None of what stands apart. Raises ValueError where none is known."""
    name = (module.split(".") + [""])[1]
    for room, names in MODULES_OF.items():
        if name in names:
            return room
    if name in APART or not name:
        return None
    if name not in ROOMS:
        raise ValueError(f"autograder/{name} has no room: name one for it in ROOMS of docs/generator/architecture.py.")
    return name


@functools.cache
def imports(code: Path = CODE) -> Imports:
    """Which room imports which, read from the source of all modules."""
    sources = {}
    for path in sorted(code.rglob("*.py")):
        relative = path.relative_to(code.parent)
        if not ELSEWHERE & set(relative.parts):
            sources[".".join(relative.with_suffix("").parts).removesuffix(".__init__")] = path
    found = Imports()
    for module, path in sources.items():
        room = room_of(module)
        for target, inside in _imported(ast.parse(path.read_text(encoding="utf-8"))):
            other = room_of(target)
            if room and other and room != other:
                (found.late if inside else found.early).setdefault(room, set()).add(other)
    return found


def _imported(node: ast.AST, inside: bool = False) -> Iterator[tuple[str, bool]]:
    """The modules of ours that are imported below a node, and whether within a function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ImportFrom) and (child.module or "").split(".")[0] == "autograder":
            for alias in child.names:
                yield (f"{child.module}.{alias.name}" if child.module == "autograder" else child.module), inside
        elif isinstance(child, ast.Import):
            yield from ((alias.name, inside) for alias in child.names if alias.name.split(".")[0] == "autograder")
        elif isinstance(child, ast.Constant) and re.fullmatch(r"autograder(\.\w+)*\.\w*commands", str(child.value)):
            yield child.value, inside  # loaded by its name, when one of its commands is asked for
        yield from _imported(child, inside or isinstance(child, ast.FunctionDef))


def levels(edges: dict[str, set[str]]) -> dict[str, int]:
    """The floor of each room: 0 for what imports no other, else one above the highest that it imports."""
    floors: dict[str, int] = {}

    def floor(room: str, above: tuple[str, ...] = ()) -> int:
        if room in above:
            raise ValueError(f"Rooms import each other in a circle: {' -> '.join([*above, room])}")
        if room not in floors:
            floors[room] = 1 + max((floor(other, (*above, room)) for other in edges.get(room, ())), default=-1)
        return floors[room]

    for room in ROOMS:
        floor(room)
    return floors


def reaches(edges: dict[str, set[str]], a: str, b: str) -> bool:
    return a == b or any(reaches(edges, other, b) for other in edges.get(a, ()))


def arrows(found: Imports) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Arrows down, and those that would close a circle: they go up."""
    levels(found.early)  # for its error
    edges, up = {room: set(others) for room, others in found.early.items()}, set()
    for a, b in sorted((a, b) for a, others in found.late.items() for b in others):
        if reaches(edges, b, a):
            up.add((a, b))
        else:
            edges.setdefault(a, set()).add(b)
    return {(a, b) for a, others in edges.items() for b in others}, up


def shortened(down: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The arrows down without those that a longer way says already."""
    edges: dict[str, set[str]] = {}
    for a, b in down:
        edges.setdefault(a, set()).add(b)
    return {(a, b) for a, b in down if not any(c != b and reaches(edges, c, b) for c in edges[a])}


def floors_of(down: set[tuple[str, str]]) -> dict[str, int]:
    """Floors on which a room stands right below the lowest that imports it, so that arrows are short."""
    edges: dict[str, set[str]] = {}
    for a, b in down:
        edges.setdefault(a, set()).add(b)
    floors = levels(edges)
    for room in sorted(floors, key=lambda room: -floors[room]):
        users = [floors[a] for a, b in down if b == room]
        floors[room] = min(users) - 1 if users else floors[room]
    return floors


Spot = str | tuple[str, str, int]  # a room, or where an arrow (from, to) passes a floor


def places(floors: dict[str, int], drawn: set[tuple[str, str]]) -> dict[Spot, tuple[float, float]]:
    """The middle of each box, and of each gap in a floor that is kept free for an arrow to pass."""
    highest = max(floors.values())
    rows: list[list[Spot]] = [[room for room in ROOMS if floors[room] == level] for level in range(highest + 1)]
    steps: set[tuple[Spot, Spot]] = set()
    for a, b in sorted(drawn):
        way = _way(a, b, floors)
        steps.update(zip(way, way[1:]))
        for spot in way[1:-1]:
            rows[spot[2]].append(spot)
    x: dict[Spot, float] = {}
    for row in rows:
        _spread(row, x)
    for _ in range(24):
        for row in [*rows, *reversed(rows)]:
            near = {spot: [x[b] for a, b in steps if a == spot] + [x[a] for a, b in steps if b == spot] for spot in row}
            row.sort(key=lambda spot: (sum(near[spot]) / len(near[spot]) if near[spot] else x[spot], str(spot)))
            _spread(row, x)
    level = {spot: floors[spot] if isinstance(spot, str) else spot[2] for row in rows for spot in row}
    return {spot: (x[spot], (highest - level[spot]) * (HEIGHT + GAP) + HEIGHT / 2 + 24) for spot in level}


def _way(a: str, b: str, floors: dict[str, int]) -> list[Spot]:
    """What an arrow passes on its way down."""
    return [a, *((a, b, level) for level in range(floors[a] - 1, floors[b], -1)), b]


def _spread(row: list[Spot], x: dict[Spot, float]) -> None:
    """Give the spots of a floor their places, in this order, over the whole width."""
    widths = [BOX if isinstance(spot, str) else LANE for spot in row]
    gap, left = (WIDTH - sum(widths)) / (len(row) + 1), 0.0
    for spot, width in zip(row, widths):
        x[spot] = left + gap + width / 2
        left += gap + width


def picture() -> str:
    """The rooms as an SVG. Its colours are the site's where it stands in the site, else its own."""
    down, up = arrows(imports())
    floors, drawn = floors_of(down), shortened(down)
    middle = places(floors, drawn | {(b, a) for a, b in up})
    height = (max(floors.values()) + 1) * (HEIGHT + GAP) - GAP + 30
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" class="architecture">',
        f"<title>{escape(description())}</title>",
        f"<style>{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto-start-reverse">'
        '<path d="M0 0 8 4 0 8z"/></marker></defs>',
    ]
    lines += [_arrow([middle[spot] for spot in _way(a, b, floors)]) for a, b in sorted(drawn)]
    for a, b in sorted(up):  # the way down, drawn beside an arrow that may be there, with its tip at the other end
        lines.append(_arrow([(x + 16, y) for x, y in (middle[spot] for spot in _way(b, a, floors))], upwards=True))
    for room in ROOMS:
        x, y = middle[room]
        lines += [
            f'<rect x="{x - BOX / 2:.0f}" y="{y - HEIGHT / 2:.0f}" width="{BOX}" height="{HEIGHT}" rx="6"/>',
            f'<text class="name" x="{x:.0f}" y="{y - 3:.0f}">{room}</text>',
            f'<text class="what" x="{x:.0f}" y="{y + 14:.0f}">{escape(ROOMS[room])}</text>',
        ]
    return "\n".join([*lines, "</svg>"]) + "\n"


def _arrow(points: list[tuple[float, float]], upwards: bool = False) -> str:
    """A line from the foot of the first box to the head of the last, straight down through each gap between."""
    x, y = points[0]
    y += HEIGHT / 2
    curve = f"M{x:.0f} {y:.0f}"
    for nx, ny in points[1:]:
        head, half = ny - HEIGHT / 2, (ny - HEIGHT / 2 - y) / 2
        curve += f"C{x:.0f} {y + half:.0f} {nx:.0f} {head - half:.0f} {nx:.0f} {head:.0f}"
        x, y = nx, ny + HEIGHT / 2
        if (nx, ny) != points[-1]:
            curve += f"V{y:.0f}"
    kind = 'class="up" marker-start' if upwards else "marker-end"
    return f'<path d="{curve}" {kind}="url(#tip)"/>'


def description() -> str:
    """The picture in words: its floors from above."""
    floors = floors_of(arrows(imports())[0])
    rows = [", ".join(r for r in ROOMS if floors[r] == level) for level in range(max(floors.values()), -1, -1)]
    return f"The rooms of the grader, floor by floor from above: {'; '.join(rows)}. Arrows lead to what a room imports."


def table() -> str:
    """Every room, what it is for, what it imports and who imports it: what the picture shows, to be read."""
    found = imports()
    floors = floors_of(arrows(found)[0])
    used = {room: found.early.get(room, set()) | found.late.get(room, set()) for room in ROOMS}
    lines = ["| room | what it is for | imports | is imported by |", "|---|---|---|---|"]
    for room in sorted(ROOMS, key=lambda room: (-floors[room], room)):
        of = ", ".join(sorted(used[room])) or "-"
        by = ", ".join(sorted(other for other in ROOMS if room in used[other])) or "-"
        lines.append(f"| `{room}` | {ROOMS[room]} | {of} | {by} |")
    return "\n".join(lines) + "\n"


def page(text: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    try:
        PICTURE.write_text(picture(), encoding="utf-8")
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    except ValueError as error:
        raise SystemExit(str(error)) from error
    print(f"Written: {PICTURE}, {PAGE}")
