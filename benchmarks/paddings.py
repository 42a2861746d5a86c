"""Ways to disguise a copy of a module without changing its behaviour. Each maps a module's text to another text."""

from __future__ import annotations

import ast
from collections.abc import Callable

IDENTITY = "\n\ndef same_(value):\n    return value\n"
NOTHING = "\n\ndef nothing_():\n    pass\n"
GIVEN = {"self", "cls"}


def comments_and_blank_lines(text: str) -> str:
    return "\n\n".join(f"{line}  # step {number}" if _is_whole(line) else line for number, line in _lines(text))


def long_comment(text: str) -> str:
    return text + f"# {'my own idea ' * 2200}\n"


def another_layout(text: str) -> str:
    return _unparsed(ast.parse(text))


def renamed(text: str) -> str:
    """Every local name and parameter that no keyword argument uses."""
    tree = ast.parse(text)
    keywords = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    local: dict[str, str] = {}
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for node in ast.walk(function):
            name = node.arg if isinstance(node, ast.arg) else None
            name = node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else name
            if name and name not in keywords | GIVEN:
                local.setdefault(name, f"v{len(local)}_")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = local.get(node.id, node.id)
        elif isinstance(node, ast.arg):
            node.arg = local.get(node.arg, node.arg)
    return _unparsed(tree)


def statements_without_effect(text: str) -> str:
    padding = ["0", "[]", "assert 1", "pass", "'note'", "not 1", "(1, 2)"]
    return _after_each(text, lambda number: padding[number % len(padding)])


def unused_names(text: str) -> str:
    padding = ["a_{0} = {0}", "b_{0} = []\nb_{0}.append(1)", "c_{0} = 0\nc_{0} += 1", "d_{0} = len([1, 2])"]
    return _after_each(text, lambda number: padding[number % len(padding)].format(number))


def calls_of_an_empty_function(text: str) -> str:
    return _after_each(text, lambda number: "nothing_()") + NOTHING


def a_log(text: str) -> str:
    """A list of the module that nobody reads, and a function that appends to it."""
    written = _after_each(text, lambda number: ("LOG_.append('step')", f"log_({number})")[number % 2])
    return written + "\n\nLOG_ = []\n\n\ndef log_(what):\n    LOG_.append(what)\n"


def counters(text: str) -> str:
    """Attributes that are only counted up."""
    return _after_each(text, lambda number: f"log_.calls{number} = 0\nlog_.calls{number} += 1") + NOTHING.replace(
        "nothing_", "log_"
    )


def prints(text: str) -> str:
    return _after_each(text, lambda number: "print('', end='')")


def conditions_that_always_hold(text: str) -> str:
    return _each_statement(text, lambda node: ast.If(ast.Constant(True), [node], []))


def conditions_on_constants(text: str) -> str:
    return _each_statement(text, lambda node: ast.If(ast.parse("len([1]) > 0", mode="eval").body, [node], []))


def loops_of_one_round(text: str) -> str:
    """Around each assignment and call."""
    loop = lambda node: ast.For(_stored("_"), ast.List([ast.Constant(0)], ast.Load()), [node], [])  # noqa: E731
    return _each_statement(text, lambda node: node if isinstance(node, ast.Return) else loop(node))


def attempts(text: str) -> str:
    handler = lambda: ast.ExceptHandler(ast.Name("ValueError", ast.Load()), None, [ast.Raise()])  # noqa: E731
    return _each_statement(text, lambda node: ast.Try([node], [handler()], [], []))


def unreachable_code(text: str) -> str:
    return _each_statement(text, lambda node: ast.If(ast.Constant(0), ast.parse("x_ = [1, 2]\ny_ = x_").body, [node]))


def wrapped_in_a_function(text: str) -> str:
    return _wrapped(text, lambda node: ast.Call(ast.Name("same_", ast.Load()), [node], [])) + IDENTITY


def wrapped_in_lambdas(text: str) -> str:
    return _wrapped(text, lambda node: ast.Call(ast.parse("lambda v: v", mode="eval").body, [node], []))


def wrapped_in_lists(text: str) -> str:
    return _wrapped(text, lambda node: ast.parse(f"[{ast.unparse(node)}][0]", mode="eval").body)


def zeros_and_ones(text: str) -> str:
    """A factor of 1 at every product."""

    class Padded(ast.NodeTransformer):
        def visit_BinOp(self, node: ast.BinOp) -> ast.AST:  # noqa: N802 - ast finds it by this name
            self.generic_visit(node)
            return ast.BinOp(node, ast.Mult(), ast.Constant(1)) if isinstance(node.op, ast.Mult) else node

    return _unparsed(Padded().visit(ast.parse(text)))


def temporary_names(text: str) -> str:
    """Whatever is returned or assigned gets a name first."""
    count = iter(range(10**6))

    def split(node: ast.stmt) -> list[ast.stmt]:
        if not isinstance(node, (ast.Return, ast.Assign)) or node.value is None:
            return [node]
        name = f"t{next(count)}_"
        first = ast.Assign([_stored(name)], node.value)
        node.value = ast.Name(name, ast.Load())
        return [first, node]

    return _each_statement(text, split)


