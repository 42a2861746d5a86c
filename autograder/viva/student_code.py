"""A learner's source code: its statements by line, and small changes to it, for questions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from autograder.grading.sources import functions_of, inspect_source, is_text
from autograder.text import clean_text

LONGEST_LINE = 200
SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return)
LOOPS = (ast.For, ast.While)
OPERATORS = {ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "+"), ast.Div: ("/", "*"), ast.Lt: ("<", "<="),
         ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">"), ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="),
         ast.In: ("in", "not in"), ast.NotIn: ("not in", "in"), ast.Is: ("is", "is not"),
         ast.IsNot: ("is not", "is")}  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """A simple statement on a separate line. function: dotted name; loops: the lines of the loops around it."""

    line: int
    function: str
    node: ast.stmt = field(compare=False)
    loops: tuple[int, ...] = ()
    needed: bool = False  # without it the code raises NameError, which is too easy to predict


@dataclass(frozen=True)
class LineChange:
    """One small change. words: a description; lines: the unchanged file; text: the changed line; after: the line as
    shown. The changed file is built only when needed, since a file may have thousands of changes.
    """

    line: int
    function: str
    words: str
    lines: tuple[str, ...] = field(repr=False)
    text: str = ""
    after: str = ""

    @property
    def source(self) -> str:
        """The changed file."""
        return "\n".join([*self.lines[: self.line - 1], self.text, *self.lines[self.line :]])


class Code:
    """A learner's file. Raises ValueError with a message if it has a syntax error."""

    def __init__(self, content: bytes, name: str) -> None:
        source = inspect_source(content)
        if source.problem:
            raise ValueError(source.problem_in(name))
        self.name = name
        self.text = content.decode("utf-8-sig")
        self.lines = tuple(self.text.split("\n"))
        self.tree = ast.parse(self.text)
        self.starts = source.lines  # of each function and class, by dotted name
        self.statements = {statement.line: statement for statement in self._statements()}

    def shown(self, line: int) -> str:
        """A line without its indent, safe for any terminal."""
        return clean_text(self.lines[line - 1].strip(), LONGEST_LINE)

    def _statements(self) -> Iterator[Statement]:
        for name, function in functions_of(self.tree).items():
            yield from self._inside(function.node.body, name, (), _assigned_once(function.node))

    def _inside(
        self, body: list[ast.stmt], function: str, loops: tuple[int, ...], once: set[str]
    ) -> Iterator[Statement]:
        for node in body:
            if isinstance(node, SIMPLE) and not is_text(node) and self._has_its_line(node):
                yield Statement(node.lineno, function, node, loops, bool(once & set(_assigned_names(node))))
            inner = (*loops, node.lineno) if isinstance(node, LOOPS) else loops
            # The handlers of a `try` and the cases of a `match` have bodies, too.
            for holder in (node, *getattr(node, "handlers", ()), *getattr(node, "cases", ())):
                for name in ("body", "orelse", "finalbody"):
                    children = getattr(holder, name, None)
                    if isinstance(children, list):
                        yield from self._inside(children, function, inner, once)

    def _has_its_line(self, node: ast.stmt) -> bool:
        line = self.lines[node.lineno - 1]
        around = line.encode("utf-8")
        behind = around[node.end_col_offset :].decode("utf-8").strip() if node.end_lineno == node.lineno else ";"
        return not around[: node.col_offset].strip() and (not behind or behind.startswith("#"))

    def changes(self) -> list[LineChange]:
        """All small changes: a statement removed, or one operator replaced."""
        changes = []
        for statement in self.statements.values():
            indent = " " * statement.node.col_offset
            if not statement.needed:
                changes.append(self._change(statement, "were not there", f"{indent}pass", ""))
            for before, after, text in self._operator_swaps(statement):
                changes.append(self._change(statement, f"had {after} instead of {before}", text, text.strip()))
        return changes

    def _change(self, statement: Statement, words: str, text: str, after: str) -> LineChange:
        return LineChange(statement.line, statement.function, words, self.lines, text, clean_text(after, LONGEST_LINE))

    def _operator_swaps(self, statement: Statement) -> Iterator[tuple[str, str, str]]:
        """The statement's line with one operator changed: the operator before, after, and the line."""
        line = self.lines[statement.line - 1].encode("utf-8")
        for node in ast.walk(statement.node):
            sign, left, right = None, None, None
            if isinstance(node, ast.BinOp):
                sign, left, right = OPERATORS.get(type(node.op)), node.left, node.right
            elif isinstance(node, ast.Compare) and len(node.ops) == 1:
                sign, left, right = OPERATORS.get(type(node.ops[0])), node.left, node.comparators[0]
            if sign is not None:
                between = line[left.end_col_offset : right.col_offset]
                if between.count(sign[0].encode()) == 1:
                    changed = between.replace(sign[0].encode(), sign[1].encode())
                    text = line[: left.end_col_offset] + changed + line[right.col_offset :]
                    yield sign[0], sign[1], text.decode("utf-8")
            elif isinstance(node, ast.AugAssign) and type(node.op) in OPERATORS:
                begin = f"{OPERATORS[type(node.op)][0]}=".encode()
                between = line[node.target.end_col_offset : node.value.col_offset]
                if between.count(begin) == 1:
                    text = line[: node.target.end_col_offset] + between.replace(begin, b"=")
                    yield begin.decode(), "=", (text + line[node.value.col_offset :]).decode("utf-8")


def _assigned_names(node: ast.AST) -> list[str]:
    """The names that a node assigns, in order and with repeats."""
    names = [name for name in ast.walk(node) if isinstance(name, ast.Name)]
    return [name.id for name in names if isinstance(name.ctx, ast.Store)]


def _assigned_once(function: ast.FunctionDef) -> set[str]:
    """The names that a function assigns in exactly one place, except its arguments."""
    assigned = _assigned_names(function)
    arguments = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
    return {name for name in assigned if assigned.count(name) == 1} - arguments
