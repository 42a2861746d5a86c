"""Draw a picture as SVG: boxes, lines, arrows and texts that are measured, in colours that mean something.

A colour has one meaning in all pictures: `value` for data and results, `gradient`, `attention`, `residual` for the
residual stream, `other` for what something is compared with. Browsers show the light or the dark version by
themselves, and so do Furo's pages, whose reader may choose.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

WIDE, NARROW = 660, 350  # units of a column of text: on a desk, on a phone
SIZE, SMALL = 15, 13  # of letters, in the same units
ROLES = ("ink", "soft", "value", "gradient", "attention", "residual", "other")
STYLES = ("text", "line", "fill", "tint", "paper", "on", "bold", "halo", "dash", "grid")

Point = tuple[float, float]

# Widths of letters in hundredths of the size, from DejaVu Sans: no common font of browsers is wider. Others count 84.
WIDTHS = {
    letter: width
    for width, letters in {
        29: "ijlIJ'",
        32: " ,.·’",
        36: "/:;|f-\\",
        41: "()[]t!²³ⁿ₀₁₂⁰¹⁴⁵⁶⁷⁸⁹r",
        54: '*_`°–sz∂"?⁻“”ε',
        61: "cLFkvxyPTYaoδ",
        64: "eéESbdghnpquΣσ$0123456789{}√β",
        73: "KAVBRXZCU",
        79: "HNDGOQ&",
        100: "@mMW½%…",
    }.items()
    for letter in letters
}

# Texts in these colours have a contrast of at least 4.5 : 1 with the ground.
LIGHT = {
    "ground": "#ffffff",
    "grid": "#dde1e6",
    "ink": "#1b1f24",
    "soft": "#57606a",
    "value": "#0b62a8",
    "gradient": "#b34a00",
    "attention": "#8a3ea8",
    "residual": "#18764a",
    "other": "#6b737c",
}
DARK = {
    "ground": "#131416",
    "grid": "#3a3f46",
    "ink": "#e8eaed",
    "soft": "#a9b1ba",
    "value": "#6cb6ff",
    "gradient": "#ff9e57",
    "attention": "#d6a6f5",
    "residual": "#56cb8b",
    "other": "#9aa3ad",
}


def _colours(colours: dict[str, str]) -> str:
    return "".join(f"--pic-{name}:{colour};" for name, colour in colours.items())


FONT = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif'
STYLE = "".join(
    [
        f".pic{{{_colours(LIGHT)}--c:var(--pic-ink);background:var(--pic-ground);font-family:{FONT};}}",
        f"@media (prefers-color-scheme:dark){{.pic{{{_colours(DARK)}}}}}",
        f'[data-theme="light"] .pic{{{_colours(LIGHT)}}}[data-theme="dark"] .pic{{{_colours(DARK)}}}',
        *(f".pic .{role}{{--c:var(--pic-{role});}}" for role in ROLES),
        ".pic .text{fill:var(--c);}.pic .halo{paint-order:stroke;stroke:var(--pic-ground);stroke-width:5px;}",
        ".pic .bold{font-weight:700;}.pic .on{fill:var(--pic-ground);}",
        ".pic .line{fill:none;stroke:var(--c);stroke-linejoin:round;stroke-linecap:round;}",
        ".pic .dash{stroke-dasharray:6 5;}",
        ".pic .fill{fill:var(--c);}.pic .paper{fill:var(--pic-ground);stroke:var(--c);}",
        ".pic .tint{fill:var(--c);fill-opacity:.14;stroke:var(--c);}",
        ".pic .grid{fill:none;stroke:var(--pic-grid);}",
    ]
)


@dataclass(frozen=True)
class Box:
    """A rectangle that a text or a drawn box takes up."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def measure(text: str, size: float = SIZE, bold: bool = False) -> float:
    """How wide a text is at most, in units."""
    return sum(WIDTHS.get(letter, 84) for letter in text) / 100 * size * (1.13 if bold else 1.0)


