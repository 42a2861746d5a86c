"""Run one call on many versions of a file in one sandbox: the learner's own and changed ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType

from autograder.course import Part
from autograder.grading.compare import alike
from autograder.grading.grade import probes_of, worker_files
from autograder.grading.part_probes import Call
from autograder.grading.reference import reference_files
from autograder.recall.changed_code import Change
from autograder.sandbox import Limits, Tier, Worker
from autograder.viva.questions import lengths

LIMITS = Limits(cpu_seconds=10, call_seconds=0.5, total_seconds=8.0, idle_seconds=0.5)  # many changes never end
CLOSE = 1e-3  # nobody works out more digits on paper
NOTHING = object()  # in place of a value, where the call gave none that a question can show


class Words(str):
    """A value in words, shown without quotes."""


class Bench:
    """The changed versions of a part. It is a context manager. text_is_right: whether right answers contain text."""

    def __init__(
        self,
        part: Part,
        changes: Sequence[Change],
        data: Mapping[str, bytes],
        text_is_right: bool = False,
        open_worker: Callable[..., Worker] = Worker,
    ) -> None:
        self.text_is_right = text_is_right
        files = worker_files(probes_of(part), data, reference_files(part))
        files |= {f"change{i}/{part.file_name}": change.content for i, change in enumerate(changes)}
        self._folders = {change: f"change{i}" for i, change in enumerate(changes)}
        self._worker = open_worker(files, Tier.LOCAL, LIMITS)
        self._known: dict[tuple[Change, str], object] = {}

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._worker.close()

    def returned(self, change: Change, call: Call) -> object:
        """What the call returns with this change, as the question shows it. NOTHING if it raises, or if the value gives
        itself away: None, or text where there should be a number.
        """
        known = (change, repr(call))
        if known not in self._known:
            reply = self._worker.call(call.probe, list(call.arguments), self._folders[change])
            value = NOTHING if reply.failure is not None else as_asked(call, reply.value)
            is_odd = None in _items(value) or (has_text(value) and not self.text_is_right)
            self._known[known] = NOTHING if is_odd else value
        return self._known[known]


def as_asked(call: Call, value: object) -> object:
    """A value as a question asks for it: of some calls only the lengths of the lists."""
    if not call.only_lengths:
        return value
    return Words(lengths(value)) if isinstance(value, list | dict) else NOTHING


def same(first: object, second: object) -> bool:
    """Whether two values are too close to be two options."""
    return alike(first, second, CLOSE) or alike(second, first, CLOSE)


def has_text(value: object) -> bool:
    """Whether some of a value is text, which probes write in place of a number that is not there."""
    return any(isinstance(item, str) for item in _items(value))


def _items(value: object) -> Iterator[object]:
    """All that is in a value, at any depth."""
    if isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _items(item)
    else:
        yield value


def form(value: object) -> object:
    """The form of a value: its type and lengths, not its numbers."""
    if isinstance(value, list):
        return [form(item) for item in value]
    if isinstance(value, dict):
        return {name: form(item) for name, item in value.items()}
    return "number" if type(value) in (int, float) else type(value).__name__
