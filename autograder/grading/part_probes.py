"""A part's probes in the process that grades: each call in words, the same call on the reference, and the calls that an
oral exam may ask about, whose answer a person can find on paper (the part's viva.py draws them).
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import inspect
import re
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.course import SOLUTIONS, Part
from autograder.grading.checks import Draw
from autograder.grading.compare import show
from autograder.grading.sources import Function, Source, called_as, functions_of

SECOND_WAY = "second_way"


@dataclass(frozen=True)
class Call:
    """One call of a probe. mentions: what a good explanation of the answer says.

    only_lengths: the numbers need a machine, but how many there are does not. right: the right answer for a probe
    that reads files next to it, since the reference can't be called without them.
    """

    task: str
    probe: str
    arguments: tuple
    mentions: str
    only_lengths: bool = False
    right: object = None


class Probes:
    """The probes of one part, read from its probes.py. A probe's docstring is the call as a learner would write it,
    with {names} of the probe's arguments where their values go. A probe whose last parameter is `second_way` can see
    the same in two ways (see Session.call): names of these are in two_ways.
    """

    def __init__(self, part: Part) -> None:
        self.path = part.suite / "probes.py"
        self.source = self.path.read_text(encoding="utf-8")
        self._templates, self._parameters, self.two_ways = {}, {}, set()
        self._seconds: dict[str, float | None] = {}
        tree = ast.parse(self.source)
        self._functions = Source(functions=functions_of(tree))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                text = ast.get_docstring(node)
                if not text:
                    raise ValueError(f"{self.path}: the probe {node.name} has no docstring, which learners would read.")
                self._templates[node.name] = " ".join(text.split())
                self._parameters[node.name] = [argument.arg for argument in node.args.args]
                if self._parameters[node.name][-1:] == [SECOND_WAY]:
                    del self._parameters[node.name][-1]
                    self.two_ways.add(node.name)

    def ways(self, call: Call) -> list[Call]:
        """The call, and for a probe that can see the same in two ways also the second way, unless the call asks for it
        already.
        """
        if call.probe not in self.two_ways or len(call.arguments) > len(self._parameters[call.probe]):
            return [call]
        return [call, replace(call, arguments=(*call.arguments, True))]

    @property
    def names(self) -> tuple[str, ...]:
        """All probes of the part."""
        return tuple(self._templates)

    def called(self, probe: str, arguments: tuple) -> str:
        """The call in words, with its values."""
        if probe not in self._templates:
            raise AttributeError(f"{self.path} has no probe named {probe}.")
        shown = arguments[: len(self._parameters[probe])] if probe in self.two_ways else arguments
        values = dict(zip(self._parameters[probe], map(show, shown), strict=True))
        return self._templates[probe].format(**values)

    def mentions(self, probe: str) -> frozenset[str]:
        """The names that a probe mentions, at any remove: among them is every function of a learner's that it calls."""
        reached = self._functions.reached_from({probe})
        return frozenset().union(*(self._functions.functions[name].mentions for name in reached))

    def unused(self, probe: str, name: str, function: Function, optional: bool = False) -> list[str]:
        """The parameters that a learner's function never uses although the probe's call sets them, as the call in words
        shows. optional: only those that a call may leave out.
        """
        words, may_be_left_out = self._templates[probe], function.optional
        mentioned = {*re.findall(r"\w+", words)}
        sets_all = re.search(rf"\b{called_as(name)}\([^()]*\*\*", words) is not None
        unused = [parameter for parameter in function.unused if parameter in may_be_left_out or not optional]
        return [each for each in unused if each not in may_be_left_out or sets_all or each in mentioned]

    def run(self, probes: Iterable[str], source: Source) -> set[str]:
        """The functions of a learner's file that these probes may run."""
        return source.reached_from(frozenset().union(*map(self.mentions, probes)))

    @functools.cached_property
    def _namespace(self) -> dict:
        return vars(load_trusted(self.path))

    def on_reference(self, probe: str, arguments: tuple) -> object:
        """The reference's result, as plain data, computed in this process."""
        return plain(self._namespace[probe](*arguments))

    def reference_seconds(self, probe: str, arguments: tuple) -> float | None:
        """The processor time that the reference needs for this call, measured once; None where it can't be called: in a
        copy of the course without the reference, and for a probe that reads files next to it.
        """
        if probe not in self._seconds:
            begin = time.process_time()
            try:
                self.on_reference(probe, arguments)
                self._seconds[probe] = time.process_time() - begin
            except Exception:
                self._seconds[probe] = None
        return self._seconds[probe]


def paper_calls(part: Part, draw: Draw) -> list[Call]:
    """The part's calls, with new numbers; none when the part has no viva.py."""
    path = part.suite / "viva.py"
    return load_trusted(path).calls(draw) if path.exists() else []


def load_trusted(path: Path) -> object:
    """Import one of the course's files next to the reference. This process never imports a learner's code."""
    if str(SOLUTIONS) not in sys.path:
        sys.path.insert(0, str(SOLUTIONS))
    name = f"trusted_{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def plain(value: object) -> object:
    """Tuples as lists, as they come out of a sandbox."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if inspect.isgenerator(value):
        raise TypeError("A probe returned a generator: return a list.")
    return value
