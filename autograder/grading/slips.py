"""Code that Python accepts and hardly anybody means: found by looking at it, and told when a check fails."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def find_slips(function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    """The lines of such code in a function, each with a sentence."""
    for node in ast.walk(function):
        sentence = _sentence(node)
        if sentence:
            yield node.lineno, f"line {node.lineno} {sentence}"
        if isinstance(node, ast.For):
            for each in node.body:
                if isinstance(each, ast.Return):
                    yield (
                        each.lineno,
                        f"the return in line {each.lineno} is inside the loop, so the loop runs only once.",
                    )


def _sentence(node: ast.AST) -> str:
    if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.BitXor):
        return "has a ^, which is no power in Python: write **."
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _is_first_power(node.left):
        return "takes a power of 1 and divides after that: ** 1 / 2 is no root, ** 0.5 is."
    value = node.value if isinstance(node, ast.Expr) else None
    if isinstance(value, ast.Compare) and len(value.ops) == 1 and isinstance(value.ops[0], ast.Eq):
        return "only compares: a single = sets a value."
    if isinstance(value, ast.Attribute):
        return "refers to a method without calling it: add ()."
    if isinstance(value, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Name, ast.Subscript, ast.ListComp)):
        return "computes something that is never used: is a return or a name = missing in front of it?"
    return ""


def _is_first_power(node: ast.AST) -> bool:
    power = node.right if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) else None
    return isinstance(power, ast.Constant) and power.value == 1
