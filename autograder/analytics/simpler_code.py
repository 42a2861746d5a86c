"""Rewrite code in the simplest equivalent form: the first step to a normal form."""

from __future__ import annotations

import ast
import builtins

CONVERSIONS = {"float", "int", "bool", "str", "list", "tuple", "iter"}  # as a wrapper, each returns its argument
KNOWN_NAMES = set(dir(builtins))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
BODIES = ("body", "orelse", "finalbody")
TURNED = {ast.Gt: ast.Lt, ast.GtE: ast.LtE}
OPPOSITE = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.In: ast.NotIn}


def loads(node: ast.AST, kind: type = ast.Name) -> bool:
    """Whether the node reads a name or an attribute."""
    return isinstance(node, kind) and isinstance(node.ctx, ast.Load)


def stores(node: ast.AST) -> bool:
    """Whether the node assigns a name."""
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def names_loaded(*nodes: ast.AST) -> set[str]:
    """All names that these nodes read."""
    return {child.id for node in nodes for child in ast.walk(node) if loads(child)}


class Simplifier(ast.NodeTransformer):
    """Simplify a tree, from the leaves to the module. Simplifications make others possible, so call it repeatedly."""

    def __init__(self, tree: ast.Module) -> None:
        self.gives_back: dict[str, int] = {}  # function or method -> the argument that it returns
        self.without_effect = set(KNOWN_NAMES)
        self.imported: dict[str, ast.expr] = {}
        methods = {id(child) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for child in node.body}
        for node in ast.walk(tree):
            if isinstance(node, FUNCTIONS):
                position = _returned_argument(node)
                if position is not None:
                    first = bool(id(node) in methods and node.args.args and node.args.args[0].arg in ("self", "cls"))
                    self.gives_back[node.name] = position - first
                if all(isinstance(child, ast.Return) for child in node.body):
                    self.without_effect.add(node.name)
            elif isinstance(node, ast.ImportFrom):
                for child in node.names:
                    value = ast.Name(node.module or "", ast.Load(), lineno=node.lineno)
                    named = ast.Attribute(value, child.name, ast.Load(), lineno=node.lineno)
                    self.imported[child.asname or child.name] = named

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in BODIES:
            statements = getattr(node, name, None)
            if isinstance(statements, list):
                last = next((i for i, child in enumerate(statements) if _leaves(child)), len(statements))
                del statements[last + 1 :]
        return node

    def _function(self, node: ast.FunctionDef) -> ast.AST:
        node.decorator_list, node.returns = [], None
        return self.generic_visit(node)

    def _gone(self, node: ast.AST) -> None:
        return None

    visit_FunctionDef = visit_AsyncFunctionDef = _function  # noqa: N815 - ast finds them by these names
    visit_Pass = visit_Assert = visit_Global = visit_Nonlocal = visit_Import = visit_ImportFrom = visit_Delete = _gone

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.decorator_list = []
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self.imported.get(node.id, node) if isinstance(node.ctx, ast.Load) else node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | list[ast.AST] | None:
        self.generic_visit(node)
        value = node.value
        if isinstance(value, ast.Call):
            called = value.func.id if isinstance(value.func, ast.Name) else ""
            return None if called in self.without_effect or isinstance(value.func, ast.Lambda) else node
        return node if any(isinstance(child, (ast.Call, ast.Yield, ast.Await)) for child in ast.walk(value)) else None

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.AST] | None:
        self.generic_visit(node)
        if len(node.targets) > 1:  # a = b = 0
            named = next((child for child in node.targets if isinstance(child, ast.Name)), None)
            if named is None:  # repeating the value for each target could use any amount of memory
                return _assign(node.targets[0], node.value)
            again = ast.Name(named.id, ast.Load(), lineno=node.lineno)
            others = [_assign(child, again) for child in node.targets if child is not named]
            return [_assign(named, node.value), *others]
        target, value = node.targets[0], node.value
        if isinstance(target, ast.Name) and isinstance(value, ast.Name) and target.id == value.id:
            return None
        sides = [child.elts for child in (target, value) if isinstance(child, (ast.Tuple, ast.List))]
        if (
            len(sides) == 2
            and len(sides[0]) == len(sides[1])
            and not any(isinstance(e, ast.Starred) for e in sum(sides, []))
        ):
            return [_assign(*pair) for pair in zip(*sides)]
        if isinstance(target, ast.Name) and isinstance(value, ast.Lambda):
            body = [ast.Return(value.body, lineno=node.lineno)]
            return ast.FunctionDef(target.id, value.args, body, [], None, lineno=node.lineno)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        fields = {name: getattr(node.target, name) for name in node.target._fields}
        before = type(node.target)(**{**fields, "ctx": ast.Load()}, lineno=node.lineno)
        return self.visit(_assign(node.target, ast.BinOp(before, node.op, node.value, lineno=node.lineno)))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        return self.visit(_assign(node.target, node.value)) if node.value else None

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.AST] | None:
        self.generic_visit(node)
        known = _truth(node.test)
        if known is not None:
            return node.body if known else node.orelse
        if names_loaded(node.test) <= KNOWN_NAMES:  # such as len([1]) > 0
            return [*node.body, *node.orelse]
        if isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not) and node.orelse:
            node.test, node.body, node.orelse = node.test.operand, node.orelse, node.body
        return node if node.body or node.orelse else None

    def visit_While(self, node: ast.While) -> ast.AST | list[ast.AST] | None:
        self.generic_visit(node)
        if _truth(node.test) is False:
            return node.orelse
        jumps = [child for child in ast.walk(node) if isinstance(child, (ast.Break, ast.Continue))]
        if _truth(node.test) and node.body and jumps == node.body[-1:]:  # while True: ...; break
            return node.body[:-1]
        return node

    def visit_For(self, node: ast.For) -> ast.AST | list[ast.AST] | None:
        self.generic_visit(node)
        if isinstance(node.iter, (ast.Tuple, ast.List)) and len(node.iter.elts) < 2:
            first = [_assign(node.target, value) for value in node.iter.elts]
            return [*first, *(node.body if first else []), *node.orelse]
        return node

    def _spliced(self, node: ast.AST) -> list[ast.AST]:
        self.generic_visit(node)
        return [child for name in BODIES for child in getattr(node, name, [])]

    visit_Try = visit_TryStar = visit_With = visit_AsyncWith = _spliced

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.AST:
        return self.visit(node.value)

    def visit_Starred(self, node: ast.Starred) -> ast.AST:
        self.generic_visit(node)
        inside = node.value
        return inside.elts[0] if isinstance(inside, (ast.Tuple, ast.List)) and len(inside.elts) == 1 else node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        inside = node.operand
        if isinstance(node.op, ast.UAdd):
            return inside
        if isinstance(inside, ast.UnaryOp) and type(inside.op) is type(node.op):
            return inside.operand
        if isinstance(node.op, ast.Not) and isinstance(inside, ast.Compare) and type(inside.ops[0]) in OPPOSITE:
            return ast.Compare(inside.left, [OPPOSITE[type(inside.ops[0])]()], inside.comparators, lineno=node.lineno)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        nothing = 0 if isinstance(node.op, (ast.Add, ast.Sub)) else 1
        if isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)) and _is(node.right, nothing):
            return node.left
        if isinstance(node.op, (ast.Add, ast.Mult)) and _is(node.left, nothing):
            return node.right
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        neutral = isinstance(node.op, ast.And)
        node.values = [child for child in node.values if _truth(child) is not neutral] or node.values[:1]
        return node if len(node.values) > 1 else node.values[0]

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if len(node.ops) == 1 and type(node.ops[0]) in TURNED:
            node.left, node.comparators = node.comparators[0], [node.left]
            node.ops = [TURNED[type(node.ops[0])]()]
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        known = _truth(node.test)
        return node if known is None else node.body if known else node.orelse

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        inside = node.value
        if isinstance(inside, (ast.Tuple, ast.List)) and isinstance(node.slice, ast.Constant):
            place = node.slice.value
            if type(place) is int and -len(inside.elts) <= place < len(inside.elts):
                return inside.elts[place]
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called, position = node.func, None
        if isinstance(called, ast.Lambda):
            if not called.args.args:
                return called.body
            position = _returned_argument(called)
        elif isinstance(called, ast.Name):
            position = 0 if called.id in CONVERSIONS and len(node.args) == 1 else self.gives_back.get(called.id)
        elif isinstance(called, ast.Attribute):
            position = self.gives_back.get(called.attr)
        if position is not None and 0 <= position < len(node.args) and not isinstance(node.args[position], ast.Starred):
            return node.args[position]
        return node