def turned_comparisons_and_products(text: str) -> str:
    turned = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}

    class Turned(ast.NodeTransformer):
        def visit_Compare(self, node: ast.Compare) -> ast.AST:  # noqa: N802
            self.generic_visit(node)
            if len(node.ops) == 1 and type(node.ops[0]) in turned:
                node.left, node.comparators = node.comparators[0], [node.left]
                node.ops = [turned[type(node.ops[0])]()]
            return node

        def visit_BinOp(self, node: ast.BinOp) -> ast.AST:  # noqa: N802
            self.generic_visit(node)
            if isinstance(node.op, ast.Mult):
                node.left, node.right = node.right, node.left
            return node

    return _unparsed(Turned().visit(ast.parse(text)))


def assignments_written_out(text: str) -> str:
    """`x += y` as `x = x + y`, `a, b = 1, 2` as two lines."""

    def out(node: ast.stmt) -> list[ast.stmt]:
        if isinstance(node, ast.AugAssign):
            before = ast.parse(ast.unparse(node.target), mode="eval").body
            return [ast.Assign([node.target], ast.BinOp(before, node.op, node.value))]
        return [node]

    return _each_statement(text, out)


def definitions_reordered(text: str) -> str:
    """Each run of functions and of methods, in the opposite order."""
    tree = ast.parse(text)
    for owner in [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]:
        places = [i for i, node in enumerate(owner.body) if isinstance(node, ast.FunctionDef)]
        for place, node in zip(places, [owner.body[i] for i in reversed(places)]):
            owner.body[place] = node
    return _unparsed(tree)


def docstrings_and_hints(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.body.insert(0, ast.Expr(ast.Constant("What I thought of first.")))
            node.returns = ast.Constant("object")
            for each in node.args.args:
                each.annotation = ast.Constant("object")
    return _unparsed(tree)


def all_together(text: str) -> str:
    for change in (renamed, temporary_names, unused_names, wrapped_in_a_function, statements_without_effect):
        text = change(text)
    return definitions_reordered(conditions_that_always_hold(text))


PADDINGS: dict[str, Callable[[str], str]] = {
    "comments and blank lines": comments_and_blank_lines,
    "a comment of 25 KB": long_comment,
    "another layout (`ast.unparse`, as in all that follow)": another_layout,
    "other names": renamed,
    "docstrings and type hints": docstrings_and_hints,
    "definitions in another order": definitions_reordered,
    "statements without effect": statements_without_effect,
    "names that nothing uses": unused_names,
    "calls of an empty function": calls_of_an_empty_function,
    "entries in a log that nothing reads": a_log,
    "counters that nothing reads": counters,
    "prints of nothing": prints,
    "`if True:` around each statement": conditions_that_always_hold,
    "`if len([1]) > 0:` around each statement": conditions_on_constants,
    "a loop of one round around each statement": loops_of_one_round,
    "`try` around each statement": attempts,
    "code that is never reached": unreachable_code,
    "expressions in a function that returns them": wrapped_in_a_function,
    "expressions in lambdas": wrapped_in_lambdas,
    "expressions in lists, `[x][0]`": wrapped_in_lists,
    "products times 1": zeros_and_ones,
    "a temporary name for each value": temporary_names,
    "products and comparisons turned round": turned_comparisons_and_products,
    "assignments written out": assignments_written_out,
    "seven of these together": all_together,
}


def _lines(text: str) -> list[tuple[int, str]]:
    return list(enumerate(text.split("\n"), 1))


def _is_whole(line: str) -> bool:
    """Whether a comment can be added to it."""
    return bool(line.strip()) and '"""' not in line and not line.rstrip().endswith("\\")


def _stored(name: str) -> ast.Name:
    return ast.Name(name, ast.Store())


def _unparsed(tree: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _each_statement(text: str, change: Callable[[ast.stmt], ast.stmt | list[ast.stmt]]) -> str:
    """The module with each simple statement in its functions changed."""
    tree = ast.parse(text)
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        _change_body(function, change)
    return _unparsed(tree)


def _change_body(owner: ast.AST, change: Callable[[ast.stmt], ast.stmt | list[ast.stmt]]) -> None:
    for name in ("body", "orelse"):
        after = []
        for node in getattr(owner, name, []):
            simple = isinstance(node, (ast.Assign, ast.AugAssign, ast.Return, ast.Expr))
            is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            if not simple and not isinstance(node, ast.FunctionDef):
                _change_body(node, change)
            new = change(node) if simple and not is_text else node
            after += new if isinstance(new, list) else [new]
        if after:
            setattr(owner, name, after)


def _after_each(text: str, padding: Callable[[int], str]) -> str:
    """The module with something behind each statement, before those that leave."""
    count = iter(range(10**6))

    def padded(node: ast.stmt) -> list[ast.stmt]:
        more = ast.parse(padding(next(count))).body
        return [*more, node] if isinstance(node, ast.Return) else [node, *more]

    return _each_statement(text, padded)


def _wrapped(text: str, wrap: Callable[[ast.expr], ast.expr]) -> str:
    """The module with the operands, arguments and results in its functions wrapped."""

    class Wrapped(ast.NodeTransformer):
        def visit_BinOp(self, node: ast.BinOp) -> ast.AST:  # noqa: N802
            self.generic_visit(node)
            node.left, node.right = wrap(node.left), wrap(node.right)
            return node

        def visit_Call(self, node: ast.Call) -> ast.AST:  # noqa: N802
            self.generic_visit(node)
            node.args = [
                each if isinstance(each, (ast.Starred, ast.GeneratorExp)) else wrap(each) for each in node.args
            ]
            return node

        def visit_Return(self, node: ast.Return) -> ast.AST:  # noqa: N802
            self.generic_visit(node)
            node.value = node.value and wrap(node.value)
            return node

    return _unparsed(Wrapped().visit(ast.parse(text)))
