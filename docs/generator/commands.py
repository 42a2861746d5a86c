"""docs/commands.md: all commands by group of people, from the table that the command line and the Makefile use.

    python docs/generator/commands.py

writes the page. A test says when it is stale.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # any Python can run this file: it needs the standard library alone

from autograder.command_table.table import TABLE  # noqa: E402

PAGE = ROOT / "docs" / "commands.md"
HEAD = """# Commands

<!-- Written by docs/generator/commands.py from autograder/command_table/table.py. -->

Type a command after `make`, with variables, or after `python -m autograder`, with an argument and options. `args=`
passes any option to a target of `make`. `--help` after a command lists its options.
"""


def page() -> str:
    """The page as it should be."""
    lines = [HEAD]
    for title, rows in TABLE.items():
        lines += [f"## {title}", "", "| command | what it does | target of `make` | variables |"]
        lines.append("|---|---|---|---|")
        for row in rows:
            variables = " ".join(f"`{name}=`" for name in row.variables if name != "args") if row.target else ""
            # What else a target adds, such as --exit-zero, is for make alone.
            words = row.name if row.target in ("", row.name) else f"{row.name} {shlex.join(row.always)}".strip()
            target = f"`{row.target}`" if row.target else ""
            lines.append(f"| `{words}` | {row.summary} | {target} | {variables} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"Written: {PAGE}")
