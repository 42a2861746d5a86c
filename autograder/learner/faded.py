"""The code of a task with blanks, for the last two hints: first with many blanks, then with few.

The places are found in the syntax tree of the reference, so they are the same for everybody. If the lesson teaches
another form of the code than the reference has, the hints show the lesson's form. With many blanks, every
statement lacks its expression. With few, only the expressions that most of the known mistakes change are missing. What
is missing there is also missing in the first version, so nobody gets the complete code from both.
"""

from __future__ import annotations

import ast
import difflib
import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autograder.course import SOLUTIONS, Part, Task
from autograder.grading.misconceptions import misconceptions
from autograder.grading.sources import is_text
from autograder.learner.mistake_edits import Located
from autograder.learner.other_forms import as_taught
from autograder.stubs import BEGIN, END

SHARE = 3  # with few blanks, one blank in this many stays
LONGEST = 9  # words and signs of a blank in the version with few; a longer one is narrowed down where that is possible
NARROWED = 0.6  # the share of its known mistakes that the narrower blank must keep
OF_NAME = 0.4  # what a mistake in a name alone counts
WORD = re.compile(r"[\w.]+|[^\w\s.]+")


@dataclass(frozen=True)
class FadedCode:
    """A task's code with blanks. module: the part's file, where the other tasks are solved; missing: the expressions
    that the blanks stand for, in order.
    """

    module: str
    missing: tuple[str, ...]


@functools.cache
def examples(part: Part, task: Task) -> tuple[FadedCode, ...]:
    """The two examples of a task, the one with more blanks first; none for a written answer."""
    if not task.defines:
        return ()
    code = _Code(part, task)
    return code.example(code.many), code.example(code.few)


