"""The sandbox's self-test: attack each tier, and report which attacks are stopped.

The attacks are ordinary probes that run in a worker of the tier. These findings decide which tier is used, not the
installed programs.
"""

from __future__ import annotations

import contextlib
import functools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.invocation import command
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.limits import Limits
from autograder.sandbox.protocol import Reply
from autograder.sandbox.tiers import SandboxUnavailable, Tier
from autograder.sandbox.worker_client import Worker

LIMITS = Limits(cpu_seconds=10, call_seconds=10.0, total_seconds=60.0)
ATTACKS = Path(__file__).with_name("attacks.py")
CANARY = "the grader's canary"


@dataclass(frozen=True)
class AttackResult:
    """The result of one attack: whether the sandbox stopped it, and what happened."""

    name: str
    held: bool
    detail: str


@dataclass(frozen=True)
class Targets:
    """The targets of the attacks: files outside, a place to write, a process of the worker's own user."""

    canary: Path
    folder: Path
    victim: subprocess.Popen


@dataclass(frozen=True)
class Attack:
    """A promise of the sandbox, the probe that tries to break it, and its arguments."""

    name: str
    probe: str
    arguments: Callable[[Targets], list]
    fast: bool = True


def _nothing(targets: Targets) -> list:
    return []


ATTACK_LIST = (
    Attack("a file of the grader's user cannot be read", "read_file", lambda t: [str(t.canary)]),
    Attack("the grader's own files cannot be read", "read_file", lambda t: [str(Path(__file__))]),
    Attack("accounts of the system cannot be read", "read_file", lambda t: ["/etc/passwd"]),
    Attack("the environment of other programs cannot be read", "read_environment", lambda t: [os.getpid()]),
    Attack("installed packages cannot be read", "read_packages", _nothing),
    Attack("nothing can be written", "write_anywhere", lambda t: [str(t.folder)]),
    Attack("there is no network", "open_network", _nothing),
    Attack("no process can be started", "start_process", _nothing),
    Attack("no other process can be reached", "reach_process", lambda t: [t.victim.pid]),
    Attack("other processes cannot be limited or traced", "limit_process", lambda t: [t.victim.pid]),
    Attack("there is no memory outside the limit", "open_hidden_memory", _nothing),
    Attack("a gigabyte of memory cannot be had", "take_memory", lambda t: [1024 * 1024 * 1024]),
    Attack("threads are few", "start_threads", _nothing, fast=False),
    Attack("the grader's files cannot be found by searching", "search_files", lambda t: [t.canary.name], fast=False),
    Attack("the kernel's settings cannot be opened", "open_kernel_settings", _nothing, fast=False),
    Attack("no further namespace can be made", "make_namespace", _nothing, fast=False),
)


def run(tier: Tier, interpreter: str | None = None, fast: bool = False, forked: bool = False) -> list[AttackResult]:
    """Attack `tier` and return one finding per attack; `fast` leaves out slow attacks; forked: a process of a fork
    server is attacked.

    Raises SandboxUnavailable if the tier cannot be started.
    """
    files = {"probes.py": ATTACKS.read_bytes()}
    with contextlib.closing(ForkServer(files)) if forked else contextlib.nullcontext() as server:
        findings = _stopped(files, tier, interpreter, server, fast)
        if not fast:
            findings.append(_cannot_outlive(files, tier, interpreter, server))
    return findings


def _stopped(
    files: dict[str, bytes], tier: Tier, interpreter: str | None, server: ForkServer | None, fast: bool
) -> list[AttackResult]:
    """The findings about everything that one worker can try."""
    with (
        tempfile.TemporaryDirectory() as name,
        Worker(files, tier, LIMITS, interpreter, server=server) as worker,
    ):
        folder = Path(name)
        canary = folder / "canary.txt"
        canary.write_text(CANARY, encoding="utf-8")
        # Readable and writable for everybody: the tier must stop the worker, not the folder's permissions.
        for path, mode in ((folder, 0o777), (canary, 0o666)):
            path.chmod(mode)
        worker.start()
        victim = _start_victim(worker.user)
        try:
            targets = Targets(canary, folder, victim)
            attacks = [attack for attack in ATTACK_LIST if attack.fast or not fast]
            findings = [_judge(attack, worker.call(attack.probe, attack.arguments(targets))) for attack in attacks]
            findings.append(_neighbour_lives(victim))
        finally:
            victim.kill()
            victim.wait()
    return findings


