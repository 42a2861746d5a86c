"""A learner's file, which may be hostile, as text: looked at without running it."""

from __future__ import annotations

import ast
import difflib
import functools
import io
import re
import sys
import tokenize
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from autograder.course import LARGEST_FILE, Part, parts_and_labs
from autograder.grading.compare import is_plain
from autograder.grading.slips import defaults_of, find_slips, shared_lists
from autograder.sandbox import Reply

# `ast.parse` takes quadratic time or memory for some texts. LARGEST_FILE bounds the time: 64 KiB of {a}{a}... in an
# f-string take half a second. This bounds the memory: `import a.a.a...` takes 13 MB for 200 names, 1 GB for 32,000.
LONG_DOTTED_NAME = re.compile(rb"(?:\.[^.(),=]+){200}")

# Known packages, of which nobody has a file of that name beside the module.
PACKAGES = frozenset("numpy scipy pandas torch tensorflow keras jax sklearn matplotlib tqdm requests pytest".split())
# What an operator calls, on the left and on the right operand.
OPERATORS = {
    ast.Add: ("__add__", "__radd__"),
    ast.Sub: ("__sub__", "__rsub__"),
    ast.Mult: ("__mul__", "__rmul__"),
    ast.Div: ("__truediv__", "__rtruediv__"),
    ast.Pow: ("__pow__", "__rpow__"),
    ast.USub: ("__neg__",),
}
WIDEST_LINE = 62  # characters of a line of code that are shown: with what stands before it, a terminal's 80


