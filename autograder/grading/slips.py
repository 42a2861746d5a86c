"""Code that Python accepts and hardly anybody means: found by looking at it, and told when a check fails."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping

BRACES = re.compile(r"\{[A-Za-z_]\w*\}")  # a name in braces: meant for an f-string
MADE = (ast.Call, ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp)  # expressions that make something
VECTOR_FUNCTIONS = frozenset("linear softmax rmsnorm mlp gpt".split())  # of the course: each returns a list of Values
MOST_ROUNDS = 10  # of looking at which names are vectors: a hostile file must not take long
LONGEST_CUT = 100  # characters of a slice that is compared with others, for the same reason
LISTS = (ast.List, ast.Dict, ast.ListComp, ast.DictComp)


def find_slips(function: ast.FunctionDef, shared: Mapping[str, int]) -> Iterator[tuple[int, str]]:
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
    yield from _joined(function)
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
    for name, default in defaults_of(function).items():
        if isinstance(default, MADE):
            yield (
                default.lineno,
                f"the default of {name} in line {default.lineno} is made once, when the file is loaded, and every call "
                f"uses the same object. Write {name}=None, and make it inside the function.",
            )


def defaults_of(function: ast.FunctionDef) -> dict[str, ast.expr]:
    """The parameters that a call may leave out, with their defaults."""
    positional = [*function.args.posonlyargs, *function.args.args]
    pairs = [*zip(positional[::-1], function.args.defaults[::-1])]
    pairs += zip(function.args.kwonlyargs, function.args.kw_defaults)
    return {parameter.arg: default for parameter, default in pairs if default is not None}


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


def _joined(function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    """Vectors that are added with +, which makes one longer list. Lists that are meant to be joined, such as the
    outputs of the heads, come from attend or from an empty list, and are none of these.
    """
    nodes = list(ast.walk(function))
    bound = _assigned(nodes)
    matrices = {name for name, values in bound.items() if all(map(_is_matrix, values))}
    values_of = {name: [v for v in values if not isinstance(v, ast.ListComp)] for name, values in bound.items()}
    vectors = {name for name, values in values_of.items() if values}  # less those that turn out not to be

    def is_vector(node: ast.AST | None) -> bool:
        if isinstance(node, ast.BinOp):
            return isinstance(node.op, ast.Add) and is_vector(node.right) and is_vector(node.left)
        if isinstance(node, ast.Call):
            return isinstance(node.func, ast.Name) and node.func.id in VECTOR_FUNCTIONS
        if isinstance(node, ast.Name):
            return node.id in vectors
        if not isinstance(node, ast.Subscript) or isinstance(node.slice, ast.Slice):
            return False
        is_row = _is_matrix(node.value) or (isinstance(node.value, ast.Name) and node.value.id in matrices)
        return is_row or _is_first_of_attention(node)

    for _ in range(MOST_ROUNDS):
        others = {name for name in vectors if not all(map(is_vector, values_of[name]))}
        vectors -= others
        if not others:
            break
    else:
        return
    lines = []
    for node in nodes:
        if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Add):
            sides = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)
            if not any(isinstance(side, ast.BinOp) for side in sides) and all(map(is_vector, sides)):
                lines.append(node.lineno)
    for line in sorted(lines):
        yield line, f"line {line} joins two lists: + makes one longer list. Add them number by number, with zip."


def _is_matrix(node: ast.AST | None) -> bool:
    """Whether the expression is state_dict["wte"] or state_dict["wpe"]."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name) or node.value.id != "state_dict":
        return False
    return isinstance(node.slice, ast.Constant) and node.slice.value in ("wte", "wpe")


