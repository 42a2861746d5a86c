"""Whatever interrupts a batch, no grade is lost, doubled or half-written, and the same command goes on from there."""

from __future__ import annotations

import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from disturbances import kill_one_of
from helpers.batch import (
    LEARNERS,
    PART,
    SOLUTION,
    call_cli,
    hand_in,
    hand_in_class,
    ledger,
    start_cli,
    wait_for_lines,
)

from autograder.batch.ledger import Ledger, LedgerEntry, LedgerError, read_ledger
from autograder.batch.regrade import repeat
from autograder.course import ROOT
from autograder.grading.store import Store

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the strict sandbox")
ENTRY = LedgerEntry(
    "2026-11-24", "ada", "part00", PART.file_name, "0" * 64, "1" * 64, 7, "strict", "3.11.2", 0.5, 1, 10, "", {}, "k"
)


@pytest.fixture(scope="module")
def submitted(tmp_path_factory) -> Path:
    return hand_in_class(tmp_path_factory.mktemp("class") / "submitted")


def grade(submitted: Path, out: Path) -> tuple:
    return ("grade", submitted, "--out", out, "--seed", 1, "--part", 0)


@pytest.fixture(scope="module")
def undisturbed(submitted) -> list[dict]:
    """The ledger of a run that nothing interrupts."""
    status, _, said = call_cli(*grade(submitted, submitted.parent / "undisturbed"))
    if status == 2:
        pytest.skip(said)
    found = ledger(submitted.parent / "undisturbed")
    assert status == 0 and len(found) == LEARNERS
    return found


@pytest.mark.parametrize("seed", [None, *(pytest.param(seed, marks=pytest.mark.gate) for seed in (5, 6))])
def test_after_kill_9_of_any_of_its_processes_the_ledger_is_that_of_an_undisturbed_run(
    submitted, undisturbed, tmp_path, seed
):
    """seed: draws the process and the moment. Without a seed, the command itself is killed."""
    draw = random.Random(seed)
    process = start_cli(*grade(submitted, tmp_path))
    wait_for_lines(tmp_path, 3 if seed is None else draw.randrange(1, 8), process)
    if seed is None:
        process.kill()
    else:
        kill_one_of(process.pid, draw)
    process.communicate(timeout=300)
    assert seed is not None or process.returncode == -signal.SIGKILL
    for _ in range(4):
        if process.returncode == 0:
            break
        process = start_cli(*grade(submitted, tmp_path))
        process.communicate(timeout=300)
    assert process.returncode == 0 and ledger(tmp_path) == undisturbed


def test_ctrl_c_says_that_nothing_is_lost_and_the_next_run_goes_on(submitted, undisturbed, tmp_path):
    process = start_cli(*grade(submitted, tmp_path), start_new_session=True)
    wait_for_lines(tmp_path, 3, process)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 130 and "Run the same command again to continue." in said and "Traceback" not in said
    kept = (tmp_path / "ledger.jsonl").read_bytes()
    assert 3 <= kept.count(b"\n") < LEARNERS
    assert call_cli(*grade(submitted, tmp_path))[0] == 0
    assert (tmp_path / "ledger.jsonl").read_bytes().startswith(kept) and ledger(tmp_path) == undisturbed


@pytest.mark.skipif(shutil.which("strace") is None, reason="There is no strace here.")
def test_every_file_is_on_the_disk_before_it_gets_its_name(submitted, tmp_path):
    log = tmp_path / "strace.txt"
    calls = "openat,write,fsync,rename,renameat,renameat2,close"
    words = [str(word) for word in grade(submitted, tmp_path / "out")]
    command = [
        "strace",
        "-qq",
        "-y",
        "-ff",  # a log for each thread: each writes whole files
        "-bexecve",  # not those of the programs that it starts
        "-e",
        f"trace={calls}",
        "-o",
        str(log),
        sys.executable,
        "-m",
        "autograder",
        *words,
    ]
    traced = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    if "ptrace" in traced.stderr:
        pytest.skip("strace may not trace here.")
    assert traced.returncode == 0
    synced, renamed, ledger_written = set(), 0, 0
    logs = [path.read_text(encoding="utf-8", errors="replace") for path in tmp_path.glob("strace.txt.*")]
    for line in "".join(logs).splitlines():
        if found := re.match(r"fsync\(\d+<(.*)>\) += 0", line):
            synced.add(found[1])
        elif found := re.match(r'rename\w*\((?:AT_FDCWD\S*, )?"([^"]*\.part)", ', line):
            assert found[1] in synced, f"{found[1]} got its name before it was on the disk"
            renamed += 1
        elif found := re.match(r"write\(\d+<([^>]*ledger\.jsonl)>", line):
            ledger_written += 1
            synced.discard(found[1])
    # A verdict, a module and two reports each; each line of the ledger in one write, the last one synced too.
    assert renamed == 4 * LEARNERS and ledger_written == LEARNERS
    assert any(path.endswith("ledger.jsonl") for path in synced)


