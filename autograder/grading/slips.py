"""Code that Python accepts and hardly anybody means: found by looking at it, and told when a check fails."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType

BRACES = re.compile(r"\{[A-Za-z_]\w*\}")  # a name in braces: meant for an f-string
MADE = (ast.Call, ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp)  # expressions that make something
LISTS = (ast.List, ast.Dict, ast.ListComp, ast.DictComp)


def find_slips(
    function: ast.FunctionDef, shared: Mapping[str, int] = MappingProxyType({})
) -> Iterator[tuple[int, str]]:
    """The lines of such code in a function, each with a sentence. shared: the shared lists of a method's class."""
    yield from _made_once(function)
    for name in sorted({node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)} & {*shared}):
        yield (
            shared[name],
            f"line {shared[name]} makes {name} once for the class, so all objects share it. Make it in __init__: "
            f"self.{name} = ...",
        )
    yield from _used_up(function)
    yield from _without_f(function)
    yield from _cut_caches(function)
    yield from _half_divided(function)
    for node in ast.walk(function):
        sentence = _sentence(node)
        if sentence:
            yield node.lineno, f"line {node.lineno} {sentence}"
        if isinstance(node, ast.For):
            for statement in node.body:
                if isinstance(statement, ast.Return):
                    yield (
                        statement.lineno,
                        f"the return in line {statement.lineno} is inside the loop, so the loop runs only once.",
                    )


def _made_once(function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    """Defaults that are made when the file is loaded, and then used by every call."""
    positional = [*function.args.posonlyargs, *function.args.args]
    defaults = [*zip(positional[::-1], function.args.defaults[::-1])]
    defaults += zip(function.args.kwonlyargs, function.args.kw_defaults)
    for parameter, default in defaults:
        if isinstance(default, MADE):
            name = parameter.arg
            yield (
                default.lineno,
                f"the default of {name} in line {default.lineno} is made once, when the file is loaded, and every call "
                f"uses the same object. Write {name}=None, and make it inside the function.",
            )


def shared_lists(owner: ast.ClassDef) -> dict[str, int]:
    """Lists and dicts of the class that no object has for itself: name -> line."""
    attributes = [node for node in ast.walk(owner) if isinstance(node, ast.Attribute)]
    stored = {node.attr for node in attributes if isinstance(node.ctx, ast.Store)}
    made = {}
    for node in owner.body:
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        if isinstance(value.left if isinstance(value, ast.BinOp) else value, LISTS):  # [0.0] * n, too
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            made |= {target.id: node.lineno for target in targets if isinstance(target, ast.Name)}
    return {name: line for name, line in made.items() if name not in stored}


def _used_up(function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    """Generators that are gone through twice: the second time they are empty."""
    nodes = list(ast.walk(function))
    uses = Counter((node.id, type(node.ctx)) for node in nodes if isinstance(node, ast.Name))
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.GeneratorExp):
            for name in (target.id for target in node.targets if isinstance(target, ast.Name)):
                if uses[name, ast.Store] == 1 and uses[name, ast.Load] > 1:
                    yield (
                        node.lineno,
                        f"{name} in line {node.lineno} is a generator: after its first use, in a sum or a loop, it is "
                        "empty. Write [...] instead of (...).",
                    )


def _without_f(function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    """Texts with a name in braces that stay as they are."""
    nodes = list(ast.walk(function))
    meant = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    meant |= {id(node.value) for node in nodes if isinstance(node, (ast.Expr, ast.Attribute))}  # docstrings, .format
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in meant:
            if braces := BRACES.search(node.value):
                yield node.lineno, f"line {node.lineno} has {braces[0]} as text: the f before the quotes is missing."


def _cut_caches(function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    """Slices of the KV cache of a layer, keys[layer][a:b]: they cut the list of positions, not the vectors in it."""
    nodes = list(ast.walk(function))

    def cache(node: ast.AST) -> str:
        is_item = isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice)
        return node.value.id if is_item and getattr(node.value, "id", "") in ("keys", "values") else ""

    assigned = [(target, node.value) for node in nodes if isinstance(node, ast.Assign) for target in node.targets]
    other_names = {target.id: cache(value) for target, value in assigned if isinstance(target, ast.Name)}
    if "layer" not in {parameter.arg for parameter in function.args.args}:
        return
    for node in nodes:
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            if name := cache(node.value) or other_names.get(getattr(node.value, "id", ""), ""):
                each = name.removesuffix("s")
                yield (
                    node.lineno,
                    f"line {node.lineno} slices {name}[layer], which is a list of positions. Keep all positions, and "
                    f"slice each {each} in it: [{each}[a:b] for {each} in {name}[layer]].",
                )


def _half_divided(function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    """A difference of two results of one function of which only the second is divided: f(a) - f(b) / h."""
    nodes = list(ast.walk(function))
    assigned = [(target, node.value) for node in nodes if isinstance(node, ast.Assign) for target in node.targets]
    calls = {target.id: value for target, value in assigned if isinstance(target, ast.Name)}

    def called(node: ast.AST) -> str:
        node = calls.get(node.id, node) if isinstance(node, ast.Name) else node
        return getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""

    for node in nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and isinstance(node.right, ast.BinOp):
            name, right = called(node.left), node.right
            if isinstance(right.op, ast.Div) and name and called(right.left) == name:
                yield (
                    node.lineno,
                    f"line {node.lineno} divides only the second result of {name}, because / comes before -. Put "
                    "parentheses around the difference.",
                )


def unused_parameters(function: ast.FunctionDef) -> list[str]:
    """The parameters that the code never mentions; none where there is no code yet."""
    if any(isinstance(node, ast.Raise) and "NotImplementedError" in ast.dump(node) for node in ast.walk(function)):
        return []
    names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    parameters = [parameter.arg for parameter in [*function.args.args, *function.args.kwonlyargs]]
    return [name for name in parameters if name not in {*names, "self"} and not name.startswith("_")]


def _sentence(node: ast.AST) -> str:
    if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.BitXor):
        return "has a ^, which is not a power in Python: write **."
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _is_first_power(node.left):
        return "takes the power 1 and divides the result: ** 1 / 2 is not a root, ** 0.5 is."
    value = node.value if isinstance(node, ast.Expr) else None
    if isinstance(value, ast.Compare) and len(value.ops) == 1 and isinstance(value.ops[0], ast.Eq):
        return "only compares: a single = sets a value."
    if isinstance(value, ast.Attribute):
        return "refers to a method without calling it: add ()."
    if isinstance(value, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Name, ast.Subscript, ast.ListComp)):
        return "computes a value that is never used: is a return or a name = missing in front of it?"
    return ""


def _is_first_power(node: ast.AST) -> bool:
    power = node.right if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) else None
    return isinstance(power, ast.Constant) and power.value == 1
