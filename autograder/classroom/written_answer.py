"""Convert a written answer to inert Markdown: the learner's text is shown, and nothing in it is executed.

The text goes into Markdown that nbconvert and formgrader render, on pages that an instructor is logged in to. Emphasis,
lists, headings and tables are rendered. Links, images, HTML, entities and formulas are shown as they were typed. Pasted
pictures are checked and kept.
"""

from __future__ import annotations

import base64
import binascii
import html
import re

from autograder.render.feedback_page import Picture

LARGEST_PICTURE = 2 * 1024 * 1024  # bytes
MOST_PICTURES = 10  # in one answer
MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
# With a length limit and without brackets inside, so that no text takes quadratic time.
PASTED = re.compile(r"!\[[^\[\]\n]{0,300}\]\(attachment:([^()\s]{1,300})\)")
LEFT_OUT = "(A pasted file was left out: only PNG and JPEG pictures of at most 2 MB are shown.)"
# Characters with no meaning in Markdown links, images, code or HTML. All others are written as entities.
HARMLESS = frozenset(" ,;.:?%*_-#|+=")
# MathJax reads the rendered page, but skips elements with this class.
IGNORED_BY_MATHJAX = '<div class="tex2jax_ignore mathjax_ignore">\n\n{}\n\n</div>'
NO_WIDTH = "&#8203;"
BEGIN, END = IGNORED_BY_MATHJAX.split("{}")
OUR_PICTURE = re.compile(r"!\[picture\]\(attachment:(picture-\d+)\)")  # no bracket that a learner typed is left


def to_inert_markdown(text: str, attachments: object) -> tuple[str, dict[str, dict[str, str]]]:
    """Return Markdown that shows the text as it was typed, with its pasted pictures, and those pictures for the cell.

    attachments: from the learner's cell; not trusted.
    """
    pictures: dict[str, dict[str, str]] = {}
    looked_at: dict[str, dict[str, str] | None] = {}  # a text may show one attachment a thousand times
    written, end = [], 0
    for pasted in PASTED.finditer(text):
        written.append(_shown(text[end : pasted.start()]))
        end = pasted.end()
        if pasted[1] not in looked_at and len(looked_at) < MOST_PICTURES:
            looked_at[pasted[1]] = _picture(attachments, pasted[1])
        picture = looked_at.get(pasted[1]) if len(pictures) < MOST_PICTURES else None
        if picture is None:
            written.append(LEFT_OUT)
        else:
            name = f"picture-{len(pictures) + 1}"
            pictures[name] = picture
            written.append(f"![picture](attachment:{name})")
    return IGNORED_BY_MATHJAX.format("".join([*written, _shown(text[end:])])), pictures


def pictures_of(text: str, attachments: object) -> dict[str, dict[str, str]]:
    """The attachments of a cell that its text shows and that may be pictures."""
    pictures: dict[str, dict[str, str]] = {}
    for name in PASTED.findall(text) if isinstance(attachments, dict) else []:
        kinds = attachments.get(name)
        if name not in pictures and isinstance(kinds, dict) and len(pictures) < MOST_PICTURES:
            pictures[name] = {kind: kinds[kind] for kind in MAGIC if isinstance(kinds.get(kind), str)}
    return pictures


def from_inert_markdown(markdown: str, attachments: object) -> tuple[str | Picture, ...]:
    """The typed texts and the pictures, in order, from `to_inert_markdown`; empty if there is no answer."""
    if not (markdown.startswith(BEGIN) and markdown.endswith(END)):
        return ()
    pieces: list[str | Picture] = []
    for i, piece in enumerate(OUR_PICTURE.split(markdown[len(BEGIN) : -len(END)])):
        if i % 2 == 0:
            lines = (line.removesuffix("  ") for line in piece.replace(NO_WIDTH, "").split("\n"))
            pieces += (
                [text] if (text := html.unescape("\n".join(lines)).replace("\xa0", " ").strip("\n")).strip() else []
            )
        elif isinstance(attachments, dict):
            pieces += [Picture(f"data:{kind};base64,{data}") for kind, data in attachments.get(piece, {}).items()]
    return tuple(pieces)


def _shown(text: str) -> str:
    """The text as Markdown that can only contain text, lists and tables. Keeps line breaks."""
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        indent = len(line) - len(line.lstrip(" \t"))
        lines.append("&nbsp;" * len(line[:indent].expandtabs(4)) + "".join(map(_sign, line[indent:])))
    # Two spaces at the end break a line. Empty lines and rows of a table don't need them.
    return "\n".join(line + "  " if line.strip() and "|" not in line else line for line in lines)


def _sign(character: str) -> str:
    if character.isalnum() or character in HARMLESS:
        return character
    return f"&#{ord(character)};" + (NO_WIDTH if character == "\\" else "")


def _picture(attachments: object, name: str) -> dict[str, str] | None:
    """A pasted picture in Jupyter's form; None if there is no picture with this name that a page may show."""
    kinds = attachments.get(name) if isinstance(attachments, dict) else None
    for kind, magic in MAGIC.items():
        data = kinds.get(kind) if isinstance(kinds, dict) else None
        if isinstance(data, str) and len(data) <= LARGEST_PICTURE * 4 // 3 + 4:
            try:
                content = base64.b64decode("".join(data.split()), validate=True)
            except (binascii.Error, ValueError):
                continue
            if content.startswith(magic):
                return {kind: base64.b64encode(content).decode("ascii")}
    return None
