"""The self-test: every attack of it works where nothing stops it, and it decides which tier is used."""

import os
import sys

import pytest
from helpers.sandbox import need

from autograder.sandbox import SandboxUnavailable, Tier, selftest, strict_tier
from autograder.sandbox.protocol import Reply

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other people's code is graded on Linux")

# What even a local worker is kept from, or what only root, or a system with packages in the usual places, can do.
HELD_ANYWHERE = {
    "a gigabyte of memory cannot be had",
    "threads are few",
    "nothing outlives its time limit",
    "a neighbour survives all of this",
    "the kernel's settings cannot be opened",
    "no further namespace can be made",
    "installed packages cannot be read",
}


@pytest.fixture(autouse=True)
def fresh_decision():
    selftest.strict_tier.cache_clear()
    yield
    selftest.strict_tier.cache_clear()


def test_every_attack_is_stopped(shut_in):
    findings = selftest.run(shut_in)
    assert len(findings) == len(selftest.ATTACK_LIST) + 2
    assert [finding for finding in findings if not finding.held] == []


def test_every_attack_succeeds_where_nothing_stops_it():
    """An attack that could not succeed would prove nothing."""
    findings = selftest.run(Tier.LOCAL)
    assert {finding.name for finding in findings if finding.held} <= HELD_ANYWHERE


def test_the_fast_attacks_are_fast_enough_to_decide_at_every_start(shut_in):
    selftest.run(shut_in, fast=True)
    times = []
    for _ in range(5):
        begin = sum(os.times()[:4])  # processor time, that of ended workers included
        assert all(finding.held for finding in selftest.run(shut_in, fast=True))
        times.append(sum(os.times()[:4]) - begin)
    assert min(times) < 0.15


@pytest.mark.parametrize(
    ("reply", "held"),
    [
        (Reply(value=[]), True),
        (Reply(value=["fork"]), False),
        (Reply(value=None), False),
        (Reply(failure="memory"), True),
        (Reply(failure="raised", message="the attack has a mistake"), False),
        (Reply(failure="missing"), False),
        (Reply(failure="load"), False),
    ],
)
def test_an_attack_that_did_not_run_proves_nothing(reply, held):
    assert selftest._judge(selftest.ATTACK_LIST[0], reply).held is held


def test_a_neighbour_that_ended_is_noticed(monkeypatch):
    real = selftest._start_victim

    def start_and_end(user):
        victim = real(user)
        victim.kill()
        victim.wait()
        return victim

    monkeypatch.setattr(selftest, "_start_victim", start_and_end)
    broken = [finding.name for finding in selftest.run(Tier.LOCAL, fast=True) if not finding.held]
    assert "a neighbour survives all of this" in broken


def test_the_strict_tier_is_used_where_it_holds():
    need(Tier.STRICT)
    assert strict_tier() is Tier.STRICT


def test_a_tier_that_does_not_hold_is_passed_over(monkeypatch):
    need(Tier.LANDLOCK)
    real = selftest.run

    def leaky(tier, **options):
        leak = [selftest.Finding("there is no network", False, "got AF_INET")] if tier is Tier.STRICT else []
        return real(tier, **options) + leak

    monkeypatch.setattr(selftest, "run", leaky)
    assert strict_tier() is Tier.LANDLOCK


def test_without_a_tier_that_holds_nothing_is_graded_and_the_message_says_what_to_do(monkeypatch):
    monkeypatch.setattr("autograder.sandbox.tiers.find_bubblewrap", lambda: None)
    monkeypatch.setattr("autograder.sandbox.tiers.seccomp_program", lambda **options: b"")
    with pytest.raises(SandboxUnavailable) as caught:
        strict_tier()
    message = str(caught.value)
    assert "is not graded" in message and message.endswith("python -m autograder doctor")
    assert "bubblewrap is not installed" in message and "landlock" in message


@pytest.mark.parametrize("part", ["namespaces", "network", "processes"])
def test_a_hole_in_the_filter_is_found(monkeypatch, part):
    """The decision rests on the attacks: with a piece of the filter taken out, the tier does not hold."""
    need(Tier.LANDLOCK)
    from autograder.sandbox import seccomp

    taken_out = {
        "namespaces": ("OTHERS", "no other process can be reached"),
        "network": ("NETWORK", "there is no network"),
        "processes": ("HIDDEN_MEMORY", "there is no memory outside the limit"),
    }
    name, finding = taken_out[part]
    monkeypatch.setattr(seccomp, name, "")
    seccomp.seccomp_program.cache_clear()
    try:
        broken = {found.name for found in selftest.run(Tier.LANDLOCK, fast=True) if not found.held}
    finally:
        seccomp.seccomp_program.cache_clear()
    assert finding in broken


def test_walls_that_show_a_file_are_found(monkeypatch):
    need(Tier.STRICT)
    from autograder.sandbox import bubblewrap

    real = bubblewrap.bubblewrap_command

    def leaky(*arguments):
        command = real(*arguments)
        at = command.index("--remount-ro")
        return [*command[:at], "--ro-bind", "/etc/passwd", "/etc/passwd", *command[at:]]

    monkeypatch.setattr("autograder.sandbox.tiers.bubblewrap_command", leaky)
    broken = {found.name for found in selftest.run(Tier.STRICT, fast=True) if not found.held}
    assert broken == {"accounts of the system cannot be read"}


def test_the_report_has_a_line_for_each_attack_and_names_the_tier(shut_in):
    lines = selftest.report_lines()
    assert f"{shut_in.value}: holds" in lines
    assert sum(line.startswith("  held  ") for line in lines) >= len(selftest.ATTACK_LIST) + 2
    assert lines[-1].startswith("Other people's code is graded in the ") and all(line.isascii() for line in lines)
