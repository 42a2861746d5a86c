"""Grading one part of one submission: files in, report out."""

from __future__ import annotations

import functools
import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from autograder.course import Part
from autograder.grading.checks import Draw, checks_of
from autograder.grading.part_probes import Probes, load_trusted
from autograder.grading.passed_checks import PassedChecks
from autograder.grading.progress import checks_to_report
from autograder.grading.reference import reference_files
from autograder.grading.report import FAILED, Check, Report
from autograder.grading.session import Session
from autograder.grading.sources import Source, inspect_source
from autograder.sandbox import CHECK, Limits, SandboxUnavailable, Tier, Worker, interpreter_version

if TYPE_CHECKING:
    from autograder.grading.mistake_replies import MistakeOracle
    from autograder.sandbox.fork_servers import ForkServers


def run_suite(*arguments) -> list[Check]:
    """Of suite.py, loaded late: pytest takes as long to load as the worker to start."""
    from autograder.grading import suite

    return suite.run_suite(*arguments)


class TooSlow(Exception):
    """The code has used more time than the caller has now: no verdict yet."""


@dataclass(frozen=True)
class GradingContext:
    """What many gradings in one process share. seconds: see `MistakeOracle`; passed: the answers with which checks have
    passed; servers: start the processes for learners' code in the strict tier, for many submissions with the same seed.
    """

    seconds: float = 8.0
    passed: PassedChecks = field(default_factory=PassedChecks)
    servers: ForkServers | None = None

    @functools.cached_property
    def oracle(self) -> MistakeOracle:
        """The known-wrong implementations, loaded by the first grading in which a check fails."""
        from autograder.grading.mistake_replies import MistakeOracle

        return MistakeOracle(self.seconds, keeps_worker=self.servers is not None)

    def close(self) -> None:
        """End all processes that this context has kept."""
        try:
            if "oracle" in vars(self):
                self.oracle.close()
        finally:
            if self.servers is not None:
                self.servers.close()


