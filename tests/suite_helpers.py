"""The checks of a part on code in this process: no worker to start, so hundreds of seeds take seconds."""

import copy
import inspect
import sys
import types
from collections.abc import Callable

from autograder.course import Part
from autograder.grading.checks import Answer, CheckFailed, Draw
from autograder.grading.probes import Probes, load_trusted, plain


class InProcess:
    """The `student` fixture for our own code. A probe that raises fails its check, as it does in a worker."""

    def __init__(self, part: Part, source: str) -> None:
        self._probes = load_trusted(Probes(part).path)  # puts the references on the path, too
        self._probes.part = types.ModuleType(part.module)
        before = sys.modules.get(part.module)
        sys.modules[part.module] = self._probes.part  # dataclasses look themselves up there
        try:
            exec(compile(source, f"{part.module}.py", "exec"), vars(self._probes.part))
        finally:
            if before is None:
                del sys.modules[part.module]
            else:
                sys.modules[part.module] = before

    def __getattr__(self, probe: str) -> Callable[..., Answer]:
        def call(*arguments: object) -> Answer:
            try:
                return Answer(probe, plain(getattr(self._probes, probe)(*copy.deepcopy(arguments))))
            except Exception as error:
                raise CheckFailed(repr(error), "error") from error

        return call


def checks_of(part: Part) -> dict[str, Callable]:
    """The tests of a part's suite that a learner's code is run for, by name."""
    found = {}
    for file in ("test_public.py", "test_hidden.py"):
        for name, test in inspect.getmembers(load_trusted(part.suite / file), inspect.isfunction):
            if name.startswith("test_") and not test.check.by_hand:
                found[name] = test
    return found


def failures(part: Part, source: str, seed: int) -> set[str]:
    """The names of the checks that this code fails with this seed."""
    student, failed = InProcess(part, source), set()
    for name, test in checks_of(part).items():
        try:
            test(student, Draw(f"{seed} {name}"))
        except CheckFailed:
            failed.add(name)
    return failed
