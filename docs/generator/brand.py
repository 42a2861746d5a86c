"""docs/_static/brand/: the sign of the course, as an icon of the site in SVG and PNG, and the card of a shared link.

    python docs/generator/brand.py

The sign is a causal attention map: each row is a token, which looks at itself and at the tokens before it. A test says
when the files are stale. The card needs matplotlib.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

BRAND = Path(__file__).resolve().parents[1] / "_static" / "brand"
INK, TEAL, AMBER, PAPER = (0x12, 0x1A, 0x20), (0x5F, 0xD3, 0xC4), (0xFF, 0xC8, 0x57), (0xF2, 0xF5, 0xF4)
# Attention from row to column, and the one cell in amber: the mistake that a check finds.
MAP = ((1.0,), (0.45, 0.75), (0.3, 0.9, 0.5), (0.65, 0.25, 0.45, 0.9))
FOUND = (2, 1)
SIDE, EDGE, CELL, STEP = 64, 10, 9, 11.5  # of the icon, in its own units
CARD = (1200, 630)
PROMISE = ("Write every line yourself, and get told", "what you misunderstood, not just that a test failed.")


def mixed(strength: float) -> tuple[int, int, int]:
    """Teal of a strength on ink."""
    return tuple(round(ink + strength * (teal - ink)) for ink, teal in zip(INK, TEAL))


def cells() -> list[tuple[float, float, tuple[int, int, int]]]:
    """The cells of the sign: left, top, colour."""
    return [
        (EDGE + column * STEP, EDGE + row * STEP, AMBER if (row, column) == FOUND else mixed(strength))
        for row, strengths in enumerate(MAP)
        for column, strength in enumerate(strengths)
    ]


def as_hex(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def icon_svg() -> str:
    """The icon as an SVG."""
    boxes = [
        f'<rect x="{left:g}" y="{top:g}" width="{CELL}" height="{CELL}" rx="2" fill="{as_hex(colour)}"/>'
        for left, top, colour in cells()
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">',
            f'<rect width="{SIDE}" height="{SIDE}" rx="13" fill="{as_hex(INK)}"/>',
            *boxes,
            "</svg>\n",
        ]
    )


def icon_png(size: int) -> bytes:
    """The icon as a PNG with square corners, as phones expect it."""
    scale = size / SIDE
    pixels = [[INK] * size for _ in range(size)]
    for left, top, colour in cells():
        for y in range(round(top * scale), round((top + CELL) * scale)):
            for x in range(round(left * scale), round((left + CELL) * scale)):
                pixels[y][x] = colour
    raw = b"".join(b"\0" + bytes(value for pixel in row for value in pixel) for row in pixels)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(raw, 9))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in [*chunks, (b"IEND", b"")])


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def draw_card(path: Path) -> None:
    """The card that other sites show for a link: sign, title, promise, and a check that explains a mistake."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    width, height = CARD
    figure = Figure(figsize=(width / 100, height / 100), dpi=100, facecolor=as_hex(INK))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    scale = 5.2
    for left, top, colour in cells():
        place = (840 + (left - EDGE) * scale, 90 + (top - EDGE) * scale)
        axes.add_patch(Rectangle(place, CELL * scale, CELL * scale, color=as_hex(colour), linewidth=0))
    axes.text(72, 150, "Build a GPT", size=46, weight="bold", color=as_hex(PAPER), va="baseline")
    axes.text(72, 222, "in pure Python", size=46, weight="bold", color=as_hex(PAPER), va="baseline")
    for line, words in enumerate(PROMISE):
        axes.text(72, 292 + 38 * line, words, size=18, color=as_hex(PAPER), va="baseline")
    lines = [
        ("$ make check part=1.4", TEAL),
        ("Your backward overwrites instead of adding: use +=", AMBER),
        ("In z = x + x, x gets 1 from each use, 2 in total.", AMBER),
    ]
    for line, (words, colour) in enumerate(lines):
        axes.text(72, 446 + 46 * line, words, size=20, family="monospace", color=as_hex(colour), va="baseline")
    figure.savefig(path, metadata={"Software": None})


def write() -> None:
    """Write all files."""
    BRAND.mkdir(parents=True, exist_ok=True)
    (BRAND / "icon.svg").write_text(icon_svg(), encoding="utf-8")
    for size in (32, 180):
        (BRAND / f"icon-{size}.png").write_bytes(icon_png(size))
    draw_card(BRAND / "card.png")
    print(f"Written: {BRAND}")


if __name__ == "__main__":
    write()