class WorkerAhead:
    """The local worker of a part's next grading, with the seed of its inputs, so that `watch` answers a save without
    starting a process first. It grades one file, since learners' code always runs in a fresh process. No worker is
    started ahead on Windows, where it ends after some minutes, nor with packages, which may be missing.
    """

    def __init__(self, part: Part) -> None:
        self.part, self.seed = part, secrets.randbelow(1_000_000)
        files = worker_files(probes_of(part), data_files(part, self.seed), reference_files(part))
        self._worker: Worker | None = Worker(files, Tier.LOCAL, packages=part.packages)
        try:
            if os.name == "posix" and not part.packages:
                self._worker.start()
        except SandboxUnavailable:  # the grading reports it
            self.close()

    def take(self, part: Part) -> Worker | None:
        """The worker, if it is one for this part; the caller closes it. None from then on."""
        if part != self.part:
            return None
        worker, self._worker = self._worker, None
        return worker

    def close(self) -> None:
        """End the process, if nobody has taken it."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None


def grade(
    files: Mapping[str, bytes],
    part: Part,
    *,
    seed: int | None = None,
    tier: Tier = Tier.STRICT,
    task: str | None = None,
    own_parts: bool = False,
    explain: bool = True,
    limits: Limits = CHECK,
    give_up_after: float | None = None,
    context: GradingContext | None = None,
    ahead: WorkerAhead | None = None,
) -> Report:
    """Grade one part. files: a learner's modules by file name; only this part's is used, the reference stands for the
    other parts, unless own_parts asks for the learner's. seed: of the random inputs, drawn when None; task: its checks
    only; explain: look for the likely mistake of a failing check; limits: of the worker; context: what is shared with
    other gradings; ahead: a worker to use in the local tier, if the seed is to be drawn and all else is as usual.
    Whatever the code does is in the report; raises SandboxUnavailable when the tier does not hold here, and TooSlow
    when the code has used give_up_after seconds: it needs more for a verdict, which is the same whenever it is found.
    """
    context = context or GradingContext()
    if seed is not None or own_parts or tier is not Tier.LOCAL or limits is not CHECK or give_up_after is not None:
        ahead = None
    if seed is None:
        seed = secrets.randbelow(1_000_000) if ahead is None else ahead.seed
    content = files.get(part.file_name)
    source = inspect_source(content, part.packages) if content is not None else Source(f"{part.file_name} is missing.")
    if source.problem:
        checks = [unusable(check, source, content is None) for check in checks_of(part)]
        return _report(part, content, seed, tier, task, checks, interpreter_version(tier))
    probes = probes_of(part)
    data = data_files(part, seed)
    common = reference_files(part)
    if own_parts:
        common = {name: files.get(name, reference) for name, reference in common.items()}
    shipped = worker_files(probes, data, common)
    at_most = limits if give_up_after is None else replace(limits, total_seconds=give_up_after)
    server = None if own_parts or context.servers is None else context.servers.server(shipped, tier)
    worker = (ahead and ahead.take(part)) or Worker(shipped, tier, at_most, packages=part.packages, server=server)
    worker.add("submission", {part.file_name: content})
    with worker:
        worker.start()
        session = Session(part, probes, worker, data, source=source, extends=give_up_after is None)
        if own_parts:
            session.timeouts.expect_answers()  # as it did on the reference
        checks = run_suite(part, session, seed, task, context.passed)
        if give_up_after is not None and worker.used_up:
            raise TooSlow
        printed = worker.read_output() if session.printed is None else session.printed
        interpreter, used = worker.interpreter_version or "", session.share_used(limits.total_seconds)
    if any(check.status in FAILED for check in checks):
        # The known-wrong implementations run unguarded: next to our own code only.
        checks = _explained(checks, session, shipped, context, name_mistakes=explain and not own_parts)
    return _report(part, content, seed, tier, task, checks, interpreter, printed, used)


def _report(
    part: Part,
    content: bytes | None,
    seed: int,
    tier: Tier,
    task: str | None,
    checks: list[Check],
    interpreter: str,
    printed: str = "",
    used: float = 0.0,
) -> Report:
    """The report on a file, with the checks of one task or of all."""
    return Report(
        part=part.number,
        module=part.module,
        file=part.file_name,
        sha256=hashlib.sha256(content or b"").hexdigest(),
        seed=seed,
        sandbox=tier.value,
        interpreter=interpreter,
        checks=checks_to_report(checks, part, task),
        printed=printed,
        used=round(used, 3),
    )


def _explained(
    checks: list[Check],
    session: Session,
    shipped: Mapping[str, bytes],
    context: GradingContext,
    name_mistakes: bool,
) -> list[Check]:
    """The checks, those that fail with the likely mistake and its line. What that needs is loaded here: where all
    checks pass, it would take longer than many of them.
    """
    from autograder.grading.diagnosis import diagnose
    from autograder.grading.lines import with_lines
    from autograder.grading.misconceptions import misconceptions
    from autograder.grading.reference import signatures

    part, calls = session.part, session.calls
    if name_mistakes:
        checks = diagnose(
            part, checks, calls, shipped, context.oracle, session.runs, session.builds_on, session.incomplete
        )
    return with_lines(checks, part, session.source, session.probes, calls, misconceptions(part), signatures(part))


def worker_files(probes: Probes, data: Mapping[str, bytes], common: Mapping[str, bytes]) -> dict[str, bytes]:
    """What a worker gets besides the submission: the probes, the data files, and the other parts."""
    shipped = {"probes.py": probes.source.encode("utf-8"), **{f"files/{name}": data[name] for name in data}}
    return {**shipped, **{f"common/{name}": common[name] for name in common}}


@functools.cache
def probes_of(part: Part) -> Probes:
    """Those of a part, read once."""
    return Probes(part)


@functools.lru_cache(maxsize=32)
def data_files(part: Part, seed: int) -> dict[str, bytes]:
    """Data files that a part's checks read, random like every input: its files.py draws them."""
    path = part.suite / "files.py"
    return load_trusted(path).files(Draw(f"{seed} files")) if path.exists() else {}


def unusable(check: Check, source: Source, absent: bool) -> Check:
    """The check where the file can't be used: nothing of it counts, and the file's problem is the message."""
    if check.status == "manual":
        return check
    fields = {"name": check.name, "task": check.task, "title": check.title, "hidden": check.hidden}
    status = "missing" if absent else "error"
    message = "\n".join([source.problem, *source.excerpt(source.line, source.columns)]) + "\n"
    return Check(**fields, points=check.points, status=status, message=message, line=source.line)
