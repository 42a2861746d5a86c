"""Find statements that nothing depends on, so that a normal form leaves them out."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from autograder.analytics.simpler_code import FUNCTIONS, loads, names_loaded, stores

ROUNDS = 10  # searches for the dependencies of needed names; ordinary code takes two
ALIASES = (ast.Name, ast.Attribute, ast.Subscript)  # values that may also have another name
LOOPS = (ast.For, ast.AsyncFor, ast.While)


@dataclass
class StatementScope:
    """Statements with common names: those of a function, or of the module."""

    body: list[ast.stmt]
    parameters: set[str] = field(default_factory=set)
    is_module: bool = False


def units(tree: ast.Module) -> Iterator[StatementScope]:
    """Each function and method, then the statements outside them. They share their statement lists with the tree."""
    for node in tree.body:
        methods = (
            [child for child in node.body if isinstance(child, FUNCTIONS)] if isinstance(node, ast.ClassDef) else []
        )
        for function in [node] if isinstance(node, FUNCTIONS) else methods:
            yield StatementScope(
                function.body, {child.arg for child in ast.walk(function.args) if isinstance(child, ast.arg)}
            )
    yield StatementScope(tree.body, is_module=True)


class NamesRead:
    """What a module reads. attributes: names of attributes that it reads, except to compute their own next value;
    only_changed: names that it assigns and then only changes, such as a list that is only appended to.
    """

    def __init__(self, tree: ast.Module) -> None:
        attributes, names, changed, stored = Counter(), Counter(), Counter(), set()
        for node in ast.walk(tree):
            if stores(node):
                stored.add(node.id)
            elif loads(node):
                names[node.id] += 1
            elif loads(node, ast.Attribute):
                attributes[node.attr] += 1
            elif isinstance(node, (ast.Assign, ast.Expr)):
                target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node.value, "func", None)
                if isinstance(target, (ast.Attribute, ast.Subscript)):
                    changed[_root(target)] += 1
                if isinstance(target, ast.Attribute) and isinstance(node, ast.Assign):
                    attributes[target.attr] -= sum(_is_same(child, target) for child in ast.walk(node.value))
        self.attributes = set(+attributes)
        self.only_changed = {name for name in stored if 0 < names[name] == changed[name]}


def _root(node: ast.expr) -> str:
    """The name that an attribute or an element belongs to; "" if it is not a name."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_same(node: ast.AST, target: ast.Attribute) -> bool:
    return loads(node, ast.Attribute) and node.attr == target.attr and _root(node) == _root(target) != ""


class Liveness:
    """Find the statements of a unit that something depends on, starting from its effects on the outside."""

    DEAD, JUMPS, LIVE = range(3)

    def __init__(self, unit: StatementScope, read: NamesRead) -> None:
        self.unit, self.attributes = unit, read.attributes
        nodes = [node for child in unit.body for node in ast.walk(child)]
        self.local = {node.id for node in nodes if stores(node)} | unit.parameters
        assigned = [node for node in nodes if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)]
        made = {id(node.targets[0]) for node in assigned if not isinstance(node.value, ALIASES)}
        aliases = {node.id for node in nodes if stores(node) and id(node) not in made}
        self.created = self.local - aliases - unit.parameters | read.only_changed
        functions = [child for child in unit.body if isinstance(child, (*FUNCTIONS, ast.ClassDef))]
        self.needed = names_loaded(*functions) if unit.is_module else set()
        self.level_of: dict[int, int] = {}

    def drop_dead(self) -> None:
        """Remove unused statements from the unit's lists."""
        for _ in range(ROUNDS):
            known = len(self.needed)
            self._level(self.unit.body)
            if len(self.needed) == known:
                self._drop(self.unit.body, in_live_loop=False)
                return

    def _level(self, statements: list[ast.stmt]) -> int:
        highest = self.DEAD
        for node in reversed(statements):
            level = self.level_of[id(node)] = self._level_of(node)
            highest = max(highest, level)
        return highest

    def _level_of(self, node: ast.stmt) -> int:
        if isinstance(node, (ast.Break, ast.Continue)):
            return self.JUMPS
        if isinstance(node, (ast.If, *LOOPS)):
            level = max(self._level(node.body), self._level(node.orelse))
            if isinstance(node, LOOPS) and level == self.JUMPS:
                return self.DEAD
            if level > self.DEAD:
                self.needed |= names_loaded(node.test if hasattr(node, "test") else node.iter)
            return level
        if self.unit.is_module and isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            return self.LIVE
        roots = self._own_names_changed(node)
        if roots is not None and not roots & self.needed:
            return self.DEAD
        if isinstance(node, FUNCTIONS):
            self._level(node.body)
        else:
            self.needed |= names_loaded(node)
        return self.LIVE

    def _own_names_changed(self, node: ast.stmt) -> set[str] | None:
        """The names of this unit that a statement changes; None if it also has other effects."""
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            return {node.name}
        called = getattr(getattr(node, "value", None), "func", None) if isinstance(node, ast.Expr) else None
        if isinstance(called, ast.Attribute):
            changed = [called]
        elif isinstance(node, ast.Assign):
            (target,) = node.targets
            changed = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
        else:
            return None
        roots = set()
        for child in changed:
            root = _root(child)
            is_set = isinstance(child, ast.Attribute) and isinstance(child.ctx, ast.Store)
            if is_set and child.attr not in self.attributes and (root == "self" or root not in self.local):
                continue  # an attribute, of its own object or a module-level one, that this module never reads
            if root not in self.created and not stores(child):
                return None
            roots.add(root)
        return roots

    def _drop(self, statements: list[ast.stmt], in_live_loop: bool) -> None:
        least = self.JUMPS if in_live_loop else self.LIVE
        statements[:] = [child for child in statements if self.level_of[id(child)] >= least]
        for node in statements:
            if isinstance(node, FUNCTIONS) and not self.unit.is_module:
                self._drop(node.body, in_live_loop=False)
            elif isinstance(node, (ast.If, *LOOPS)):
                inside = in_live_loop or isinstance(node, LOOPS)
                self._drop(node.body, inside)
                self._drop(node.orelse, inside)
                if isinstance(node, ast.If) and not node.body:
                    node.test = ast.UnaryOp(ast.Not(), node.test, lineno=node.lineno)
                    node.body, node.orelse = node.orelse, []
