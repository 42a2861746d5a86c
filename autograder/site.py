"""The site of the guides, built from docs/ by Sphinx: see the comment at the top of docs/conf.py."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

from autograder.course import ROOT

DOCS = ROOT / "docs"
SITE = ROOT / "dist" / "site"


class NoGenerator(Exception):
    """The site can't be built here."""


def build(out: Path) -> int:
    """Build the pages in a folder and say where; return 1 when there was a warning or an error, which is printed."""
    status = _sphinx("html", out)
    if status == 0:
        print(f"The site is built: {out / 'index.html'}")
    return status


def check_addresses() -> int:
    """Ask each address of another host whether it is there; return 1 and name those that are not."""
    return _sphinx("linkcheck", ROOT / "dist" / "links")


def _sphinx(builder: str, out: Path) -> int:
    if importlib.util.find_spec("sphinx") is None:
        raise NoGenerator("The site's generator needs Python 3.11 or newer.")
    options = ["-b", builder, "-W", "--keep-going", "-q", "-d", str(out.with_name(f".{out.name}"))]
    return subprocess.run([sys.executable, "-m", "sphinx", *options, str(DOCS), str(out)], check=False).returncode