def test_a_full_disk_is_a_sentence_and_leaves_nothing_half_written(submitted, undisturbed, tmp_path):
    with Ledger.opened(tmp_path) as book:
        while book.path.stat().st_size < 37 * 1024:
            book.add(replace(ENTRY, learner=f"other{len(book.latest)}"), {}, Store(tmp_path))
    before = book.path.read_bytes()
    # No file can be longer than this many KB: the ledger meets that after a few lines, in the middle of one.
    limited = "ulimit -f 40; exec " + shlex.join(
        [sys.executable, "-m", "autograder", *map(str, grade(submitted, tmp_path))]
    )
    ended = subprocess.run(["bash", "-c", limited], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert ended.returncode == 1 and "The results can't be written" in ended.stderr, ended.stderr
    after = book.path.read_bytes()
    assert after.startswith(before) and after.endswith(b"\n") and 0 < after[len(before) :].count(b"\n") < LEARNERS
    assert call_cli(*grade(submitted, tmp_path))[0] == 0
    assert [line for line in ledger(tmp_path) if not line["learner"].startswith("other")] == undisturbed
    assert book.path.read_bytes().startswith(after)


def test_the_beginning_of_a_line_that_a_power_cut_left_is_dropped_and_its_verdict_entered_again(tmp_path):
    with Ledger.opened(tmp_path) as book:
        book.add(ENTRY, {}, Store(tmp_path))
        book.add(replace(ENTRY, when="later", seconds=9.0), {}, Store(tmp_path))  # the same verdict: no line
        book.add(replace(ENTRY, seed=8), {}, Store(tmp_path))
    path = tmp_path / "ledger.jsonl"
    whole = path.read_bytes()
    assert [(entry.seed, entry.when) for _, entry in read_ledger(path)] == [(7, ENTRY.when), (8, ENTRY.when)]
    path.write_bytes(whole[:-20])
    assert [entry.seed for _, entry in read_ledger(path)] == [7]
    with Ledger.opened(tmp_path) as book:
        book.add(replace(ENTRY, seed=8), {}, Store(tmp_path))
    assert path.read_bytes() == whole


def test_two_gradings_never_write_to_one_ledger_at_once(tmp_path):
    with Ledger.opened(tmp_path):
        with pytest.raises(LedgerError, match="Another grading writes"), Ledger.opened(tmp_path):
            pass
    with Ledger.opened(tmp_path):
        pass


def test_a_line_that_somebody_edited_is_named(tmp_path):
    (tmp_path / "ledger.jsonl").write_text('{"learner": "ada"}\n', encoding="utf-8")
    with pytest.raises(LedgerError, match="line 1 is not a valid entry"), Ledger.opened(tmp_path):
        pass


def test_a_verdict_is_repeated_from_its_line_though_the_learner_has_handed_in_again(submitted, undisturbed, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(submitted.parent / "undisturbed", out)
    hand_in(tmp_path / "submitted", "learner00", SOLUTION + "# better\n")
    assert call_cli("grade", tmp_path / "submitted", "--part", 0, "--seed", 1, "--out", out)[0] == 0
    first = next(number for number, entry in read_ledger(out / "ledger.jsonl") if entry.learner == "learner00")
    again, latest = repeat(out, str(first)), repeat(out, "learner00/part00")
    assert not again.changed and again.report.earned == again.entry.earned < 10 and again.report.seed == 1
    assert not latest.changed and latest.report.earned == 10 and latest.number == LEARNERS + 1
    status, said, _ = call_cli("repeat", "learner00/part00", "--out", out)
    assert status == 0 and "The verdict is the same" in said and "seed 1" in said
    status, _, said = call_cli("repeat", "nobody/part00", "--out", out)
    assert status == 2 and "has no line" in said
    next((out / "modules").rglob(f"{latest.entry.submission}.py")).write_bytes(b"forged")
    with pytest.raises(LedgerError, match="missing or was changed"):
        repeat(out, "learner00/part00")
