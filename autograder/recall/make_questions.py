"""Make questions of eight kinds about a learner's passing code. Every answer is computed by running that code."""

from __future__ import annotations

import ast
import copy
import functools
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from autograder.course import Part
from autograder.grading.checks import Draw
from autograder.grading.compare import show
from autograder.grading.grade import GradingContext, data_files
from autograder.grading.part_probes import Call, paper_calls
from autograder.grading.report import Check
from autograder.grading.sources import is_text
from autograder.learner.machine import THIS_ONE, Machine
from autograder.recall.bench import NOTHING, Bench, Words, as_asked, form, has_text, same
from autograder.recall.changed_code import Change, in_the_reference, known_mistakes, own_changes, without_comment
from autograder.recall.question import LONGEST, OPTIONS, Option, Question, from_texts, from_values
from autograder.sandbox import Tier
from autograder.text import clean_text, listed, plural
from autograder.viva.questions import MAX_COUNTABLE, fits_on_paper, held_before
from autograder.viva.recorded_run import RecordedRun, run_calls
from autograder.viva.student_code import LONGEST_LINE, Code

DRAWS = 6  # of the part's calls, for questions with several inputs
LONGEST_CALL = 90  # characters of a call that is an option
MOST_LINES = 18  # of code shown
LONGEST_SHOWN = 70  # characters of a line of code that is shown with its comment
MORE_RUNS = 2  # calls in which a change must do what a known mistake does
GRADED = 4  # changes to grade for one question


def make(kind: str, part: Part, task: str, content: bytes, seed: int, on: Machine = THIS_ONE) -> Question | None:
    """A question of this kind about a task; None if the code gives none. The same content and seed give the same one.

    Raises ValueError if Python can't read the file or it hangs, SandboxUnavailable if it can't be run here.
    """
    return next(_Maker(part, task, content, seed, on).questions(kind), None)


