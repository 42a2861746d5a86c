"""`watch`: check a part each time its file is saved, and act on single keys."""

from __future__ import annotations

import contextlib
import functools
import os
import queue
import signal
import sys
import time
from collections.abc import Collection, Iterable, Iterator
from datetime import date

from autograder.console import is_animated, print_lines
from autograder.course import EXERCISES, Part, parts, parts_and_labs
from autograder.grading.grade import WorkerAhead, grade
from autograder.grading.report import Report
from autograder.learner import (
    comparison,
    hint_steps,
    last_results,
    lesson_pointer,
    overview,
    recall_cards,
    reset,
    screens,
)
from autograder.learner.file_watcher import watch_files
from autograder.learner.keyboard import END, read_keys
from autograder.sandbox import SandboxUnavailable
from autograder.stubs import StubError

KEYS = "Keys: h hint  n next  0-10 part  l list  r reset  c compare  Enter redo  q quit"
NO_KEYS = "No keyboard is connected, so keys don't work: Ctrl-C ends it."


class Watch:
    """One part under watch. report: the last verdict, verdict: its lines; content: of the file that it is about."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.report: Report | None = None
        self.verdict: list[str] = []
        self.content: bytes | None = None
        self.ahead: WorkerAhead | None = None  # for the next check
        self.events: queue.Queue[tuple[str, object]] = queue.Queue()
        self.keyboard = False
        self.confirm: reset.ResetPlan | None = None  # a reset that waits for y
        self.digits = ""  # of a part's number that may have one more
        self.actions = {
            "h": self.hint,
            "n": self.next_part,
            "l": self.list,
            "r": self.ask_reset,
            "c": self.compare,
            "\n": self.check,
            "\r": self.check,
        }

    def run(self) -> None:
        """Until q is pressed. Raises KeyboardInterrupt for Ctrl-C."""
        with (
            contextlib.closing(self),
            read_keys(lambda key: self.events.put(("key", key))) as self.keyboard,
            watch_files(lambda names: self.events.put(("saved", names)), EXERCISES),
        ):
            self.check()
            while True:
                kind, names_or_key = self._next_event()
                if kind == "saved":
                    self.saved(names_or_key)
                elif kind == "key" and not self.pressed(names_or_key):
                    return

    def _next_event(self) -> tuple[str, object]:
        while True:
            with contextlib.suppress(queue.Empty):
                # Not without end: on Windows nothing else would interrupt it.
                return self.events.get(timeout=0.5)

    def pressed(self, key: str) -> bool:
        """Do what a key asks for; False for the end."""
        if self.confirm is not None:
            change, self.confirm = self.confirm, None
            self.reset(change) if key in "yY" else self.say(["Nothing was changed."])
        elif key.lower() == "q" or key == END:
            return False
        elif key.isascii() and key.isdigit():
            self.chosen(key)
            return True
        else:
            self.actions.get(key.lower(), self.unknown)()
        self.digits = ""
        return True

    def chosen(self, digit: str) -> None:
        """Go to the part with this number; after 1, a 0 means part 10."""
        by_number = {str(part.number): part for part in parts()}
        self.digits = self.digits + digit if self.digits + digit in by_number else digit
        self.part = by_number[self.digits]
        self.check()

    def saved(self, names: Collection[str]) -> None:
        """Check the file that was saved, and follow to its part, unless it is as it was: some editors write twice."""
        saved = [part for part in parts_and_labs() if part.file_name in names]
        if not saved:
            return
        if self.part not in saved:
            self.part, self.content = saved[0], None
        path = EXERCISES / self.part.file_name
        for _ in range(10):  # moved away, and the new one not there yet
            if path.exists():
                break
            time.sleep(0.05)
        if _content(self.part) != self.content:
            self.check()

    def check(self) -> None:
        """Check the part and show the verdict on a fresh screen."""
        self.content = _content(self.part)
        began = time.perf_counter()
        try:
            self.report = last_results.check(self.part, grade_one=functools.partial(grade, ahead=self.ahead))
        except (ValueError, SandboxUnavailable) as error:
            self.report, self.verdict = None, [str(error)]
        else:
            shown = screens.watch_lines(self.report, time.perf_counter() - began)
            self.verdict = [*shown, *lesson_pointer.lesson_lines(self.report)]
            if sys.stdout.isatty():
                self.verdict += recall_cards.offer_lines([self.report], date.today())
        self.say(self.verdict)
        self.close()
        self.ahead = WorkerAhead(self.part)

    def close(self) -> None:
        """End the worker that waits for the next check."""
        if self.ahead is not None:
            self.ahead.close()

    def hint(self) -> None:
        if self.report is not None:
            hint = hint_steps.next_hint(self.report, self.part)
            self.say(screens.hint_lines(hint, self.report, None, "press h again"))

    def next_part(self) -> None:
        following = last_results.next_unfinished(self.part)
        if following is None:
            every = "lab" if self.part.is_lab else "part"
            self.say([f"You have passed every {every}.", *overview.open_lines(overview.survey())])
        else:
            self.part = following
            self.check()

    def list(self) -> None:
        self.say(overview.table_lines(overview.survey()))

    def ask_reset(self) -> None:
        try:
            change = reset.plan_part(self.part)
        except (StubError, OSError) as error:
            self.say([str(error)])
            return
        if not change.nothing_to_do:
            self.confirm = change
        question = [] if change.nothing_to_do else ["Continue? y, or any other key for no"]
        self.say([*screens.reset_lines(change), *question])

    def reset(self, change: reset.ResetPlan) -> None:
        """Write the stub, if the file is still the one that the question was about."""
        if change.before != reset.plan_part(self.part).before:
            self.say(["You saved the file in the meantime, so nothing was changed. Press r again."])
            return
        try:
            copy = reset.carry_out(change)
        except OSError as error:
            self.say([f"{error.filename} can't be written ({error.strerror}): nothing was changed."])
            return
        self.check()
        self.say(screens.kept_lines(copy))

    def compare(self) -> None:
        if self.report is None or not self.report.passed:
            self.say(["You can see the reference once you have passed the part."])
        else:
            self.say(comparison.comparison_lines(self.part, None, self.report.seed))

    def unknown(self) -> None:
        self.say([])

    def say(self, lines: Iterable[str]) -> None:
        """Print, with the keys below. On a screen that can be emptied, what a key asked for takes the place of what the
        one before did, and the verdict stays above it.
        """
        lines = list(lines)
        if is_animated(sys.stdout):
            clear()
            lines = lines if lines == self.verdict else [*self.verdict, "", *lines] if lines else self.verdict
        print_lines(["", *lines, "", KEYS if self.keyboard else NO_KEYS])
        sys.stdout.flush()


@contextlib.contextmanager
def ended_by_signals() -> Iterator[list[int]]:
    """SIGTERM and SIGHUP end the block as Ctrl-C does, so that everything is put back; yields those received."""
    received: list[int] = []

    def end(number: int, *unused: object) -> None:
        received.append(number)
        raise KeyboardInterrupt

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), end) for name in names}
    try:
        yield received
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def watch(part: Part) -> int:
    """Watch the part; return the exit status: 0 after q, 128 and the signal's number when a signal ended it."""
    with ended_by_signals() as received:
        try:
            Watch(part).run()
            return 0
        except KeyboardInterrupt:
            return 128 + (received[0] if received else signal.SIGINT)


def clear() -> None:
    """Empty the screen."""
    if os.name == "nt":
        os.system("cls")  # an old console there knows no escape sequences
    else:
        sys.stdout.write("\x1b[2J\x1b[H")


def _content(part: Part) -> bytes | None:
    try:
        return (EXERCISES / part.file_name).read_bytes()
    except OSError:
        return None