class _Code:
    """The reference of a task: where its blanks are."""

    def __init__(self, part: Part, task: Task) -> None:
        reference = (SOLUTIONS / part.file_name).read_bytes().replace(b"\r\n", b"\n").decode("utf-8")
        self.located = Located(as_taught(reference, part, task).encode("utf-8"))
        self.functions = [self.located.functions[name] for name in task.defines]
        self.weights = self._weights(part, task)
        of_functions = [self._many(function) for function in self.functions]
        self.many = [place for places in of_functions for place in places]
        self.few = [place for places in of_functions for place in self._few(places)]

    def example(self, blanks: Iterable[ast.expr]) -> FadedCode:
        """The file with numbered blanks in these places."""
        content, missing = self.located.content, []
        spans = sorted(map(self.located.span, blanks))
        for number, (start, end) in reversed([*enumerate(spans, 1)]):
            missing.append(content[start:end].decode("utf-8"))
            content = content[:start] + f"____{number}".encode("ascii") + content[end:]
        lines = content.decode("utf-8").splitlines(keepends=True)
        module = "".join(line for line in lines if not BEGIN.match(line.rstrip()) and not END.match(line.rstrip()))
        return FadedCode(module, tuple(reversed(missing)))

    def _weights(self, part: Part, task: Task) -> dict[tuple[int, int], float]:
        """How many known mistakes change each expression of the task. One that changes many counts less in each."""
        weights: defaultdict[tuple[int, int], float] = defaultdict(float)
        reference = self.located.content.decode("utf-8")
        for mistake in misconceptions(part):
            if mistake.function in task.defines and reference.count(mistake.find) == 1:
                wrong = Located(mistake.applied_to(reference).encode("utf-8")).functions.get(mistake.function)
                right = self.located.functions[mistake.function]
                changed = {self.located.span(node) for node in (_changed(right, wrong) if wrong else ())}
                for span in changed:
                    weights[span] += 1 / len(changed)
        return dict(weights)

    def weight(self, node: ast.AST) -> float:
        """How many known mistakes change something in an expression."""
        start, end = self.located.span(node)
        return sum(count for (first, last), count in self.weights.items() if start <= first and last <= end)

    def _many(self, function: ast.FunctionDef) -> list[ast.expr]:
        body = [statement for statement in function.body if not is_text(statement)]
        for_checks = _only_for_checks(body)
        body = [statement for statement in body if statement not in for_checks]
        places = [place for statement in body for place in self._of_statement(statement)]
        if len(body) == 1 and places == [getattr(body[0], "value", None)]:
            return self._operands(places[0])  # a blank alone would be no example
        return places

    def _few(self, many: list[ast.expr]) -> list[ast.expr]:
        by_weight = sorted(many, key=lambda place: self.weight(place) * (OF_NAME if _says_little(place) else 1))
        ranked = by_weight[::-1][: max(1, len(many) // SHARE)]
        return [narrow for place in ranked for narrow in self._narrowed(place, len(ranked) == len(many))]

    def _narrowed(self, place: ast.expr, must: bool = False) -> list[ast.expr]:
        """The place, or the parts of it that most of its mistakes change if it is long, or must become shorter."""
        inner = [node for node in self._operands(place) if node is not place]
        if not inner or not (must or len(WORD.findall(self.located.text(place))) > LONGEST):
            return [place]
        chosen: list[ast.expr] = []
        for node in sorted(inner, key=self.weight, reverse=True)[: len(inner) - (len(inner) > 1)]:
            if sum(map(self.weight, chosen)) < NARROWED * self.weight(place) or not chosen:
                chosen.append(node)
        return [narrow for node in chosen for narrow in self._narrowed(node)]

    def _of_statement(self, node: ast.stmt) -> Iterator[ast.expr]:
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Return) and node.value is not None:
            yield from self._top(node.value)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield from self._arguments(node.value) if _has_arguments(node.value) else self._top(node.value)
        elif isinstance(node, ast.For):
            yield from self._top(node.iter)
        elif isinstance(node, ast.If | ast.While):
            yield from self._top(node.test)
        elif isinstance(node, ast.With):
            yield from (place for item in node.items for place in self._top(item.context_expr))
        for inner in (*getattr(node, "body", ()), *getattr(node, "orelse", ())):
            yield from self._of_statement(inner)

    def _top(self, node: ast.expr) -> Iterator[ast.expr]:
        """The places in an expression that stands alone; what is trivial is a place only if a mistake changes it."""
        if isinstance(node, ast.Tuple | ast.List) and node.elts:
            yield from (place for element in node.elts for place in self._top(element))
        elif isinstance(node, ast.Starred):
            yield from self._top(node.value)
        elif isinstance(node, ast.Dict):
            yield from (place for value in node.values for place in self._top(value))
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            yield from self._of_comprehension(node)
        elif isinstance(node, ast.Call) and _makes_object(node):
            yield from self._arguments(node)
        elif self.weight(node) or not _is_trivial(node):
            yield node

    def _of_comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Iterator:
        yield from self._top(node.value if isinstance(node, ast.DictComp) else node.elt)
        for generator in node.generators:
            yield from self._top(generator.iter)
            yield from (place for test in generator.ifs for place in self._top(test))

    def _arguments(self, node: ast.Call) -> Iterator[ast.expr]:
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            yield from self._top(argument)

    def _operands(self, node: ast.expr) -> list[ast.expr]:
        """The places one level further down; the node itself if there is none."""
        if isinstance(node, ast.Call):
            function = [node.func] if self.located.span(node.func) in self.weights else []
            return [*function, *self._arguments(node)] or [node]
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            return [*self._of_comprehension(node)]
        inner = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        if isinstance(node, ast.BinOp | ast.BoolOp | ast.Compare | ast.UnaryOp | ast.IfExp) and inner:
            return inner
        return [node]


def _changed(old: ast.AST, new: ast.AST) -> list[ast.expr]:
    """The smallest expressions of `old` that hold what differs in `new`."""
    if ast.dump(old) == ast.dump(new):
        return []
    if type(old) is not type(new) or isinstance(old, ast.JoinedStr):  # Python 3.11 has no positions inside an f-string
        return _expressions(old)
    found: list[ast.expr] = []
    direct = False
    for field in old._fields:
        ours, theirs = getattr(old, field, None), getattr(new, field, None)
        if isinstance(ours, list) and isinstance(theirs, list):
            found += _changed_in_list(ours, theirs)
        elif isinstance(ours, ast.expr) and isinstance(theirs, ast.AST) and not _is_store(ours):
            found += _changed(ours, theirs)
        elif isinstance(ours, ast.AST) and isinstance(theirs, ast.AST):
            direct = direct or ast.dump(ours) != ast.dump(theirs)
        else:
            direct = direct or ours != theirs
    return _expressions(old) if direct else found or _expressions(old)


def _changed_in_list(ours: list, theirs: list) -> list[ast.expr]:
    keys = [[ast.dump(each) if isinstance(each, ast.AST) else repr(each) for each in side] for side in (ours, theirs)]
    found = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if kind == "replace" and b - a == d - c:
            pairs = zip(ours[a:b], theirs[c:d])
            found += [node for old, new in pairs if isinstance(old, ast.AST) for node in _changed(old, new)]
        elif kind in ("replace", "delete"):
            found += [node for old in ours[a:b] if isinstance(old, ast.AST) for node in _expressions(old)]
    return found


def _expressions(node: ast.AST) -> list[ast.expr]:
    """The expressions that can be blanks of a node that a mistake changes as a whole."""
    if isinstance(node, ast.GeneratorExp):
        return [node.elt]  # its brackets may be those of a call
    if isinstance(node, ast.Tuple | ast.List) and node.elts:
        return list(node.elts)
    if isinstance(node, ast.Starred | ast.keyword | ast.comprehension):
        return [node.iter if isinstance(node, ast.comprehension) else node.value]
    if isinstance(node, ast.Slice):
        return [each for each in (node.lower, node.upper, node.step) if each is not None]
    if isinstance(node, ast.expr):
        return [] if _is_store(node) else [node]
    for field in ("value", "iter", "test"):
        if isinstance(value := getattr(node, field, None), ast.expr):
            call = isinstance(node, ast.Expr) and isinstance(value, ast.Call) and _has_arguments(value)
            return [*value.args, *(keyword.value for keyword in value.keywords)] if call else _expressions(value)
    return []


def _is_store(node: ast.AST) -> bool:
    return isinstance(getattr(node, "ctx", None), ast.Store)


def _is_trivial(node: ast.expr) -> bool:
    """Whether an expression has no blank unless a mistake changes it."""
    return isinstance(node, ast.Constant) or _says_little(node)


def _says_little(node: ast.expr) -> bool:
    """Whether an expression is a name, or an empty list, set or dict."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and not _has_arguments(node)
    return isinstance(node, ast.Name) or ast.unparse(node) in ("[]", "{}", "()")


def _makes_object(node: ast.Call) -> bool:
    """Whether a class of the course is called with arguments: they are what matters."""
    return isinstance(node.func, ast.Name) and node.func.id[0].isupper() and _has_arguments(node)


def _has_arguments(node: ast.Call) -> bool:
    return bool(node.args or node.keywords)


def _is_check(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and all(isinstance(inner, ast.Raise) for inner in node.body)


def _only_for_checks(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements that only reject wrong use. No check tests them, so they have no blanks."""
    checks = [node for node in body if _is_check(node)]
    others = [node for node in body if node not in checks]

    def names(nodes: Iterable[ast.AST], context: type) -> set[str]:
        found = (inner for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Name))
        return {name.id for name in found if isinstance(name.ctx, context)}

    in_checks = names(checks, ast.Load)
    for node in others:
        stored = names([node], ast.Store) if isinstance(node, ast.Assign) else set()
        if stored and stored <= in_checks - names([other for other in others if other is not node], ast.Load):
            checks.append(node)
    return checks