def _assign(target: ast.expr, value: ast.expr) -> ast.Assign:
    return ast.Assign([target], value, lineno=target.lineno)


def _leaves(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Return, ast.Raise, ast.Break, ast.Continue))


def _is(node: ast.expr, number: int) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value == number


def _truth(node: ast.expr) -> bool | None:
    """Whether an expression is always true (True) or always false (False); None if neither."""
    if isinstance(node, ast.Constant):
        return bool(node.value)
    if isinstance(node, (ast.Tuple, ast.List, ast.Dict, ast.Set)):
        return bool(node.keys if isinstance(node, ast.Dict) else node.elts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inside = _truth(node.operand)
        return None if inside is None else not inside
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Eq, ast.NotEq)) and len(node.ops) == 1:
        sides = node.left, node.comparators[0]
        if all(isinstance(child, ast.Constant) for child in sides):
            return (sides[0].value == sides[1].value) is isinstance(node.ops[0], ast.Eq)
    return None


def _returned_argument(function: ast.FunctionDef | ast.Lambda) -> int | None:
    """The position of the parameter that a function returns unchanged, whatever else it does."""
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    nodes = [function.body] if isinstance(function, ast.Lambda) else [*ast.walk(function)]
    returned = [function.body] if isinstance(function, ast.Lambda) else []
    returned += [node.value for node in nodes if isinstance(node, ast.Return)]
    returned_names = {node.id for node in returned if isinstance(node, ast.Name)}
    changed = {node.id for node in nodes if stores(node)}
    if len(returned_names) != 1 or not all(isinstance(node, ast.Name) for node in returned) or returned_names & changed:
        return None
    (name,) = returned_names
    return names.index(name) if name in names else None
