"""Small edits of a learner's code that may turn it into code with a known mistake.

Each edit replaces one piece of text; every other byte of the file stays. An edit comes either from a known mistake,
where the learner's code has the same form as the reference with other names, or from a general slip, such as a dropped
statement. Whether an edit makes a known mistake is for the checks to say.
"""

from __future__ import annotations

import ast
import builtins
import functools
import io
import re
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from autograder.course import SOLUTIONS, Part
from autograder.files import LINE_END, mark_of, newline_of
from autograder.grading.misconceptions import Misconception, misconceptions
from autograder.grading.sources import is_text

TEMPLATES = 3  # of a mistake: the smallest piece that differs, and pieces around it
LONGEST_TEMPLATE = 400  # characters of a piece

ARITHMETIC = {ast.Add: "-", ast.Sub: "+", ast.Mult: "+", ast.Div: "*", ast.Pow: "*", ast.FloorDiv: "/", ast.Mod: "//"}
COMPARISONS = {ast.Lt: ("<=", ">"), ast.LtE: ("<", ">="), ast.Gt: (">=", "<"), ast.GtE: (">", "<="), ast.Eq: ("!=",),
               ast.NotEq: ("==",), ast.In: ("not in",), ast.NotIn: ("in",), ast.Is: ("is not",),
               ast.IsNot: ("is",)}  # fmt: skip
SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.FloorDiv: "//", ast.Mod: "%",
         ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.In: "in",
         ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not", ast.And: "and", ast.Or: "or"}  # fmt: skip

TO_ANOTHER_TYPE = ("range", "enumerate", "zip", "len", "sum", "int", "isinstance", "ord", "chr", "print", "open")
OPTIONAL_ARGUMENTS = ("range", "sum", "max", "min", "zip", "round")


@dataclass(frozen=True)
class Edit:
    """Replace the bytes from `start` to `end`. mistake: the known mistake that it comes from, "" for a general slip."""

    start: int
    end: int
    text: bytes
    mistake: str = ""

    def applied_to(self, content: bytes) -> bytes:
        """The file after the edit."""
        return content[: self.start] + self.text + content[self.end :]


class Located:
    """A file's syntax tree and the place of each node in its bytes."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.tree = ast.parse(content)
        self.offset = len(mark_of(content))
        self.starts = [self.offset, *(match.end() for match in LINE_END.finditer(content))]
        self.globals = {alias.asname or alias.name for node in self.tree.body for alias in getattr(node, "names", ())}
        self.globals |= {node.name for node in self.tree.body if hasattr(node, "name")}
        self.functions: dict[str, ast.FunctionDef] = {}
        for node in self.tree.body:
            for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
                if isinstance(inner, ast.FunctionDef):
                    self.functions[inner.name if inner is node else f"{node.name}.{inner.name}"] = inner

    def span(self, node: ast.AST) -> tuple[int, int]:
        """First byte of a node, and the byte behind it."""
        return (
            self.starts[node.lineno - 1] + node.col_offset,
            self.starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def text(self, node: ast.AST) -> str:
        """The node as it is written."""
        start, end = self.span(node)
        return self.content[start:end].decode("utf-8")


@functools.lru_cache(512)  # one file is searched again and again
def valid(edit: Edit, content: bytes) -> bytes | None:
    """The file after the edit; None where it is no longer Python, is the same program, or has lost a comment."""
    changed = edit.applied_to(content)
    before, kept = _program(content), comments(content)
    try:
        return changed if _program(changed) != before and comments(changed) == kept else None
    except (SyntaxError, ValueError, RecursionError):
        return None


@functools.lru_cache(2)  # many edits are tried on one file
def _program(content: bytes) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.dump(ast.parse(content))


@functools.lru_cache(2)
def comments(content: bytes) -> tuple[str, ...]:
    """The comments of a file, in order."""
    tokens = tokenize.tokenize(io.BytesIO(content).readline)
    return tuple(token.string for token in tokens if token.type == tokenize.COMMENT)


# Edits from known mistakes.


def known_edits(content: bytes, part: Part) -> Iterator[Edit]:
    """Edits that make a known mistake wherever the learner's code has the form that it changes in the reference."""
    learners = Located(content)
    reference = (SOLUTIONS / part.file_name).read_text(encoding="utf-8")
    before = Located(reference.encode("utf-8"))
    newline = newline_of(content)
    for mistake in misconceptions(part):
        find = mistake.find.encode("utf-8").replace(b"\n", newline)
        if content.count(find) == 1:
            start = content.index(find)
            yield _trimmed(content, start, find, mistake.replace.encode("utf-8").replace(b"\n", newline), mistake.id)
            continue
        after = Located(mistake.applied_to(reference).encode("utf-8"))
        yield from _like_the_reference(learners, before, after, mistake)


