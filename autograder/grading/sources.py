"""A learner's file, which may be hostile, as text: looked at without running it."""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
import warnings
from dataclasses import dataclass, field

from autograder.course import parts

# What `ast.parse` costs grows with the square of some texts: 64 KiB of {a}{a}... in an f-string take half a second,
# and `import a.a.a...` of 200 names 13 MB, of 32,000 a gigabyte.
LARGEST_FILE = 64 * 1024  # bytes; the largest solution has 6 KB
LONG_DOTTED_NAME = re.compile(rb"(?:\.[^.(),=]+){200}")


@dataclass(frozen=True)
class Source:
    """What a learner's file says of itself. problem: a sentence, when the file can't be used as it is."""

    problem: str = ""
    line: int | None = None
    lines: dict[str, int] = field(default_factory=dict)  # dotted name -> line of its def

    def line_of(self, names: tuple[str, ...]) -> int | None:
        """The line where the first of these names is defined."""
        return next((self.lines[name] for name in names if name in self.lines), None)


def inspect_source(content: bytes) -> Source:
    """Read a learner's file, which may be hostile, without running it."""
    if not content.strip():
        return Source("The file is empty.")
    if len(content) > LARGEST_FILE:
        return Source(f"The file has {len(content):,} bytes; {LARGEST_FILE:,} are the most.")
    if b"\0" in content:
        return Source("The file is no plain text: it holds null bytes. Save it as UTF-8 text.")
    if not _is_utf8(content):
        return Source("The file is no UTF-8 text, which is what Python reads: save it as UTF-8.")
    if LONG_DOTTED_NAME.search(re.sub(rb"[\s\\]+", b"", content)):
        return Source("The file holds a name with 200 dots or more.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(content)
    except SyntaxError as error:
        words = str(error.msg).encode("ascii", "backslashreplace").decode()[:100]
        where = "that line" if error.lineno in (None, 1) else "that line and the one above it"
        return Source(f"Python can't read the file: {words}. Look at {where}.", error.lineno)
    except (ValueError, RecursionError, MemoryError) as error:
        return Source(f"Python can't read the file: it is nested too deeply ({type(error).__name__}).")
    lines: dict[str, int] = {}
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            lines[node.name] = node.lineno
        if isinstance(node, ast.ClassDef):
            lines.update(
                (f"{node.name}.{sub.name}", sub.lineno) for sub in node.body if isinstance(sub, ast.FunctionDef)
            )
    foreign = _foreign_import(tree)
    if foreign is not None:
        name, line = foreign
        return Source(f"The file imports {name}: the course uses Python's standard library only.", line, lines)
    return Source(lines=lines)


def _is_utf8(content: bytes) -> bool:
    """Whether the text is UTF-8 and claims no other encoding. Decoders of others can be slow, and would show the
    worker another program than the one that is looked at here.
    """
    try:
        content.decode("utf-8")
        return tokenize.detect_encoding(io.BytesIO(content).readline)[0] in ("utf-8", "utf-8-sig", "ascii")
    except (UnicodeDecodeError, SyntaxError):
        return False


def _foreign_import(tree: ast.Module) -> tuple[str, int] | None:
    ours = {part.module for part in parts()}
    try:
        nodes = list(ast.walk(tree))
    except (RecursionError, MemoryError):
        return None
    for node in nodes:
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        for name in names:
            top = name.partition(".")[0]
            if top not in sys.stdlib_module_names and top not in ours:
                return ascii(top)[1:-1][:50], node.lineno
    return None
