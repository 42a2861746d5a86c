"""`debug`: the calls of a failing check, with their inputs, in the learner's own process, where breakpoint() works."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.course import EXERCISES, Part
from autograder.errors import Failure
from autograder.files import shown_path
from autograder.grading.progress import DONE, current_check
from autograder.grading.report import Check, Report
from autograder.grading.sources import inspect_source
from autograder.invocation import command
from autograder.learner.recorded_calls import Recording, record_checks
from autograder.render import terminal

CHILD_PROGRAM = Path(__file__).with_name("debug_child.py")


def find_check(report: Report, part: Part, name: str | None) -> Check | None:
    """The check of this name, or the first failing one; None if nothing fails. Raises ValueError with a sentence."""
    if name is None:
        return current_check(report, part)
    for check in report.checks:
        if check.name == name.removeprefix("test_"):
            return check
    failing = [check for check in report.checks if check.status not in DONE]
    whose = (
        f"Failing checks: {names_to_choose(part, failing)}"
        if failing
        else f"Its checks: {names_to_choose(part, report.checks)}"
    )
    raise ValueError(f"{part.label.capitalize()} has no check {ascii(name)}. {whose}")


def names_to_choose(part: Part, checks: Iterable[Check]) -> str:
    """The command with a name to put in, and the names, a line each."""
    names = [f"  {check.name}" for check in checks if check.status != "manual"]
    return "\n".join([command("debug", part.target, check="NAME"), *names])


def message_lines(check: Check, part: Part) -> Iterator[str]:
    """The check's message, and how to look into the code. Raises Failure if Python can't read the file, and OSError."""
    yield f"Check {check.name} of task {check.task}: {check.title}"
    if check.status == "passed":
        yield "  It is passed."
    yield from (f"  {terminal.without_commands(line)}" for line in terminal.message_lines(check) if line)
    path = EXERCISES / part.file_name
    content = path.read_bytes() if path.is_file() else b""
    source = inspect_source(content, part.packages)
    if source.problem:
        where = f", line {source.line}," if source.line else ""
        raise Failure(f"Fix {shown_path(path)}{where} first. Then the debugger can run it.")
    if b"breakpoint()" not in content:
        yield f"Write breakpoint() into {shown_path(path)} where you want to stop, and run this again."
    else:
        yield "At breakpoint(): p NAME prints a value, n runs a line, s steps into a call, c continues, q quits."
    yield ""


def run(part: Part, check: Check, seed: int) -> int:
    """Make the check's calls on the learner's file, at this terminal; return the exit status: 1 when it stopped with an
    error. Raises ValueError when the check makes no call.
    """
    path = EXERCISES / part.file_name
    recording = record_checks(part, path.read_bytes(), seed, check.task)
    calls = recording.calls.get(check.name, [])
    if not calls:
        raise ValueError(f"{check.name} is graded manually, so there is no call to run.")
    with tempfile.TemporaryDirectory(prefix="debug-") as folder:
        _write_job(Path(folder), part, recording, check.name)
        # Ctrl-C is for the debugger: the learner's process gets it from the terminal too.
        before = signal.signal(signal.SIGINT, lambda *unused: None)
        try:
            return subprocess.run([sys.executable, str(CHILD_PROGRAM), folder], check=False).returncode
        finally:
            signal.signal(signal.SIGINT, before)


def _write_job(folder: Path, part: Part, recording: Recording, name: str) -> None:
    """Write what the process needs, laid out as in a worker's folder, and what to call."""
    for file, content in recording.shipped.items():
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_bytes(content)
    calls = [
        {
            "probe": call.probe,
            "arguments": list(call.arguments),
            "called": recording.probes.called(call.probe, call.arguments),
        }
        for call in recording.calls[name]
    ]
    job = {"module": part.module, "file": str(EXERCISES / part.file_name), "calls": calls}
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
