"""The files that tell AI assistants how to help a learner: one text, and short files that lead other tools to it.

Codex, Cursor, GitHub Copilot, Windsurf, Zed and others read AGENTS.md. The other names are for tools that look for
a file of their own.
"""

from __future__ import annotations

from autograder.course import EXERCISES

NAME = "AGENTS.md"
POINTER = f"@{NAME}\n"  # how Claude Code and Gemini CLI include another file
IN_WORDS = f"Read {NAME} in the top folder before you answer, and follow it.\n"
IN_EVERY_FOLDER = {"CLAUDE.md": POINTER, "GEMINI.md": POINTER}
AT_THE_TOP = {
    **IN_EVERY_FOLDER,
    ".github/copilot-instructions.md": IN_WORDS,
    ".cursor/rules/agents.mdc": f"---\nalwaysApply: true\n---\n\n{IN_WORDS}",
}


def assistant_files(top: bool = False) -> dict[str, bytes]:
    """The files for a folder with learners' work, by path. top: whether tools open this folder as a project."""
    pointers = {name: text.encode("ascii") for name, text in (AT_THE_TOP if top else IN_EVERY_FOLDER).items()}
    return {NAME: (EXERCISES / NAME).read_bytes(), **pointers}
