"""A module in normal form: tokens of its behaviour, without the details that can be changed to hide a copy.

It removes comments, names, type hints, statements without effect, calls that return their argument, temporary names
and the order of definitions. The form is only for comparing. A step may change what a program does, since all modules
go through the same steps.
"""

from __future__ import annotations

import ast
import math
import random
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator

from autograder.analytics.simpler_code import FUNCTIONS, KNOWN_NAMES, Simplifier
from autograder.analytics.unused_code import Liveness, NamesRead, StatementScope, units

ROUNDS = 10  # each level of nested wrappers needs one round
KNOWN_METHODS = {name for kind in (list, dict, str, set, float, math, random.Random) for name in dir(kind)}
SAME_LABEL = {"Tuple": "List", "GeneratorExp": "ListComp", "SetComp": "ListComp", "AsyncFor": "For"}

Token = tuple[str, int]  # a label, and its line


def normal_form(tree: ast.Module) -> list[list[Token]]:
    """The tokens of each function and method, and of the rest. Changes the tree."""
    before = ""
    for _ in range(ROUNDS):
        tree = Simplifier(tree).visit(tree)
        read = NamesRead(tree)
        for unit in units(tree):
            Liveness(unit, read).drop_dead()
            _inline(unit)
        after = ast.dump(tree)
        if after == before:
            break
        before = after
    return [tokens for unit in units(tree) if (tokens := _emitted(unit))]


def parsed(content: bytes) -> ast.Module:
    """Parse the module, or those parts of it that are valid Python. Raises SyntaxError if there are none."""
    content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\0", b"")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(content)
        except SyntaxError as error:
            first = error
        body: list[ast.stmt] = []
        starts = [definition.start() for definition in re.finditer(rb"^(?=[^\s#)\]}])", content, flags=re.M)]
        for start, end in zip(starts, [*starts[1:], len(content)]):
            try:
                definition = ast.parse(content[start:end])
            except SyntaxError:
                continue
            body += ast.increment_lineno(definition, content.count(b"\n", 0, start)).body
        if not body:
            raise first
        return ast.Module(body, [])


def _inline(unit: StatementScope) -> None:
    """Replace a name that is used only once, or that is only an alias, by its value."""
    stores, loads, first_load = Counter(unit.parameters), Counter(), {}
    values: dict[str, tuple[int, ast.expr]] = {}
    for order, node in enumerate(_in_order(unit.body)):
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                first_load.setdefault(node.id, order)
                loads[node.id] += 1
            else:
                stores[node.id] += 1
        elif isinstance(node, ast.arg):
            stores[node.arg] += 1
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            values.setdefault(node.targets[0].id, (order, node.value))
    inlined = {
        name: loads[name] == 1
        for name, (order, value) in values.items()
        if stores[name] == 1 and first_load.get(name, 0) > order and (loads[name] == 1 or _is_short(value))
    }
    if inlined:
        inliner = _Inliner(inlined)
        unit.body[:] = [after for statement in unit.body if (after := inliner.visit(statement)) is not None]


def _in_order(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    stack = [*nodes][::-1]
    while stack:
        node = stack.pop()
        yield node
        stack += [*ast.iter_child_nodes(node)][::-1]


def _is_short(value: ast.expr) -> bool:
    inside = value.value if isinstance(value, ast.Attribute) else value
    return isinstance(inside, (ast.Name, ast.Constant))


class _Inliner(ast.NodeTransformer):
    """names: the names to replace, and whether each is used only once. If not, its value must be short, since a chain
    of such names could grow without limit.
    """

    def __init__(self, names: dict[str, bool]) -> None:
        self.names, self.values = names, {}

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        self.generic_visit(node)
        name = node.targets[0].id if isinstance(node.targets[0], ast.Name) else ""
        if name in self.names and (self.names[name] or _is_short(node.value)):
            self.values[name] = node.value
            return None
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self.values.get(node.id, node) if isinstance(node.ctx, ast.Load) else node


def _emitted(unit: StatementScope) -> list[Token]:
    """The tokens of a unit; for a module, without its functions."""
    out: list[Token] = []
    for node in unit.body:
        if not (unit.is_module and isinstance(node, FUNCTIONS)):
            _emit(node, node.lineno, out)
    return out


def _emit(node: ast.AST, line: int, out: list[Token]) -> None:
    line = getattr(node, "lineno", line)
    if isinstance(node, ast.Name):
        out.append((node.id if node.id in KNOWN_NAMES else "V", line))
    elif isinstance(node, ast.Constant):
        is_number = isinstance(node.value, (int, float))
        out.append((f"number {hash(node.value)}" if is_number else type(node.value).__name__, line))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mult)):
        _emit_in_any_order(node, line, out)
    elif isinstance(node, ast.ClassDef):
        out.append(("ClassDef", line))
        for child in node.body:
            if not isinstance(child, FUNCTIONS):
                _emit(child, line, out)
    elif isinstance(node, ast.Attribute):
        out.append((f".{node.attr}" if node.attr in KNOWN_METHODS else ".", line))
        _emit(node.value, line, out)
    elif isinstance(node, (*FUNCTIONS, ast.Lambda)):
        out.append((type(node).__name__, line))
        for child in node.body if isinstance(node.body, list) else [node.body]:
            _emit(child, line, out)
    else:
        if not isinstance(node, (ast.expr_context, ast.Expr, ast.keyword, ast.JoinedStr, ast.FormattedValue)):
            label = type(node).__name__
            out.append((SAME_LABEL.get(label, label), line))
        for child in ast.iter_child_nodes(node):
            _emit(child, line, out)


def _emit_in_any_order(node: ast.BinOp, line: int, out: list[Token]) -> None:
    """A sum or a product, with sorted operands."""
    emitted, stack = [], [node.left, node.right]
    while stack:
        operand = stack.pop()
        if isinstance(operand, ast.BinOp) and type(operand.op) is type(node.op):
            stack += [operand.left, operand.right]
        else:
            emitted.append([])
            _emit(operand, line, emitted[-1])
    out.append((type(node.op).__name__, line))
    for tokens in sorted(emitted, key=lambda tokens: [label for label, _ in tokens]):
        out += tokens