def _trimmed(content: bytes, start: int, find: bytes, replace: bytes, mistake: str) -> Edit:
    """The edit without the lines that it leaves as they are."""
    old, new = find.splitlines(keepends=True), replace.splitlines(keepends=True)
    while len(old) > 1 and len(new) > 1 and old[0] == new[0]:
        start += len(old.pop(0))
        new.pop(0)
    while len(old) > 1 and len(new) > 1 and old[-1] == new[-1]:
        old.pop()
        new.pop()
    return Edit(start, start + len(b"".join(old)), b"".join(new), mistake)


def _like_the_reference(learners: Located, before: Located, after: Located, mistake: Misconception) -> Iterator[Edit]:
    templates = [
        (old, new)
        for old, new in _differences(before.tree, after.tree)
        if isinstance(old, ast.expr | ast.stmt) and not isinstance(old, ast.FunctionDef | ast.ClassDef)
        if len(before.text(old)) <= LONGEST_TEMPLATE
    ][-TEMPLATES:]
    function = before.functions.get(mistake.function)
    own = learners.functions.get(mistake.function)
    names, newline = _parameters(function, own), newline_of(learners.content)
    for old, new in reversed(templates):
        for place in [own] if own is not None else learners.functions.values():
            for node in ast.walk(place):
                if type(node) is not type(old):
                    continue
                bound: dict[str, ast.expr] = {name: ast.Name(mine) for name, mine in names.items()}
                if isinstance(old, ast.Name):  # a lone name matches every other one
                    bound.setdefault(old.id, ast.Name(old.id))
                if _matches(old, node, bound):
                    bound = {name: value for name, value in bound.items() if hasattr(value, "lineno")}
                    for text in _substituted(after, new, learners, bound, names, place, node.lineno):
                        start, end = learners.span(node)
                        yield Edit(start, end, LINE_END.sub(newline, text.encode("utf-8")), mistake.id)


def _parameters(function: ast.FunctionDef | None, own: ast.FunctionDef | None) -> dict[str, str]:
    """The learner's names of the reference's parameters."""
    if function is None or own is None:
        return {}
    return {theirs.arg: mine.arg for theirs, mine in zip(function.args.args, own.args.args)}


def _differences(old: ast.AST, new: ast.AST) -> list[tuple[ast.AST, ast.AST]]:
    """The pairs of nodes from the top to the smallest one that holds all that differs."""
    path = []
    while type(old) is type(new):
        path.append((old, new))
        pairs = []
        for field in old._fields:
            ours, theirs = getattr(old, field, None), getattr(new, field, None)
            if isinstance(ours, list) and isinstance(theirs, list):
                if len(ours) != len(theirs):
                    return path
                pairs += zip(ours, theirs)
            else:
                pairs.append((ours, theirs))
        different = [(a, b) for a, b in pairs if _dump(a) != _dump(b)]
        if len(different) != 1 or not all(isinstance(each, ast.AST) for each in different[0]):
            return path
        old, new = different[0]
    if isinstance(old, ast.expr | ast.stmt) and isinstance(new, ast.expr | ast.stmt):
        path.append((old, new))
    return path


def _dump(node: object) -> str:
    return ast.dump(node) if isinstance(node, ast.AST) else repr(node)