def wrap(text: str, width: float, size: float = SIZE, bold: bool = False) -> list[str]:
    """The text in lines that are at most this wide. A longer word gets a separate line."""
    lines: list[str] = []
    for word in text.split():
        if lines and measure(f"{lines[-1]} {word}", size, bold) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def number(value: float, digits: int = 4) -> str:
    """A number as pictures show it: with at most this many significant digits, and a real minus."""
    if not math.isfinite(value):
        return str(value).replace("-", "−").replace("inf", "∞")
    text = f"{value:,.0f}" if abs(value) >= 1000 and value == int(value) else f"{value:.{digits}g}"
    return text.replace("-", "−") if float(f"{value:.{digits}g}") else "0"


def plain(value) -> float:
    """A number, or the number in a `Value`."""
    return float(getattr(value, "data", value))


def as_vector(vector: Sequence[float]) -> str:
    """A vector as text, with three digits per number."""
    return "(" + ", ".join(number(value, 3) for value in vector) + ")"


def as_term(value: float, digits: int = 4) -> str:
    """A number as a term of a sum: a negative one in parentheses."""
    return f"({number(value, digits)})" if value < 0 else number(value, digits)


class Picture:
    """An SVG that grows as things are drawn on it.

    title: what is shown, in a few words. `describe` adds the numbers that matter to its text alternative. texts: the
    measured box of each text, so that labels can avoid each other.
    """

    def __init__(self, width: float, height: float, title: str, description: str = "") -> None:
        self.width, self.height, self.title = width, height, title
        self.description = description
        self.texts: list[Box] = []
        self.obstacles: list[Box] = []  # boxes and dots that a label should not cover
        self._elements: list[str] = []

    def line(self, points: Iterable[Point], role: str = "ink", width: float = 2, style: str = "") -> None:
        """A line through the points. style: "dash" or none."""
        path = " ".join(f"{_short(x)} {_short(y)}" for x, y in points)
        self._draw(f'<path d="M{path}" stroke-width="{_short(width)}"', "line", role, style)

    def grid(self, points: Iterable[Point]) -> None:
        """A thin line in the background."""
        path = " ".join(f"{_short(x)} {_short(y)}" for x, y in points)
        self._elements.append(f'<path class="grid" d="M{path}"/>')

    def curve(self, path: str, role: str = "ink", width: float = 2, style: str = "") -> None:
        """A path in SVG's own words."""
        self._draw(f'<path d="{path}" stroke-width="{_short(width)}"', "line", role, style)

    def arrow(self, points: Sequence[Point], role: str = "ink", width: float = 2, style: str = "") -> None:
        """A line with a head at its last point."""
        (x0, y0), (x1, y1) = points[-2:]
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        along, head = ((x1 - x0) / length, (y1 - y0) / length), min(5 + 2 * width, 0.7 * length)
        foot = (x1 - head * along[0], y1 - head * along[1])
        self.line([*points[:-1], foot], role, width, style)
        corners = [
            (x1, y1),
            (foot[0] - 0.45 * head * along[1], foot[1] + 0.45 * head * along[0]),
            (foot[0] + 0.45 * head * along[1], foot[1] - 0.45 * head * along[0]),
        ]
        self._draw('<path d="M' + " ".join(f"{_short(x)} {_short(y)}" for x, y in corners) + 'Z"', "fill", role)

    def dot(
        self, x: float, y: float, role: str = "ink", radius: float = 4, style: str = "fill", *, strength: float = 1.0
    ) -> None:
        """A dot; style "paper" makes it hollow. strength: how much of a fill can be seen."""
        shape = f'<circle cx="{_short(x)}" cy="{_short(y)}" r="{_short(radius)}"'
        shape += f' fill-opacity="{strength:.3g}"' if strength != 1.0 else ""
        self._draw(shape, style, role)

    def box(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        role: str = "ink",
        style: str = "tint",
        *,
        strength: float = 1.0,
        rounded: float = 6,
        line_style: str = "",
    ) -> None:
        """A rectangle. style: "tint", "paper" (outline only) or "fill". strength: how much of a fill can be seen."""
        shape = f'<rect x="{_short(left)}" y="{_short(top)}" width="{_short(width)}" height="{_short(height)}"'
        shape += f' rx="{_short(rounded)}"' if rounded else ""
        shape += f' fill-opacity="{strength:.3g}"' if strength != 1.0 else ""
        self._draw(shape, style, role, line_style)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        role: str = "ink",
        *,
        anchor: str = "middle",
        size: float = SIZE,
        bold: bool = False,
        on: bool = False,
        halo: bool = False,
    ) -> None:
        """A text whose middle is at the height y. on: in the colour of the ground, on a filled box. halo: lines that
        run behind it stop short of it.
        """
        self.texts.append(text_box(x, y, text, anchor, size, bold))
        shape = f'<text x="{_short(x)}" y="{_short(y + 0.35 * size)}" font-size="{_short(size)}"'
        shape += f' text-anchor="{anchor}"' if anchor != "start" else ""
        styles = ("text", "on" if on else role, "bold" if bold else "", "halo" if halo else "")
        self._elements.append(f'{shape} class="{" ".join(filter(None, styles))}">{escape(text, quote=False)}</text>')

    def lines_of_text(self, x: float, y: float, text: str, width: float, role: str = "ink", **look) -> float:
        """A text in as many lines as it takes, the first with its middle at y; the height where the next would be."""
        size = look.get("size", SIZE)
        for line in wrap(text, width, size, look.get("bold", False)):
            self.text(x, y, line, role, **look)
            y += 1.35 * size
        return y

    def label(self, places: Sequence[tuple[float, float, str]], text: str, role: str = "ink", **look) -> bool:
        """A text at the first of the places (x, y, anchor) where it covers nothing; whether there was one."""
        size, bold = look.get("size", SIZE), look.get("bold", False)
        for x, y, anchor in places:
            box = text_box(x, y, text, anchor, size, bold)
            inside = box.left >= 0 and box.right <= self.width and box.top >= 0 and box.bottom <= self.height
            if inside and not any(box.meets(other) for other in (*self.texts, *self.obstacles)):
                self.text(x, y, text, role, anchor=anchor, **look)
                return True
        return False

    def inset(self, left: float, top: float, width: float, height: float, inner: Picture) -> None:
        """Another picture at this place, cut off at its edges. Its texts keep their places in the whole."""
        place = f'<svg x="{_short(left)}" y="{_short(top)}" width="{_short(width)}" height="{_short(height)}">'
        self._elements += [place, *inner._elements, "</svg>"]
        self.texts += [Box(b.left + left, b.top + top, b.right + left, b.bottom + top) for b in inner.texts]

    def describe(self, sentence: str) -> None:
        """Add a sentence to the text alternative."""
        self.description = f"{self.description} {sentence}".strip()

    def svg(self) -> str:
        """The picture as one element that asks for nothing else: its style is in it."""
        size = f'width="{_short(self.width)}" viewBox="0 0 {_short(self.width)} {_short(self.height)}"'
        words = f"<title>{escape(self.title, quote=False)}</title><desc>{escape(self.description, quote=False)}</desc>"
        head = f'<svg xmlns="http://www.w3.org/2000/svg" class="pic" role="img" {size}>{words}<style>{STYLE}</style>'
        return "\n".join([head, *self._elements, "</svg>"]) + "\n"

    _repr_svg_ = svg

    def _draw(self, shape: str, *styles: str) -> None:
        self._elements.append(f'{shape} class="{" ".join(filter(None, styles))}"/>')


def text_box(x: float, y: float, text: str, anchor: str = "middle", size: float = SIZE, bold: bool = False) -> Box:
    """The rectangle that a text takes up: between the tops and the feet of its letters."""
    width = measure(text, size, bold)
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    return Box(left, y - 0.52 * size, left + width, y + 0.52 * size)


def _short(value: float) -> str:
    """A coordinate with at most one decimal place."""
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
