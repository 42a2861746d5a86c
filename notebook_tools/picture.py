"""Show a picture in a notebook, with its text alternative."""

from __future__ import annotations

import html
from urllib.parse import quote

from notebook_tools import svg

# An <img> also shows in a notebook that nobody has trusted yet. It takes the colour scheme of what is around it.
AS_THE_THEME = '<style>[data-jp-theme-light="false"] .course-picture { color-scheme: dark; }</style>'


def show(drawn: svg.Picture) -> None:
    """Display a picture; where there is no notebook, print its text alternative."""
    said = f"[Picture: {drawn.title}. {drawn.description}]"
    try:
        from IPython.display import display
    except ImportError:
        print(said)
        return
    display({"text/html": as_html(drawn), "text/plain": said}, raw=True)


def as_html(drawn: svg.Picture) -> str:
    """An image that holds the picture."""
    words = html.escape(f"{drawn.title}. {drawn.description}")
    source = quote(drawn.svg(), safe=" /:;,=()!*+.~-_{}<>[]|")  # shorter than base64, and can be read in a diff
    return f"{AS_THE_THEME}<img class='course-picture' alt=\"{words}\" src='data:image/svg+xml,{source}'>"