def _matches(pattern: object, node: object, bound: dict[str, ast.expr]) -> bool:
    """Whether a node has the pattern's form. A variable of the pattern stands for one name, attribute or item."""
    if isinstance(pattern, ast.Name) and isinstance(node, ast.expr):
        if hasattr(builtins, pattern.id) or not isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            return isinstance(node, ast.Name) and node.id == pattern.id
        if isinstance(node, ast.Name) and hasattr(builtins, node.id):
            return False
        earlier = bound.setdefault(pattern.id, node)
        return _without_context(earlier) == _without_context(node)
    if isinstance(pattern, ast.Call) and isinstance(node, ast.Call) and isinstance(pattern.func, ast.Name):
        if not isinstance(node.func, ast.Name) or node.func.id != pattern.func.id:
            return False  # a function has its name everywhere
        return _matches(pattern.args, node.args, bound) and _matches(pattern.keywords, node.keywords, bound)
    if isinstance(pattern, ast.AST):
        return type(pattern) is type(node) and all(
            _matches(getattr(pattern, field, None), getattr(node, field, None), bound)
            for field in pattern._fields
            if field not in ("ctx", "type_comment", "kind")
        )
    if isinstance(pattern, list):
        return (
            isinstance(node, list)
            and len(pattern) == len(node)
            and all(_matches(a, b, bound) for a, b in zip(pattern, node))
        )
    return pattern == node


def _without_context(node: ast.AST) -> str:
    return re.sub(r"(, )?ctx=\w+\(\)", "", ast.dump(node))


def _substituted(
    after: Located,
    new: ast.AST,
    learners: Located,
    bound: Mapping[str, ast.expr],
    names: Mapping[str, str],
    place: ast.FunctionDef,
    line: int,
) -> Iterator[str]:
    """The wrong piece of the reference in the learner's names; several where it has a name that has no place there."""
    used = [node for node in ast.walk(new) if isinstance(node, ast.Name)]
    bound_first = _first_lines(place)
    unknown = []
    replaced = {}
    inside = {node.id for node in used if isinstance(node.ctx, ast.Store)}
    for name in dict.fromkeys(node.id for node in used):
        if name in bound:
            replaced[name] = learners.text(bound[name])
        elif name in names:
            replaced[name] = names[name]
        elif name in bound_first or hasattr(builtins, name) or name in inside or name in learners.globals:
            replaced[name] = name
        else:
            unknown.append(name)
    if len(unknown) > 1:
        return
    for choice in (
        [{}] if not unknown else [{unknown[0]: other} for other in sorted(bound_first) if bound_first[other] < line]
    ):
        yield _with_names(after, new, {**replaced, **choice})


def _with_names(after: Located, new: ast.AST, names: Mapping[str, str]) -> str:
    first, last = after.span(new)
    piece, shift = after.content[first:last], 0
    nodes = [node for node in ast.walk(new) if isinstance(node, ast.Name)]
    for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset)):
        start, end = after.span(node)
        text = names[node.id].encode("utf-8")
        piece = piece[: start - first + shift] + text + piece[end - first + shift :]
        shift += len(text) - (end - start)
    return piece.decode("utf-8")


def _first_lines(function: ast.FunctionDef) -> dict[str, int]:
    """The names that a function binds, parameters included, and the line where each is bound first; used above that
    line, it would raise an exception.
    """
    lines: dict[str, int] = {}
    for node in ast.walk(function):
        name = node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else None
        name = node.arg if isinstance(node, ast.arg) else name
        if name is not None:
            lines[name] = min(lines.get(name, node.lineno), node.lineno)
    return {name: line - 1 if line == function.lineno else line for name, line in lines.items()}


# General slips.


def general_edits(content: bytes) -> Iterator[Edit]:
    """Slips of every kind in all functions and methods."""
    code = Located(content)
    for function in code.functions.values():
        yield from _Slips(code, function).edits()


