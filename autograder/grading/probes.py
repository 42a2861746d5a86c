"""A part's probes as the trusted side sees them: what each call means in words, and the same call on the reference."""

from __future__ import annotations

import ast
import functools
import importlib.util
import inspect
import sys
import time
from collections.abc import Callable
from pathlib import Path

from autograder.course import SOLUTIONS, Part
from autograder.grading.compare import show


class Probes:
    """The probes of one part, read from its probes.py. A probe's docstring is the call as a learner would write it,
    with {names} of the probe's arguments where their values go.
    """

    def __init__(self, part: Part) -> None:
        self.path = part.suite / "probes.py"
        self.source = self.path.read_text(encoding="utf-8")
        self._templates, self._parameters = {}, {}
        self._seconds: dict[str, float | None] = {}
        for node in ast.parse(self.source).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                text = ast.get_docstring(node)
                if not text:
                    raise ValueError(f"{self.path}: the probe {node.name} has no docstring, which learners would read.")
                self._templates[node.name] = " ".join(text.split())
                self._parameters[node.name] = [argument.arg for argument in node.args.args]

    @property
    def names(self) -> tuple[str, ...]:
        """All probes of the part."""
        return tuple(self._templates)

    def called(self, probe: str, arguments: tuple) -> str:
        """The call in words, with its values."""
        if probe not in self._templates:
            raise AttributeError(f"{self.path} has no probe named {probe}.")
        values = dict(zip(self._parameters[probe], map(show, arguments), strict=True))
        return self._templates[probe].format(**values)

    @functools.cached_property
    def _namespace(self) -> dict:
        return vars(load_trusted(self.path))

    def on_reference(self, probe: str, arguments: tuple) -> object:
        """What the reference answers, as plain data, in this process."""
        return plain(self._namespace[probe](*arguments))

    def reference_seconds(self, probe: str, arguments: tuple) -> float | None:
        """The processor time that the reference needs for such a call, found out at the first one; None where it can't
        be asked: in a copy of the course without it, and for a probe that reads files beside it.
        """
        if probe not in self._seconds:
            begin = time.process_time()
            try:
                self.on_reference(probe, arguments)
                self._seconds[probe] = time.process_time() - begin
            except Exception:
                self._seconds[probe] = None
        return self._seconds[probe]


class Reference:
    """The `reference` fixture: the same probes on the reference. `reference.name(…)` gives the plain data."""

    def __init__(self, probes: Probes) -> None:
        self._probes = probes

    def __getattr__(self, probe: str) -> Callable:
        return lambda *arguments: self._probes.on_reference(probe, arguments)


def load_trusted(path: Path) -> object:
    """Import one of our own files beside the reference. A learner's code is never imported into this process."""
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
