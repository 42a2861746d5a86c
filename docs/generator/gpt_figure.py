"""docs/learner/gpt.svg: the path of one token through the GPT, from top to bottom, so that a phone shows all of it.

    python docs/generator/gpt_figure.py

A test says when it is stale.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

PICTURE = Path(__file__).resolve().parents[1] / "learner" / "gpt.svg"
WIDTH, HEIGHT = 560, 748
STREAM = 76  # the residual stream's place from the left
TITLE = (
    "One token goes through the GPT, from top to bottom. The rows of wte and wpe are added and normed and become x, "
    "16 numbers: the residual stream, a line that runs straight down. Attention reads a normed copy of x: it makes a "
    "query q, a key k and a value v, adds k and v to the cache, compares q with all keys in the cache, and mixes the "
    "values by these weights. attn_wo's result is added to the stream. The MLP reads a normed copy, widens it to 64 "
    "numbers, and adds its result as well. lm_head makes 27 logits of x."
)
STYLE = """
.gpt { font: 15px system-ui, sans-serif; background: var(--color-background-primary, #fff); }
.gpt text { fill: var(--color-foreground-primary, #000); }
.gpt .middle { text-anchor: middle; }
.gpt .name { font-weight: 600; }
.gpt .soft { fill: var(--plot-soft, #5a6470); }
.gpt .stream-name { fill: var(--plot-1, #0b6b62); font-weight: 600; }
.gpt .cache-name { fill: var(--plot-2, #a8460a); font-weight: 600; }
.gpt rect { fill: var(--color-background-primary, #fff); stroke: var(--plot-soft, #5a6470); stroke-width: 1.3; }
.gpt .panel { fill: var(--color-background-secondary, #f4f7f6); stroke: none; }
.gpt .kept { stroke: var(--plot-2, #a8460a); stroke-width: 2; }
.gpt path { fill: none; stroke: var(--plot-soft, #5a6470); stroke-width: 1.5; }
.gpt .stream { stroke: var(--plot-1, #0b6b62); stroke-width: 6; }
.gpt .plus { fill: var(--color-background-primary, #fff); stroke: var(--plot-1, #0b6b62); stroke-width: 3; }
.gpt marker path { fill: var(--plot-soft, #5a6470); stroke: none; }
"""
TIP = (
    '<defs><marker id="gpt-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
    'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>'
)


def words(x: int, y: int, text: str, kind: str = "middle") -> str:
    return f'<text class="{kind}" x="{x}" y="{y}">{escape(text)}</text>'


def box(x: int, y: int, width: int, name: str, what: str = "", kind: str = "") -> list[str]:
    """A box with its upper left corner here: a name, and below it what it holds."""
    height, middle = (48 if what else 34), x + width // 2
    lines = [f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>']
    lines.append(words(middle, y + (20 if what else 22), name, "middle name"))
    return [*lines, words(middle, y + 39, what, "middle soft")] if what else lines


def arrow(path: str) -> str:
    return f'<path d="{path}" marker-end="url(#gpt-tip)"/>'


def plus(y: int) -> list[str]:
    """Where something is added to the stream."""
    return [f'<circle class="plus" cx="{STREAM}" cy="{y}" r="13"/>', words(STREAM, y + 6, "+", "middle name")]


def embeddings() -> list[str]:
    """The rows of two tables, added and normed."""
    return [
        *box(150, 8, 170, "row of wte", "for the token"),
        *box(370, 8, 170, "row of wpe", "for the position"),
        words(345, 38, "+", "middle name"),
        arrow(f"M150 32H{STREAM}V76"),
        *box(STREAM - 60, 78, 120, "rmsnorm"),
        f'<path class="stream" d="M{STREAM} 112V696"/>',
        words(STREAM + 22, 146, "x, 16 numbers: the residual stream", "stream-name"),
    ]


def attention() -> list[str]:
    """Query, key, value; the cache; weights; the mix."""
    return [
        '<rect class="panel" x="130" y="168" width="422" height="322" rx="10"/>',
        words(148, 194, "attention, 4 heads of 4 numbers each", "name"),
        arrow(f"M{STREAM + 3} 278H146"),
        *box(148, 261, 92, "rmsnorm"),
        *(line for y, name in ((212, "q"), (261, "k"), (310, "v")) for line in box(290, y, 50, name)),
        arrow("M240 278C264 278 262 229 288 229"),
        arrow("M240 278H288"),
        arrow("M240 278C264 278 262 327 288 327"),
        '<rect class="kept" x="392" y="246" width="146" height="112" rx="6"/>',
        words(465, 268, "cache", "middle cache-name"),
        words(465, 298, "all keys so far", "middle"),
        words(465, 340, "all values so far", "middle"),
        arrow("M340 278C362 278 362 293 390 293"),
        arrow("M340 327C362 327 362 335 390 335"),
        arrow("M340 229H366V379"),
        arrow("M420 358V379"),
        *box(290, 381, 170, "weights", "softmax(q · k / √4)"),
        arrow("M375 429V440"),
        arrow("M500 358V457H462"),
        *box(290, 442, 170, "weights × values"),
        arrow("M290 459H242"),
        *box(148, 442, 92, "attn_wo"),
        arrow(f"M148 459H{STREAM + 16}"),
        *plus(459),
    ]


def mlp() -> list[str]:
    """Wider, bent, narrower."""
    return [
        '<rect class="panel" x="130" y="510" width="422" height="166" rx="10"/>',
        words(148, 536, "MLP", "name"),
        arrow(f"M{STREAM + 3} 567H146"),
        *box(148, 550, 92, "rmsnorm"),
        arrow("M240 567H266"),
        *box(268, 550, 84, "mlp_fc1", "64"),
        arrow("M352 567H378"),
        *box(380, 550, 60, "ReLU"),
        arrow("M440 567H458"),
        *box(460, 550, 80, "mlp_fc2", "16"),
        arrow(f"M500 598V644H{STREAM + 16}"),
        *plus(644),
    ]


def picture() -> str:
    """The figure as an SVG with the site's colours, and colours for light pages elsewhere."""
    body = [
        TIP,
        *embeddings(),
        *attention(),
        *mlp(),
        '<path d="M34 168H22V676H34"/>',
        '<text class="soft middle" transform="translate(14 422) rotate(-90)">one layer; deeper models repeat it</text>',
        arrow(f"M{STREAM} 694V701"),
        *box(STREAM - 60, 702, 120, "lm_head"),
        arrow(f"M{STREAM + 60} 719H{STREAM + 84}"),
        words(STREAM + 94, 724, "27 logits, one per possible next token", "name"),
    ]
    size = f'width="{WIDTH}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" class="gpt">'
    return "\n".join([head, f"<title>{escape(TITLE)}</title>", f"<style>{STYLE}</style>", *body, "</svg>\n"])


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
    print(f"Written: {PICTURE}")
