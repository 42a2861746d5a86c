"""What many gradings with the same inputs share: the answers with which checks have passed.

A check's verdict depends on nothing but its random inputs, which the seed decides, and the answers to its calls. So
where code gives exactly the answers with which the check has passed before, it passes again, without being run: half
of the grader's time for right code.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from autograder.course import Part
from autograder.grading.session import Recorded, Session
from autograder.sandbox import Reply

MOST = 20_000  # answers that are remembered: 300 bytes each


@dataclass
class PassedCheck:
    """What a check asks, given the answers so far. call: its next call, None if it has passed, or if nothing is known;
    answers: what follows each answer to the call.
    """

    call: tuple[str, tuple] | None = None
    answers: dict[bytes, PassedCheck] = field(default_factory=dict)
    passed: bool = False

    def answered_by(self, session: Session) -> bool:
        """Make the check's calls; whether the answers are those with which it has passed. If not, the session has the
        answers ready for the check.
        """
        step: PassedCheck | None = self
        answered = []
        while step is not None and step.call is not None:
            reply = session.ask_ahead(*step.call)
            if reply is None:
                break
            answered.append(Recorded(*step.call, reply))
            step = step.answers.get(_digest(reply))
        if step is None or not step.passed:
            session.ready = answered[::-1]
            return False
        session.calls.setdefault(session.current, []).extend(answered)
        return True

    def note(self, session: Session, first: int) -> int:
        """Remember the calls that the check has made, from that one on of all that were asked; how many are new."""
        recorded = session.calls.get(session.current, [])
        if [(call.probe, call.arguments) for call in recorded] != session.asked[first:]:
            return 0  # it looked at something in a second way, or asked again on a slow machine
        if any(call.reply.failure for call in recorded):
            return 0
        step, new = self, 0
        for call in recorded:
            step.call = step.call or (call.probe, call.arguments)
            digest = _digest(call.reply)
            new += digest not in step.answers
            step = step.answers.setdefault(digest, PassedCheck())
        step.passed = True
        return new


def _digest(reply: Reply) -> bytes:
    """Equal only for equal answers: repr tells 1, 1.0 and True apart, and each float from every other one."""
    return b"" if reply.failure else hashlib.blake2b(repr(reply.value).encode("utf-8", "backslashreplace")).digest()


@dataclass
class PassedChecks:
    """Those of many gradings, by part, seed and name of the check."""

    left: int = MOST
    _checks: dict[tuple[Part, int, str], PassedCheck] = field(default_factory=dict)

    def of(self, part: Part, seed: int, name: str) -> PassedCheck:
        """One check."""
        if self.left <= 0:  # a new one that is not kept
            return self._checks.get((part, seed, name), PassedCheck())
        return self._checks.setdefault((part, seed, name), PassedCheck())

    def note(self, known: PassedCheck, session: Session, first: int) -> None:
        """See `PassedCheck.note`; nothing is remembered where there is too much already."""
        if self.left > 0:
            self.left -= known.note(session, first)
