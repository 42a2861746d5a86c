"""The process that runs known mistakes: how long it is kept, and that nothing of one submission reaches the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.course import part
from autograder.grading import mistake_replies
from autograder.grading.grade import GradingContext, data_files, probes_of, worker_files
from autograder.grading.misconceptions import misconceptions
from autograder.grading.mistake_replies import MistakeOracle
from autograder.grading.reference import reference_files
from autograder.grading.session import Recorded
from autograder.sandbox import Reply, Worker

PART = part(0)
MISTAKE = misconceptions(PART)[0]


@pytest.fixture
def started(monkeypatch) -> list[Worker]:
    """The processes that are started."""
    seen: list[Worker] = []

    class Watched(Worker):
        def __init__(self, *arguments, **more) -> None:
            super().__init__(*arguments, **more)
            seen.append(self)

    monkeypatch.setattr(mistake_replies, "Worker", Watched)
    return seen


@pytest.fixture
def oracle() -> Iterator[MistakeOracle]:
    oracle = MistakeOracle(60.0, keeps_worker=True)
    yield oracle
    oracle.close()


def asked(oracle: MistakeOracle, number: float, seed: int = 1) -> Reply | None:
    """A mistake's reply to a call that no other test makes, for one submission."""
    shipped = worker_files(probes_of(PART), data_files(PART, seed), reference_files(PART))
    shipped["seed.txt"] = str(seed).encode("ascii")
    with oracle.session(PART, shipped) as reply_of:
        return reply_of(MISTAKE, Recorded("squares", ([number],), Reply()))


def test_one_process_serves_many_submissions_of_a_seed(oracle, started):
    assert asked(oracle, 2.0) != asked(oracle, 3.0)
    assert len(started) == 1
    asked(oracle, 2.0, seed=2)
    assert len(started) == 2


def test_a_process_that_was_killed_or_interrupted_gives_the_next_submission_the_same_reply(
    oracle, started, monkeypatch
):
    expected = asked(MistakeOracle(60.0), 4.0)
    assert expected is not None and expected.failure is None
    asked(oracle, 2.0)
    started[-1]._process.process.kill()
    assert asked(oracle, 4.0) == expected
    with monkeypatch.context() as patch:
        patch.setattr(Worker, "_await_reply", lambda *arguments: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            asked(oracle, 5.0)
    assert asked(oracle, 5.0) == asked(MistakeOracle(60.0), 5.0) != expected


def test_a_process_is_replaced_long_before_its_time_is_used_up(oracle, started):
    asked(oracle, 2.0)
    started[0]._before_process += mistake_replies.LIMITS.cpu_seconds / 5
    asked(oracle, 3.0)
    assert len(started) == 2 and started[1].used < 5


def test_the_other_processes_of_a_grader_end_even_if_this_one_can_not_be_closed(monkeypatch):
    class Servers:
        closed = False

        def close(self) -> None:
            self.closed = True

    context = GradingContext(servers=Servers())
    monkeypatch.setattr(context.oracle, "close", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        context.close()
    assert context.servers.closed