@dataclass(frozen=True)
class Function:
    """A function or method at the top of a file. stub_raise: the line of its `raise NotImplementedError`; others: how
    many other statements it has. The properties are computed when a failing check asks: it takes longer than reading
    the file.
    """

    node: ast.FunctionDef | ast.AsyncFunctionDef = field(repr=False)
    shared: dict[str, int] = field(repr=False)  # the shared lists of a method's class
    stub_raise: int | None
    others: int

    def is_stub(self, given: int = 0) -> bool:
        """Whether nothing was written in it yet. given: how many statements the stub has besides the raise."""
        return self.stub_raise is not None and self.others <= given

    def leftover(self, given: int = 0) -> int | None:
        """The line of the stub's raise in a function that is written."""
        return None if self.is_stub(given) else self.stub_raise

    @property
    def line(self) -> int:
        """Where it is defined."""
        return self.node.lineno

    @property
    def last_line(self) -> int:
        """Where it ends."""
        return self.node.end_lineno or self.node.lineno

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its parameters, without *args and **kwargs."""
        arguments = self.node.args
        return tuple(argument.arg for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs])

    @functools.cached_property
    def mentions(self) -> frozenset[str]:
        """What its body may call, by the last part of the name."""
        return _mentions(self.node)

    @functools.cached_property
    def slips(self) -> tuple[tuple[int, str], ...]:
        """Lines that are hardly ever meant, each with a sentence."""
        try:
            return tuple(find_slips(self.node, self.shared))
        except (RecursionError, MemoryError):  # of code that is nested very deeply
            return ()

    @property
    def optional(self) -> dict[str, ast.expr]:
        """The parameters that a call may leave out, with their defaults."""
        return defaults_of(self.node)

    @property
    def assigned(self) -> set[str]:
        """The names that its code sets."""
        names = (node for node in ast.walk(self.node) if isinstance(node, ast.Name))
        return {name.id for name in names if isinstance(name.ctx, ast.Store)}

    @functools.cached_property
    def unused(self) -> tuple[str, ...]:
        """The parameters that its code never mentions. Empty while a part of the function is not written."""
        nodes = list(ast.walk(self.node))
        if any(isinstance(node, ast.Raise) and "NotImplementedError" in _mentions(node) for node in nodes):
            return ()
        names = {node.id for node in nodes if isinstance(node, ast.Name)} | {"self"}
        return tuple(name for name in self.parameters if name not in names and not name.startswith("_"))


@dataclass(frozen=True)
class Source:
    """What a learner's file says of itself. problem: a sentence, when the file can't be used as it is, at a line and
    columns; functions: by dotted name; classes: name -> line.
    """

    problem: str = ""
    line: int | None = None
    columns: tuple[int, int] | None = None
    text: tuple[str, ...] = ()
    functions: dict[str, Function] = field(default_factory=dict)
    classes: dict[str, int] = field(default_factory=dict)

    def problem_in(self, file: str) -> str:
        """The problem, with its place in a file of this name."""
        return f"{file}{f', line {self.line}' if self.line else ''}: {self.problem}"

    @property
    def lines(self) -> dict[str, int]:
        """Where each class, function and method is defined, by dotted name."""
        return {**self.classes, **{name: function.line for name, function in self.functions.items()}}

    def line_of(self, name: str) -> int | None:
        """The line where a function, method or class is defined."""
        return self.lines.get(name)

    def function_at(self, line: int | None) -> str:
        """The function or method that a line belongs to; "" when it stands outside of them."""
        return next((name for name, at in self.functions.items() if line and at.line <= line <= at.last_line), "")

    def code(self, line: int | None) -> str:
        """A line of the file; "" when there is none."""
        return self.text[line - 1] if line and line <= len(self.text) else ""

    def body(self, name: str) -> str:
        """The text of a function."""
        function = self.functions.get(name)
        return "\n".join(self.text[function.line - 1 : function.last_line]) if function else ""

    def lines_with(self, code: str, names: Iterable[str]) -> list[int]:
        """The lines of functions that hold this code, examples in docstrings left out."""
        functions = [self.functions[name] for name in names if name in self.functions]
        lines = [line for function in functions for line in range(function.line, function.last_line + 1)]
        lines = [line for line in lines if code in self.code(line)]
        return [line for line in lines if not self.code(line).lstrip().startswith((">>>", "..."))]

    def line_without_self(self, owner: str, name: str) -> int | None:
        """The line of `__init__` that sets a name where an attribute of that name is meant."""
        function = self.functions.get(f"{owner}.__init__")
        sets = re.compile(rf"^\s*{name}\s*(:[^=]+)?=[^=]|^\s*{name}, |, {name} =")
        lines = range(function.line, function.last_line + 1) if function else ()
        return next((line for line in lines if sets.search(self.code(line))), None)

    def misspelt(self, owner: str, method: str) -> str:
        """A method of a class that has another name than the special one it was meant to have; "" when none has."""
        own = [name.rpartition(".")[2] for name in self.functions if name.startswith(f"{owner}.")]
        known = [name for name in own if name in dir(float) or name == "__init__"]
        return next(iter(difflib.get_close_matches(method, sorted({*own} - {*known}), 1, 0.75)), "")

    def excerpt(self, line: int | None, columns: tuple[int, int] | None = None) -> list[str]:
        """A line of the file as it may be shown, and below it, where it is known, carets under some columns (which
        count UTF-8 bytes, as Python does).
        """
        code = self.code(line)
        indent = len(code) - len(code.lstrip())
        shown = "".join(character if is_plain(character) else " " for character in code.strip())
        if not shown:
            return []
        first = last = 0
        if columns is not None:
            encoded = code.encode("utf-8")
            first, last = (len(encoded[:column].decode("utf-8", "ignore")) - indent for column in columns)
            last = max(last, first + 1)
        # Of a line that is too long for a terminal, the piece around the columns.
        start = max(min(first - 20, len(shown) - WIDEST_LINE + 8), 0) if last > WIDEST_LINE - 8 else 0
        before, after = "... " if start else "", " ..." if len(shown) - start > WIDEST_LINE - 8 else ""
        piece = f"{before}{shown[start : start + WIDEST_LINE - 8] if after else shown[start:]}{after}"
        end = max(len(shown), min(first, len(shown)) + 1)  # what is missing at the end is marked behind it
        first, last = min(max(first, 0), end - 1) - start + len(before), min(last, end) - start + len(before)
        last = min(last, len(piece) - len(after) + (end > len(shown)))
        return [piece, " " * first + "^" * (last - first)] if columns is not None and first < last else [piece]

    def reached_from(self, mentions: Iterable[str]) -> set[str]:
        """The functions that code which mentions these names may run, at any remove. Names are all that is looked at,
        so these are too many rather than too few.
        """
        reached: set[str] = set()
        to_visit = set(mentions)
        while to_visit:
            names = {name for name in self.functions if called_as(name) in to_visit} - reached
            reached |= names
            to_visit = set().union(*(self.functions[name].mentions for name in names))
        return reached


def called_as(name: str) -> str:
    """What code that runs this function mentions: the class for `__init__`, else the last part of the name."""
    owner, _, last = name.rpartition(".")
    return owner if last == "__init__" else last


def functions_of(tree: ast.Module) -> dict[str, Function]:
    """The functions and methods at the top of a file, by dotted name."""
    functions = {}
    for node in tree.body:
        shared = shared_lists(node) if isinstance(node, ast.ClassDef) else {}
        for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                functions[inner.name if inner is node else f"{node.name}.{inner.name}"] = _function(inner, shared)
    return functions


def is_text(node: ast.stmt) -> bool:
    """Whether the statement is only a constant, such as a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _function(node: ast.FunctionDef, shared: dict[str, int]) -> Function:
    code = [line for line in node.body if not is_text(line)]
    raises = [line for line in code if isinstance(line, ast.Raise) and "NotImplementedError" in ast.dump(line)]
    return Function(node, shared, raises[0].lineno if raises else None, len(code) - len(raises))