class _Slips:
    def __init__(self, code: Located, function: ast.FunctionDef) -> None:
        self.code, self.function = code, function
        nodes = list(ast.walk(function))
        called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
        attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
        self.methods = {id(node) for node in attributes if id(node) in called}
        self.attributes = sorted({(id(node) in called, node.attr) for node in attributes})
        self.first_lines = _first_lines(function)
        self.names = sorted(self.first_lines.keys() - {"self"})
        with_default = function.args.args[len(function.args.args) - len(function.args.defaults) :]
        self.defaults = {each.arg: code.text(value) for each, value in zip(with_default, function.args.defaults)}
        stored = Counter(node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
        self.stored_once = {name for name, count in stored.items() if count == 1}
        self.roles: dict[str, set[str]] = {}
        for parent in nodes:
            for field, value in ast.iter_fields(parent):
                for child in value if isinstance(value, list) else [value]:
                    if isinstance(child, ast.Name):
                        name = getattr(getattr(parent, "func", None), "id", "")
                        role = f"{type(parent).__name__} {field} {name} {getattr(parent, 'attr', '')}"
                        self.roles.setdefault(child.id, set()).add(role)

    def edits(self) -> Iterator[Edit]:
        for node in self._nodes(self.function):
            if isinstance(node, ast.expr):
                yield from (self._edit(node, text) for text in self._instead_of(node))
            elif isinstance(node, ast.stmt):
                yield from (self._edit(node, text) for text in self._instead_of_statement(node))
            for field in ("body", "orelse", "finalbody"):
                block = getattr(node, field, None)
                if isinstance(block, list):
                    yield from self._of_block(block)
            if isinstance(node, ast.comprehension):
                for condition in node.ifs:
                    yield self._edit(condition, f"not ({self._text(condition)})")
                    yield self._edit(condition, "True")

    def _nodes(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes but for those in f-strings, whose places Python 3.10 and 3.11 don't know."""
        yield node
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.JoinedStr | ast.arguments):
                yield from self._nodes(child)

    def _text(self, node: ast.AST) -> str:
        return self.code.text(node)

    def _edit(self, node: ast.AST, text: str) -> Edit:
        start, end = self.code.span(node)
        return Edit(start, end, text.encode("utf-8"))

    def _without_parentheses(self, node: ast.BinOp) -> Iterator[str]:
        """The node's text without the parentheses around an operand, or without a term of the operand."""
        (start, end), sign = self.code.span(node), SIGNS.get(type(node.op), "")
        for operand in (node.left, node.right):
            first, last = self.code.span(operand)
            content = self.code.content
            inside = content[first - 1 : first] == b"(" and content[last : last + 1] == b")"
            if isinstance(operand, ast.BinOp) and inside:
                shorter = content[start : first - 1] + content[first:last] + content[last + 1 : end]
                yield shorter.decode("utf-8")
            for term in (operand.left, operand.right) if isinstance(operand, ast.BinOp) and sign else ():
                around = inside and not isinstance(term, ast.BinOp | ast.UnaryOp)
                before, after = content[start : first - around], content[last + around : end]
                yield before.decode("utf-8") + self._text(term) + after.decode("utf-8")

    def _between(self, node: ast.AST, left: ast.AST, right: ast.AST, old: str, new: str) -> Iterator[str]:
        """The node's text with another operator between two of its operands."""
        start, end = self.code.span(node)
        first, last = self.code.span(left)[1], self.code.span(right)[0]
        middle = self.code.content[first:last].decode("utf-8")
        if middle.count(old) == 1:
            before, after = self.code.content[start:first], self.code.content[last:end]
            yield before.decode("utf-8") + middle.replace(old, new) + after.decode("utf-8")

    def _instead_of(self, node: ast.expr) -> Iterator[str]:
        text = self._text
        if isinstance(node, ast.BinOp):
            left, right = text(node.left), text(node.right)
            yield from (left, right)
            yield from self._without_parentheses(node)
            sign = SIGNS.get(type(node.op), "")
            if type(node.op) in ARITHMETIC:
                yield from self._between(node, node.left, node.right, sign, ARITHMETIC[type(node.op)])
            if not isinstance(node.op, ast.Add | ast.Mult):
                yield f"{right} {sign} {left}"
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            sign = SIGNS[type(node.ops[0])]
            for other in COMPARISONS[type(node.ops[0])]:
                yield from self._between(node, node.left, node.comparators[0], sign, other)
        elif isinstance(node, ast.BoolOp):
            sign = f" {SIGNS[type(node.op)]} "
            for dropped in node.values:
                yield sign.join(text(value) for value in node.values if value is not dropped)
            yield (" or " if isinstance(node.op, ast.And) else " and ").join(map(text, node.values))
        elif isinstance(node, ast.UnaryOp):
            yield text(node.operand)
        elif isinstance(node, ast.IfExp):
            yield from (text(node.body), text(node.orelse))
        elif isinstance(node, ast.Call):
            yield from self._other_calls(node)
        elif isinstance(node, ast.Subscript):
            yield from self._other_subscripts(node)
        elif isinstance(node, ast.Constant):
            yield from _other_constants(node.value)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in self.names:
            yield from (name for name in self.names if self._exchangeable(name, node))
            yield from [self.defaults[node.id]] if node.id in self.defaults else []
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield from (
                f"{text(node.value)}.{name}"
                for called, name in self.attributes
                if called == (id(node) in self.methods) and name != node.attr
            )
        elif isinstance(node, ast.Tuple | ast.List) and len(node.elts) == 2:
            opening, closing = text(node)[0], text(node)[-1]
            brackets = (opening, closing) if opening in "([" and closing in ")]" else ("", "")
            yield f"{brackets[0]}{text(node.elts[1])}, {text(node.elts[0])}{brackets[1]}"
        elif isinstance(node, ast.ListComp | ast.GeneratorExp) and len(node.generators) == 1:
            (source,) = node.generators
            if isinstance(source.iter, ast.Name):
                yield source.iter.id

    def _exchangeable(self, name: str, node: ast.Name) -> bool:
        """Whether another name holds something of the same type, as far as its uses tell."""
        alike = self.roles.get(name, set()) & self.roles.get(node.id, set())
        return name != node.id and bool(alike) and self.first_lines[name] < node.lineno

    def _other_calls(self, node: ast.Call) -> Iterator[str]:
        name, arguments = self._text(node.func), [self._text(argument) for argument in node.args]
        keywords = [self._text(keyword) for keyword in node.keywords]

        def call(function: str, positional: list[str], named: list[str] = keywords) -> str:
            return f"{function}({', '.join([*positional, *named])})"

        if name == "range" and arguments:
            *others, stop = arguments[:2]
            step = arguments[2:]
            yield from (call(name, [*others, f"{stop} - 1", *step]), call(name, [*others, f"{stop} + 1", *step]))
            yield from (
                [call(name, [stop, *step]), call(name, [f"{others[0]} + 1", stop])]
                if others
                else [call(name, ["1", stop])]
            )
        if len(arguments) == 1 and name not in TO_ANOTHER_TYPE:
            yield arguments[0]  # the call is forgotten
        if name in ("max", "min", "any", "all"):
            other = {"max": "min", "min": "max", "any": "all", "all": "any"}[name]
            yield call(other, arguments)
        if isinstance(node.func, ast.Attribute) and not arguments:
            yield self._text(node.func.value)
        for i in range(len(arguments) - 1):
            yield call(name, [*arguments[:i], arguments[i + 1], arguments[i], *arguments[i + 2 :]])
        for i in range(len(arguments) if name in OPTIONAL_ARGUMENTS and len(arguments) > 1 else 0):
            yield call(name, [*arguments[:i], *arguments[i + 1 :]])
        for i in range(len(keywords)):
            yield call(name, arguments, [*keywords[:i], *keywords[i + 1 :]])

    def _other_subscripts(self, node: ast.Subscript) -> Iterator[str]:
        value, index = self._text(node.value), node.slice
        if isinstance(index, ast.Slice):
            yield value
            lower = self._text(index.lower) if index.lower else ""
            upper = self._text(index.upper) if index.upper else ""
            yield from (f"{value}[{lower}:]", f"{value}[:{upper}]") if lower and upper else ()
            yield from [f"{value}[{lower}:{upper} - 1]", f"{value}[{lower}:{upper} + 1]"] if upper else []
            yield from [f"{value}[{lower} + 1:{upper}]"] if lower else []
        else:
            place = self._text(index)
            if isinstance(node.value, ast.Subscript) and not isinstance(node.value.slice, ast.Slice):
                yield f"{self._text(node.value.value)}[{place}][{self._text(node.value.slice)}]"
            if not isinstance(index, ast.Constant):
                yield from (f"{value}[{place} - 1]", f"{value}[{place} + 1]")

    def _instead_of_statement(self, node: ast.stmt) -> Iterator[str]:
        text = self._text
        if isinstance(node, ast.AugAssign):
            sign = SIGNS.get(type(node.op), "") + "="
            yield from self._between(node, node.target, node.value, sign, "=")
            yield from self._between(node, node.target, node.value, sign, "-=" if sign == "+=" else "+=")
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Attribute | ast.Subscript):
                yield from self._between(node, target, node.value, "=", "+=")
        elif isinstance(node, ast.If) and not node.orelse:
            start, end = self.code.span(node)
            test = self.code.span(node.test)
            head, tail = self.code.content[start : test[0]], self.code.content[test[1] : end]
            yield head.decode("utf-8") + f"not ({text(node.test)})" + tail.decode("utf-8")

    def _of_block(self, block: list[ast.stmt]) -> Iterator[Edit]:
        """A statement left out, or two in the other order."""
        for statement in block:
            if is_text(statement) or isinstance(statement, ast.FunctionDef | ast.ClassDef):
                continue
            if len(block) > 1 and not self._binds_once(statement) and (whole := self._line_of(statement)):
                yield Edit(*whole, b"")
            if isinstance(statement, ast.If | ast.With) and (body := self._dedented(statement)):
                yield body
        for first, second in zip(block, block[1:]):
            needed = {node.id for node in ast.walk(second) if isinstance(node, ast.Name)} & self._binds_once(first)
            if not is_text(first) and not needed and not isinstance(second, ast.Return):
                start, end = self.code.span(first)[0], self.code.span(second)[1]
                between = self.code.content[self.code.span(first)[1] : self.code.span(second)[0]]
                swapped = self._text(second).encode("utf-8") + between + self._text(first).encode("utf-8")
                yield Edit(start, end, swapped)
        # The last statement inside the loop before it: a return that comes too early.
        for loop, last in zip(block, block[1:]):
            if isinstance(loop, ast.For | ast.While) and isinstance(last, ast.Return):
                start, _ = self.code.span(last)
                line = self.code.starts[last.lineno - 1]
                inner = self.code.span(loop.body[0])[0] - self.code.starts[loop.body[0].lineno - 1]
                if not self.code.content[line:start].strip() and last.lineno == last.end_lineno:
                    yield Edit(line, start, b" " * inner)

    def _binds_once(self, statement: ast.stmt) -> set[str]:
        """The names that only this statement binds; without it, they would raise an exception."""
        names = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
        return {node.id for node in names if isinstance(node.ctx, ast.Store)} & self.stored_once

    def _line_of(self, statement: ast.stmt) -> tuple[int, int] | None:
        """The lines of a statement, to take out: None where something else is on them."""
        start, end = self.code.span(statement)
        first = self.code.starts[statement.lineno - 1]
        behind = self.code.starts[statement.end_lineno :][:1] or [len(self.code.content)]
        if self.code.content[first:start].strip() or self.code.content[end : behind[0]].strip():
            return None
        return first, behind[0]

    def _dedented(self, statement: ast.If | ast.With) -> Edit | None:
        """The only statement of a block, without the `if` or `with` around it."""
        if len(statement.body) != 1 or getattr(statement, "orelse", None):
            return None
        start, end = self.code.span(statement)
        return Edit(start, end, self._text(statement.body[0]).encode("utf-8"))


def _other_constants(value: object) -> Iterator[str]:
    if isinstance(value, bool):
        yield repr(not value)
    elif isinstance(value, int | float):
        yield from (repr(value + 1), repr(value - 1), repr(-value), repr(type(value)(0)), repr(type(value)(1)))
        yield from (repr(value * 2), repr(value / 2))
    elif isinstance(value, str) and value:
        yield '""'
