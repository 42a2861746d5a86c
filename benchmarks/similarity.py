"""Measure how much of a copy is recognised after each way to pad it, and how similar independent modules are.

    python benchmarks/similarity.py     writes benchmarks/similarity.md

Both in normal form, as `similarity` compares, and as text without names, strings and comments, as tools for all
languages do.
"""

from __future__ import annotations

import io
import keyword
import statistics
import tokenize
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

from paddings import PADDINGS

from autograder.analytics.similarity import PASSAGE, fingerprint_of
from autograder.course import ROOT, SOLUTIONS, Part, parts
from autograder.stubs import make_stub

PAGE = Path(__file__).with_suffix(".md")
CHARACTERS = 25  # of a passage of text
LEFT_OUT = (tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER)
INTRODUCTION = f"""# What `similarity` recognises

Written by `python benchmarks/similarity.py`. Each figure is the share of the shorter module's passages that the other
module has too. Passages of the stub do not count. *Normal form* is what `similarity` compares: passages of {PASSAGE}
steps of what the code does. *Text* is what it compared before: passages of {CHARACTERS} characters of the code, in
which names, strings and comments do not count.
"""


@dataclass(frozen=True)
class Alike:
    """Two right modules of a part, and the share that is the same in normal form and as text."""

    part: int
    first: str
    second: str
    form: float
    text: float


def share(first: frozenset, second: frozenset) -> float:
    """Of the shorter one's passages."""
    return len(first & second) / max(1, min(len(first), len(second)))


def own_passages(part: Part, text: str) -> frozenset:
    """In normal form, without those of the stub."""
    return frozenset(fingerprint_of(text.encode("utf-8")).hashes) - frozenset(
        fingerprint_of(_stub(part).encode("utf-8")).hashes
    )


def own_text(part: Part, text: str) -> frozenset:
    """Passages of text, without those of the stub."""
    return _text_passages(text) - _text_passages(_stub(part))


def right_modules() -> dict[Part, dict[str, str]]:
    """The reference of each part and the other right ways to write it, by name."""
    found = {}
    for part in parts():
        paths = sorted((ROOT / "tests" / "right_but_different" / part.name).glob("*.py"))
        found[part] = {path.stem: path.read_text(encoding="utf-8") for path in (SOLUTIONS / part.file_name, *paths)}
    return found


def independent_pairs() -> list[Alike]:
    """All pairs of right modules of the same part."""
    pairs = []
    for part, modules in right_modules().items():
        forms = {name: own_passages(part, text) for name, text in modules.items()}
        texts = {name: own_text(part, text) for name, text in modules.items()}
        for first, second in combinations(modules, 2):
            shares = share(forms[first], forms[second]), share(texts[first], texts[second])
            pairs.append(Alike(part.number, first, second, *shares))
    return pairs


@cache
def _stub(part: Part) -> str:
    return make_stub((SOLUTIONS / part.file_name).read_text(encoding="utf-8"), part.file_name)


@cache
def _text_passages(text: str) -> frozenset:
    characters = "".join(map(_characters, tokenize.generate_tokens(io.StringIO(text).readline)))
    return frozenset(characters[place : place + CHARACTERS] for place in range(len(characters) - CHARACTERS + 1))


def _characters(token: tokenize.TokenInfo) -> str:
    if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
        return "V"
    if token.type in LEFT_OUT:
        return ""
    return {tokenize.STRING: "S", tokenize.NEWLINE: "\n", tokenize.INDENT: "", tokenize.DEDENT: ""}.get(
        token.type, token.string
    )


def page() -> str:
    """The page with both tables."""
    modules = right_modules()
    count = sum(map(len, modules.values()))
    lines = [INTRODUCTION, f"## {count} right modules, each compared with a padded copy of it\n"]
    lines += [
        "| padding | text, least | text, median | normal form, least | normal form, median |",
        "|---|---|---|---|---|",
    ]
    for name, change in PADDINGS.items():
        shares = ([], [])
        for part, texts in modules.items():
            for text in texts.values():
                for column, passages in zip(shares, (own_text, own_passages)):
                    column.append(share(passages(part, text), passages(part, change(text))))
        cells = [f"{100 * figure(column):.0f}%" for column in shares for figure in (min, statistics.median)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    pairs = independent_pairs()
    lines += [f"\n## {len(pairs)} pairs of right modules of the same part that nobody copied\n"]
    lines += ["| share of the shorter one's passages | pairs, as text | pairs, in normal form |", "|---|---|---|"]
    for least in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        text, form = (sum(getattr(pair, kind) >= least for pair in pairs) for kind in ("text", "form"))
        lines.append(f"| {100 * least:.0f}% or more | {text} | {form} |")
    text, form = (statistics.mean(getattr(pair, kind) for pair in pairs) for kind in ("text", "form"))
    lines.append(f"| mean share | {100 * text:.0f}% | {100 * form:.0f}% |")
    lines += ["\nThe pairs that are most alike in normal form:\n", "| part | modules | as text | in normal form |"]
    lines.append("|---|---|---|---|")
    for pair in sorted(pairs, key=lambda pair: -pair.form)[:8]:
        both = f"`{pair.first}`, `{pair.second}`"
        lines.append(f"| {pair.part} | {both} | {100 * pair.text:.0f}% | {100 * pair.form:.0f}% |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