@dataclass
class _Maker:
    part: Part
    task: str
    content: bytes
    seed: int
    on: Machine = THIS_ONE
    code: Code = field(init=False)
    rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.code = Code(self.content, self.part.file_name)

    def questions(self, kind: str) -> Iterator[Question]:
        self.rng = random.Random(f"{self.seed} {kind} {self.task}")
        runs = self._runs(several=kind == "which input")
        self.rng.shuffle(runs)
        yield from KINDS[kind](self, runs)

    def _runs(self, several: bool) -> list[RecordedRun]:
        """The calls of the task that the learner's code answers; several: with other numbers, too."""
        calls: dict[str, Call] = {}
        for i in range(DRAWS if several else 1):
            for call in paper_calls(self.part, Draw(f"{self.seed} {i}")):
                if call.task == self.task:
                    calls.setdefault(repr((call.probe, call.arguments)), call)
        data = data_files(self.part, self.seed)
        return run_calls(self.part, self.code, list(calls.values()), Tier.LOCAL, data, self.on.open_worker)

    def _bench(self, changes: list[Change], run: RecordedRun) -> Bench:
        text_is_right = has_text(as_asked(run.call, run.answer))
        return Bench(self.part, changes, data_files(self.part, self.seed), text_is_right, self.on.open_worker)

    # What a call returns.

    def _returns(self, runs: list[RecordedRun]) -> Iterator[Question]:
        """What does this call return? Known mistakes and slips in the learner's code give the wrong options."""
        for run in runs:
            mistakes = known_mistakes(self.part, self.task, self.rng)
            slips = [each.as_slip for each in own_changes(self.part, self.code, self._lines(run), self.rng)]
            with self._bench([*mistakes, *slips], run) as bench:
                wrong = self._wrong_values(run, [*mistakes, *slips], bench)
                made = from_values(as_asked(run.call, run.answer), wrong, self.rng)
            if made:
                yield self._question("returns", run, [self._called(run), self._asks(run)], made, run.call.mentions)

    def _wrong_values(self, run: RecordedRun, changes: list[Change], bench: Bench) -> list[tuple[object, str]]:
        """What the call returns with each change, if that is wrong; values of the right form first."""
        right = as_asked(run.call, run.answer)
        found: list[tuple[object, str]] = []
        for change in changes:
            value = bench.returned(change, run.call)
            if value is NOTHING or any(same(value, other) for other in (right, *(each for each, _ in found))):
                continue
            found.append((value, change.explained))
            if sum(form(value) == form(right) for value, _ in found) == OPTIONS:
                break
        return sorted(found, key=lambda each: form(each[0]) != form(right))

    def _which_input(self, runs: list[RecordedRun]) -> Iterator[Question]:
        """Which of these calls returns this value?"""
        for run in runs:
            right = as_asked(run.call, run.answer)
            others = [each for each in runs if each.call.probe == run.call.probe and each.words != run.words]
            others = [each for each in others if not same(as_asked(each.call, each.answer), right)]
            texts = [(each.words, f"It returns {_shown(each)}.") for each in (run, *others)]
            if max(len(words) for words, _ in texts[:OPTIONS]) > LONGEST_CALL or len(_shown(run)) > LONGEST:
                continue
            made = from_texts([(run.words, ""), *texts[1:]], self.rng)
            if made:
                words = f"Which of these calls returns {_shown(run)}?"
                if run.call.only_lengths:
                    words = f"Which of these calls returns a list like this: {_shown(run)}?"
                yield self._question("which input", run, [words], made, run.call.mentions)

    # What a change does.

    def _given(self, changes: list[Change], run: RecordedRun, runs: list[RecordedRun]) -> list[tuple[Change, object]]:
        """Each change with what the call returns then. A change is called a known mistake only if what it returns, in
        other runs too, is wrong and is what that mistake returns in the reference.
        """
        known = in_the_reference(self.part, changes)
        seen = [run, *runs[:MORE_RUNS]]
        given = []
        with self._bench([*changes, *known.values()], run) as bench:
            for change in changes:
                value, wrong = bench.returned(change, run.call), known.get(change.mistake)
                if value is NOTHING:
                    continue
                if wrong and not _acts_like(change, wrong, bench, seen):
                    change = change.as_slip
                given.append((change, value))
        return given

    def _changed(self, runs: list[RecordedRun]) -> Iterator[Question]:
        """What would this call return if a line were different?"""
        for run in runs:
            right = as_asked(run.call, run.answer)
            given = self._given(own_changes(self.part, self.code, self._lines(run), self.rng), run, runs)
            given = [(change, value) for change, value in given if not same(value, right)]
            given.sort(key=lambda each: (form(each[1]) != form(right), not fits_on_paper(each[1])))
            for change, value in given[:OPTIONS]:
                others = [(right, "That is what it returns as your code is now.")]
                others += [(other, each.explained) for each, other in given if each != change]
                made = from_values(value, others, self.rng)
                if made:
                    words = [*change.suppose, self._called(run), self._asks(run, would=True)]
                    why = change.explained if change.says else run.call.mentions
                    yield self._question("changed", run, words, made, why, change.line)

    def _which_change(self, runs: list[RecordedRun]) -> Iterator[Question]:
        """Which of these changes makes the call return this value?"""
        for run in runs:
            right = as_asked(run.call, run.answer)
            given = self._given(own_changes(self.part, self.code, self._lines(run), self.rng), run, runs)
            wrong = [each for each in given if not same(each[1], right)]
            wrong.sort(key=lambda each: (form(each[1]) != form(right), not fits_on_paper(each[1])))
            for change, value in wrong[:OPTIONS]:
                others = [each for each in [*wrong, *given] if not same(each[1], value)]
                texts = [
                    (change.words, change.says and change.explained),
                    *((each.words, self._gives(run, out)) for each, out in others),
                ]
                now, then = _text(right), _text(value)
                made = from_texts(texts, self.rng)
                if made and len(now) + len(then) <= LONGEST and now != then:
                    words = [self._called(run), f"One of these changes makes it return {then} instead of {now}. Which?"]
                    yield self._question(
                        "which change", run, words, made, "" if change.says else run.call.mentions, change.line
                    )

    def _gives(self, run: RecordedRun, value: object) -> str:
        text = _text(value)
        if same(value, as_asked(run.call, run.answer)):
            return "With this change, this call still returns the same."
        return f"It would return {text}." if len(text) <= LONGEST else ""

    def _which_check(self, runs: list[RecordedRun]) -> Iterator[Question]:
        """Which check would fail if a line were different? Asks about the first change with which some checks of the
        task fail and others pass.
        """
        context, lines = GradingContext(), {line for run in runs for line in self._lines(run)}
        now = self._graded(self.content, context)
        passing = {check.name for check in now if check.status == "passed" and not check.hidden}
        changes = own_changes(self.part, self.code, lines, self.rng)[:GRADED]
        known = {change.content: change for change, _ in self._given(changes, runs[0], runs)} if runs else {}
        for change in changes:
            change = known.get(change.content, change.as_slip)
            checks = [check for check in self._graded(change.content, context) if check.name in passing]
            failing = [check for check in checks if check.status != "passed"]
            staying = [check for check in checks if check.status == "passed"]
            self.rng.shuffle(staying)
            staying.sort(key=lambda check: check.task != self.task)
            if not failing or not any(check.task == self.task for check in staying):
                continue  # a check of another task is too easy to rule out
            fails = self.rng.choice(failing)
            made = from_texts([(check.title, "") for check in (fails, *staying)], self.rng)
            if made:
                words = [*change.suppose, "Your code passes these checks now. Which one of them would fail?"]
                of_all = f"{len(failing)} of {len(checks)} checks of the part would fail."
                why = f"{change.explained} {of_all}" if change.says else of_all
                yield self._question("which check", None, words, made, why, change.line)
                return

    def _graded(self, content: bytes, context: GradingContext) -> tuple[Check, ...]:
        files = {self.part.file_name: content}
        how = {"seed": self.seed, "tier": Tier.LOCAL, "explain": False, "context": context}
        return self.on.grade(files, self.part, **how).checks

    # How a call runs.

    def _count(self, runs: list[RecordedRun]) -> Iterator[Question]:
        """How many times does this line run?"""
        for run in runs:
            counts = Counter(run.lines)
            several = [line for line, times in counts.items() if 2 <= times <= MAX_COUNTABLE]
            self.rng.shuffle(several)
            several.sort(key=lambda line: not self._is_own(self.code.statements[line].function))
            for line in several:
                statement, right = self.code.statements[line], counts[line]
                others = {times: f"That is how often line {other} runs." for other, times in counts.items()}
                near = [times for times in (right - 1, right + 1, right + 2, 2 * right) if times]
                self.rng.shuffle(near)
                texts = [(str(times), others[times]) for times in others if times <= 2 * right + 2]
                texts = self.rng.sample(texts, min(2, len(texts))) + [(str(times), "") for times in near]
                made = from_texts(
                    [(str(right), ""), *((text, why) for text, why in texts if text != str(right))], self.rng
                )
                if made:
                    loops = [f"the loop of line {loop}" for loop in statement.loops]
                    inside = f"inside {listed(loops)}" if loops else f"which runs {plural(right, 'time')} in this call"
                    why = f"Line {line} is in {statement.function}, {inside}."
                    words = [self._called(run), f"How many times does line {line} run?"]
                    yield self._question("count", run, words, made, why, line)

    def _order(self, runs: list[RecordedRun]) -> Iterator[Question]:
        """In which order do these lines run?"""
        for run in runs:
            first = list(dict.fromkeys(run.lines))
            if len({self.code.statements[line].function for line in first}) < 2 or len(first) < 3:
                continue
            for _ in range(20):
                three = sorted(self.rng.sample(first, 3), key=first.index)
                if three == sorted(three) or len({self.code.statements[line].function for line in three}) < 2:
                    continue
                a, b, c = sorted(three)
                orders = [[a, b, c], [b, a, c], [b, c, a], [c, a, b], [a, c, b], [c, b, a]]
                texts = [(_order(order), "That is their order in the file." if order == [a, b, c] else "")
                         for order in orders if order != three]  # fmt: skip
                made = from_texts([(_order(three), ""), *texts], self.rng)
                words = [self._called(run), f"In which order do the lines {listed([a, b, c])} run for the first time?"]
                where = "; ".join(f"line {line} is in {self.code.statements[line].function}" for line in three)
                yield self._question("order", run, words, made, f"{where[0].upper()}{where[1:]}.", *three)
                break

    def _value(self, runs: list[RecordedRun]) -> Iterator[Question]:
        """What does a name hold right after its line has run for the first time?"""
        for run in runs:
            if run.call.only_lengths:
                continue
            seen: dict[tuple[int, str], list] = {}
            for line, name, value in run.values:
                seen.setdefault((line, name), []).append(value)
            places = list(seen)
            self.rng.shuffle(places)
            places.sort(key=lambda place: not self._is_own(self.code.statements[place[0]].function))
            for line, name in places:
                value, *later = seen[line, name]
                if not fits_on_paper(value):
                    continue
                others = [(each, f"That is its value later, when line {line} runs again.") for each in later]
                others += [
                    (each, f"That is the value of {other} (line {number}).")
                    for (number, other), held in seen.items()
                    for each in held
                    if (number, other) != (line, name)
                ]
                others += [(run.answer, "That is what the call returns.")]
                others += [(each, "") for each in _near(value)]
                others.sort(key=lambda each: form(each[0]) != form(value))
                made = from_values(value, others, self.rng)
                if made and value not in ([], 0, 0.0, ""):
                    words = [
                        self._called(run),
                        f"What is the value of {name} right after line {line} has run for the first time?",
                    ]
                    words += ["(Of a Value: its data.)"] if "Value" in self.code.text else []
                    before = [
                        f"{other} was {show(held)} (line {number})"
                        for number, other, held in held_before(self.code, run, line, name)
                    ]
                    why = f"Before that, {listed(before)}." if before else ""
                    yield self._question("value", run, words, made, why, line)

    # Common to all.

    def _called(self, run: RecordedRun) -> str:
        return f"Your code is called: {run.words}"

    def _asks(self, run: RecordedRun, would: bool = False) -> str:
        if run.call.only_lengths:
            return (
                "How long would the lists be that it returns?" if would else "How long are the lists that it returns?"
            )
        return "What would it return?" if would else "What does it return?"

    def _question(
        self,
        kind: str,
        run: RecordedRun | None,
        words: list[str],
        made: tuple[tuple[Option, ...], int],
        why: str,
        *lines: int,
    ) -> Question:
        options, right = made
        shown = tuple(self._shown_code(run, lines))
        if why and (why[:2].isalpha() or why.startswith("a ")):  # not a variable such as x
            why = f"{why[0].upper()}{why[1:]}"
        return Question(self.task, kind, shown, tuple(words), options, right, why)

    def _lines(self, run: RecordedRun) -> set[int]:
        """The lines of the functions in which the call ran, without those of other tasks if it is possible."""
        ran = {self.code.statements[line].function for line in run.lines}
        names = {name for name in ran if self._is_own(name)} or ran or {*self.part.task(self.task).defines}
        return {line for name in names if name in self._functions for line in self._functions[name]}

    def _is_own(self, name: str) -> bool:
        """Whether a function is the task's or a helper: one that no other task asks for."""
        tasks = [task.id for task in self.part.tasks if name in task.defines]
        return not tasks or self.task in tasks

    @functools.cached_property
    def _functions(self) -> dict[str, list[int]]:
        """The lines of code of each function and method, without docstring, comments and blank lines."""
        found = {}
        for node in self.code.tree.body:
            for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
                if isinstance(inner, ast.FunctionDef):
                    name = inner.name if inner is node else f"{node.name}.{inner.name}"
                    found[name] = [*self._lines_of(inner)]
                elif isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Lambda):
                    found[ast.unparse(inner.targets[0])] = [*range(inner.lineno, inner.end_lineno + 1)]
        return found

    def _without_types(self, line: int) -> str:
        """The line that begins a function, without types, if it has some or continues in the next line; else ""."""
        function = next(
            (node for node in self._nodes if isinstance(node, ast.FunctionDef) and node.lineno == line), None
        )
        if function is None or re.fullmatch(r"\s*def \w+\([^:]*\):.*", self.code.lines[line - 1]):
            return ""
        arguments = copy.deepcopy(function.args)
        for node in ast.walk(arguments):
            if isinstance(node, ast.arg):
                node.annotation = None
        return clean_text(f"def {function.name}({ast.unparse(arguments)}):", LONGEST_LINE)

    def _fitting(self, text: str) -> str:
        """The line, without its comment where it is long."""
        return clean_text(without_comment(text) if len(text) > LONGEST_SHOWN else text, LONGEST_LINE)

    @functools.cached_property
    def _nodes(self) -> list[ast.AST]:
        return [*ast.walk(self.code.tree)]

    def _lines_of(self, function: ast.FunctionDef) -> Iterator[int]:
        yield function.lineno
        for statement in function.body:
            if not is_text(statement):
                for line in range(statement.lineno, statement.end_lineno + 1):
                    text = self.code.lines[line - 1].strip()
                    if text and not text.startswith("#"):
                        yield line

    def _shown_code(self, run: RecordedRun | None, lines: tuple[int, ...]) -> Iterator[tuple[int, str]]:
        """The functions of the task and of the lines in question, shortened to what is around those lines."""
        statements = self.code.statements
        names = [name for name in self.part.task(self.task).defines if name in self._functions]
        if lines:
            at = [name for name, own in self._functions.items() if any(line in own for line in lines)]
            names = at or names
        elif run is not None:
            ran = [statements[line].function for line in run.lines]
            names = [name for name in names if name in ran] or names
        names = names[:3]
        for name in names:
            if name != names[0]:
                yield 0, ""
            yield from self._shortened(self._functions[name], lines, MOST_LINES // len(names))

    def _shortened(self, own: list[int], lines: tuple[int, ...], most: int) -> Iterator[tuple[int, str]]:
        """A function's first line, and the lines around these ones, or all of its lines if they are few."""
        near = [own.index(line) for line in lines if line in own] or [0]
        kept = [own[0]] + [line for i, line in enumerate(own) if i and min(abs(i - j) for j in near) <= most // 2]
        kept = own if len(own) <= most else kept
        cut = len(self.code.lines[own[0] - 1]) - len(self.code.lines[own[0] - 1].lstrip())
        for place, line in enumerate(kept):
            if place and own.index(line) > own.index(kept[place - 1]) + 1:
                yield 0, ""
            yield line, self._without_types(line) or self._fitting(self.code.lines[line - 1][cut:].rstrip())
        if kept[-1] != own[-1]:
            yield 0, ""


KINDS: dict[str, Callable[[_Maker, list[RecordedRun]], Iterator[Question]]] = {
    "returns": _Maker._returns,
    "which input": _Maker._which_input,
    "changed": _Maker._changed,
    "which change": _Maker._which_change,
    "count": _Maker._count,
    "order": _Maker._order,
    "value": _Maker._value,
    "which check": _Maker._which_check,
}


def _acts_like(change: Change, wrong: Change, bench: Bench, runs: list[RecordedRun]) -> bool:
    """Whether two versions return the same in all of these runs, and something wrong in at least one of them."""
    pairs = [(bench.returned(change, run.call), bench.returned(wrong, run.call)) for run in runs]
    if not all(same(*pair) for pair in pairs):
        return False
    return any(not same(value, as_asked(run.call, run.answer)) for (value, _), run in zip(pairs, runs))


def _shown(run: RecordedRun) -> str:
    return _text(as_asked(run.call, run.answer))


def _text(value: object) -> str:
    return value if isinstance(value, Words) else show(value)


def _order(lines: list[int]) -> str:
    return ", then ".join(map(str, lines))


def _near(value: object) -> list[object]:
    """Wrong values that are close to the right one, as after a small slip."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [each for each in (-value, value + 1, value * 2) if each != value]
    if isinstance(value, list) and len(value) > 1:
        return [value[::-1], [*value[1:], value[0]]]
    return []