def _mentions(node: ast.AST) -> frozenset[str]:
    names: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            names.add(inner.id)
            if inner.id == "sum":
                names.update(OPERATORS[ast.Add])
        elif isinstance(inner, ast.Attribute):
            names.add(inner.attr)
        elif isinstance(inner, (ast.BinOp, ast.AugAssign, ast.UnaryOp)):
            names.update(OPERATORS.get(type(inner.op), ()))
    return frozenset(names)


def inspect_source(content: bytes, packages: Iterable[str] = ()) -> Source:
    """Read a learner's file, which may be hostile, without running it. packages: installed ones that it may import."""
    if not content.strip():
        return Source("The file is empty.")
    if len(content) > LARGEST_FILE:
        return Source(f"The file has {len(content):,} bytes; at most {LARGEST_FILE:,} are allowed.")
    if b"\0" in content:
        return Source("The file is not plain text: it contains null bytes. Save it as UTF-8 text.")
    if not _is_utf8(content):
        return Source("The file is not UTF-8 text, which Python needs: save it as UTF-8.")
    if LONG_DOTTED_NAME.search(re.sub(rb"[\s\\]+", b"", content)):
        return Source("The file contains a name with 200 dots or more.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(content)
    except SyntaxError as error:
        reason = str(error.msg).encode("ascii", "backslashreplace").decode()[:100]
        where = "that line" if error.lineno in (None, 1) else "that line and the one above it"
        text = _lines(content)
        return Source(f"Python can't read the file: {reason}. Look at {where}.", error.lineno, _columns(error), text)
    except (ValueError, RecursionError, MemoryError) as error:
        return Source(f"Python can't read the file: it is nested too deeply ({type(error).__name__}).")
    text = _lines(content)
    classes = {node.name: node.lineno for node in tree.body if isinstance(node, ast.ClassDef)}
    try:
        functions = functions_of(tree)
    except (RecursionError, MemoryError):
        functions = {}
    foreign = _foreign_import(tree, {part.module for part in parts_and_labs()} | {*packages})
    problem, line = (_foreign_words(foreign[0]), foreign[1]) if foreign else ("", None)
    return Source(problem, line, None, text, functions, classes)


def with_place(reply: Reply, part: Part, source: Source) -> Reply:
    """The reply with the function in which the code raised, where that is one that a task names: two files can be
    compared by it.
    """
    place = source.function_at(reply.line) if reply.failure else ""
    compared = {name for task in part.tasks for name in task.defines}
    return replace(reply, place=place) if place in compared else reply


def _lines(content: bytes) -> tuple[str, ...]:
    """The lines of a file as Python counts them."""
    return tuple(re.split(r"\r\n|\r|\n", content.decode("utf-8-sig")))


def _columns(error: SyntaxError) -> tuple[int, int] | None:
    """Where a syntax error is marked, as columns of UTF-8 bytes."""
    if not error.offset or not error.text:
        return None
    last = getattr(error, "end_offset", None)
    same_line = getattr(error, "end_lineno", error.lineno) in (None, error.lineno)
    last = last if last and last > error.offset and same_line else error.offset + 1
    first, last = (len(error.text[: column - 1].encode("utf-8")) for column in (error.offset, last))
    return first, max(last, first + 1)


def _foreign_words(name: str) -> str:
    if name in PACKAGES:
        return f"The file imports {name}: the course uses Python's standard library only."
    return (
        f"The file imports {name}, which Python's standard library does not have. If {name}.py is your own file: "
        "only the course's modules are checked, so move the code that you need into this file."
    )


def _is_utf8(content: bytes) -> bool:
    """Whether the text is UTF-8 and claims no other encoding. Decoders of others can be slow, and would show the
    worker another program than the one that is looked at here.
    """
    try:
        content.decode("utf-8")
        return tokenize.detect_encoding(io.BytesIO(content).readline)[0] in ("utf-8", "utf-8-sig", "ascii")
    except (UnicodeDecodeError, SyntaxError):
        return False


def _foreign_import(tree: ast.Module, ours: set[str]) -> tuple[str, int] | None:
    nodes: list[ast.AST] = [tree]
    for node in nodes:  # level by level, without expressions: they hold no import
        for name in ("body", "handlers", "orelse", "finalbody", "cases"):
            nodes += getattr(node, name, ())
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