@functools.lru_cache(maxsize=1)
def strict_tier() -> Tier:
    """The best tier that stops all fast attacks, found once per process.

    Raises SandboxUnavailable, with what was tried and what to do, if there is none.
    """
    reasons = []
    for tier in (Tier.STRICT, Tier.LANDLOCK):
        reason = what_breaks(tier)
        if not reason:
            return tier
        reasons.append(reason)
    raise SandboxUnavailable(no_tier_sentence(reasons))


def what_breaks(tier: Tier, forked: bool = False) -> str:
    """Why a tier can't be started here, or which fast attack it does not stop; empty if it is secure."""
    try:
        broken = [finding for finding in run(tier, fast=True, forked=forked) if not finding.held]
    except SandboxUnavailable as error:
        return str(error)
    return f"the {tier.value} sandbox does not hold: {broken[0].name}: {broken[0].detail}" if broken else ""


def _start_victim(user: int | None) -> subprocess.Popen:
    """A process of the worker's own user, which no worker may touch. It ends when its standard input ends."""
    options = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    program = "/bin/cat" if os.path.exists("/bin/cat") else sys.executable
    return subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd="/", **options)


def _judge(attack: Attack, reply: Reply) -> AttackResult:
    """An attack that reports no success, or that is ended, was stopped. An attack that never ran proves nothing."""
    if reply.failure is None:
        return AttackResult(
            attack.name, reply.value == [], "stopped" if reply.value == [] else f"got {reply.value!r}"[:200]
        )
    held = reply.failure in ("memory", "crashed", "exited", "timeout")
    return AttackResult(attack.name, held, f"ended by {reply.failure}: {reply.message}")


def _neighbour_lives(victim: subprocess.Popen) -> AttackResult:
    lives = victim.poll() is None
    return AttackResult(
        "a neighbour survives all of this", lives, "it lives" if lives else f"it ended: {victim.returncode}"
    )


def _cannot_outlive(
    files: dict[str, bytes], tier: Tier, interpreter: str | None, server: ForkServer | None
) -> AttackResult:
    name = "nothing outlives its time limit"
    with Worker(files, tier, LIMITS, interpreter, server=server) as worker:
        worker.call("read_file", ["/nothing"])  # start the worker first, so that the limit applies only to the attack
        begin = time.monotonic()
        reply = worker.call("outlive", [], seconds=0.3)
        seconds = time.monotonic() - begin
        held = reply.failure == "timeout" and worker.no_survivors and seconds < 3
    return AttackResult(
        name, held, f"{reply.failure} after {seconds:.1f} seconds, {'' if held else 'not '}everything ended"
    )


def report_lines() -> list[str]:
    """Lines with the findings for every tier, and which tier is used; for `python -m autograder sandbox`."""
    lines, holding = [], None
    for tier in (Tier.STRICT, Tier.LANDLOCK):
        try:
            findings = run(tier)
        except SandboxUnavailable as error:
            lines += [f"{tier.value}: not available: {error}", ""]
            continue
        holds = all(finding.held for finding in findings)
        holding = holding or (tier if holds else None)
        lines.append(f"{tier.value}: {'holds' if holds else 'DOES NOT HOLD'}")
        lines += [f"  {'held  ' if result.held else 'BROKEN'}  {result.name} ({result.detail})" for result in findings]
        lines.append("")
    used = f"Other people's code is graded in the {holding.value} tier." if holding else no_tier_sentence([])
    return [*lines, used]


def no_tier_sentence(reasons: list[str]) -> str:
    """The message if no tier is secure: what was tried and what to do."""
    tried = "".join(f" Tried: {reason}." for reason in reasons)
    return (
        "No sandbox on this computer can hold other people's code, so it is not graded."
        f"{tried} It requires bubblewrap and libseccomp on a Linux that lets users create namespaces, or a kernel with"
        f" Landlock. To see what this machine lacks and how to get it: {command('doctor')}"
    )