def _cut_caches(function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    """A head's numbers taken from the list of positions and not from each key or value, or from only one of the two."""
    nodes = list(ast.walk(function))
    bound = _assigned(nodes)

    def cache(node: ast.AST | None) -> str:
        """The name of the cache that the expression is, with all positions: keys[layer] or what is set to it."""
        if isinstance(node, ast.Name):
            values = bound.get(node.id, [None])
            return cache(values[0]) if len(values) == 1 and isinstance(values[0], ast.Subscript) else ""
        if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name):
            return ""
        # Where keys are those of one layer, keys[t] is the key of one position.
        of_layer = isinstance(node.slice, ast.Name) and node.slice.id == "layer"
        return node.value.id if of_layer and node.value.id in ("keys", "values") else ""

    def _is_cut(index: ast.AST) -> bool:
        if index.end_lineno != index.lineno or index.end_col_offset - index.col_offset > LONGEST_CUT:
            return False
        if isinstance(index, ast.Name):
            made = bound.get(index.id, [None])[0]
            return isinstance(made, ast.Call) and isinstance(made.func, ast.Name) and made.func.id == "slice"
        return isinstance(index, ast.Slice) and index.lower is not None and index.upper is not None

    cuts = [node for node in nodes if isinstance(node, ast.Subscript) and _is_cut(node.slice)]
    of_others = {ast.dump(node.slice) for node in cuts if isinstance(node.value, ast.Name) and not cache(node.value)}
    for node in cuts:
        if (name := cache(node.value)) and ast.dump(node.slice) in of_others:
            yield (
                node.lineno,
                f"line {node.lineno} cuts the list of positions. Keep all positions, and cut each of the {name}.",
            )
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "attend":
            whole = [cache(argument) for argument in node.args[1:3]]
            if len(whole) == 2 and any(whole) and not all(whole):
                name = whole[0] or whole[1]
                yield (
                    node.lineno,
                    f"line {node.lineno} passes the {name} of all heads to attend. Cut each of them, as you cut the "
                    f"{'values' if name == 'keys' else 'keys'}.",
                )


def _assigned(nodes: list[ast.AST]) -> dict[str, list[ast.AST | None]]:
    """What each name of a function is set to: expressions, and None where that can't be seen."""
    bound: dict[str, list[ast.AST | None]] = {}
    seen: set[int] = set()

    def bind(target: ast.AST, value: ast.AST | None) -> None:
        if isinstance(target, ast.Name):
            seen.add(id(target))
            bound.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Tuple):
            pairs = [None] * len(target.elts)
            if isinstance(value, ast.Tuple) and len(value.elts) == len(pairs):
                pairs = value.elts
            elif isinstance(value, ast.Call):
                pairs[:1] = [ast.Subscript(value, ast.Constant(0), ast.Load())]
            for element, part in zip(target.elts, pairs):
                bind(element, part)

    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                bind(target, node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            bind(node.target, node.value)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and isinstance(node.op, ast.Add):
            seen.add(id(node.target))  # what is added makes no other kind of thing of it
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in seen:
            bound.setdefault(node.id, []).append(None)  # in a loop, a comprehension, a with
        elif isinstance(node, ast.arg):
            bound.setdefault(node.arg, []).append(None)
    return bound


def _is_first_of_attention(node: ast.Subscript) -> bool:
    """multi_head_attention(...)[0], as a call or as the first name that its result is unpacked into."""
    call, first = node.value, node.slice
    is_call = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "multi_head_attention"
    return is_call and isinstance(first, ast.Constant) and first.value == 0


def _half_divided(function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    """f(a) - f(b) / h, which divides only the second result of f, a parameter. With another function, such as sum or
    Value, this may be intended.
    """
    nodes = list(ast.walk(function))
    parameters = {parameter.arg for parameter in function.args.args}
    assigned = [(target, node.value) for node in nodes if isinstance(node, ast.Assign) for target in node.targets]
    calls = {target.id: value for target, value in assigned if isinstance(target, ast.Name)}

    def called(node: ast.AST) -> str:
        node = calls.get(node.id, node) if isinstance(node, ast.Name) else node
        return getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""

    for node in nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and isinstance(node.right, ast.BinOp):
            name, right = called(node.left), node.right
            if isinstance(right.op, ast.Div) and name in parameters and called(right.left) == name:
                yield (
                    node.lineno,
                    f"line {node.lineno} divides only the second result of {name}, because / comes before -. Put "
                    "parentheses around the difference.",
                )


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
