"""Kill and stop commands that write grades or learners' files, and run them on a full disk.

    python benchmarks/interruptions.py                   the table, and benchmarks/interruptions.md
    python benchmarks/interruptions.py --only undo       only these commands, without the page
    python benchmarks/interruptions.py --but release     all commands except these
    python benchmarks/interruptions.py --join A B        benchmarks/interruptions.md from the output of several runs

Each command runs once undisturbed. Then it is ended alternately by kill -9 of its process and by Ctrl-C, which a
terminal sends to all of its processes, at a random write or at a random time. It also runs on a disk with a random
amount of free space. After each interruption, the same command runs again, and all files, the gradebook's rows and the
processes are compared with those of the undisturbed run.

Training takes minutes. So a learner's capstone and the board run in a copy of the course whose training has few steps;
for the capstone of a class, one long verdict is already stored, as for a second run, and the other training fails at
once.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import random
import re
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.appeal_file import check_names
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.released_verdicts import last_released, record_released
from autograder.classroom.capstone_grades import NEEDED
from autograder.classroom.gradebook import open_gradebook
from autograder.course import RECIPE_FILE, ROOT, SOLUTIONS, Part, capstone, part
from autograder.notebooks.release import released_notebook

sys.path.insert(0, str(ROOT / "tests"))

from helpers.learner import Course, make_course

# Appended to part 8: sampling a hundred names takes most of the time of a capstone with few steps.
SAME_NAME = """

def sample(trained, temperature, rng):
    return "anna"
"""
ROSTER = """First name,Last name,Username,Email address
Ann,A,ann,ann@x.org
Bob,B,bob,bob@x.org
Cleo,C,cleo,cleo@x.org
Dan,D,dan,dan@x.org
"""
# The program of the interrupted process. argv: the write that ends it (0: none), the signal, a file for the number of
# writes.
CHILD = """
import atexit, os, signal, sys
at, number, told = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
own, writes = os.getpid(), 0
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
KINDS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate", "shutil.rmtree", "sqlite3.connect"}
def hook(event, args):
    global writes
    if event in KINDS or (event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)):
        if os.getpid() == own:
            writes += 1
            if writes == at:
                os.kill(own, number) if number == signal.SIGKILL else os.killpg(0, number)
sys.addaudithook(hook)
atexit.register(lambda: told and os.write(os.open(told, os.O_WRONLY | os.O_CREAT), b"%d" % writes))
sys.argv = ["autograder", *sys.argv[4:]]
sys.path.insert(0, os.getcwd())
import runpy
runpy.run_module("autograder", run_name="__main__")
"""
TIME = re.compile(rb"\d{4}-\d\d-\d\d([T_ ]\d\d:?\d\d(:?\d\d)?(\.\d+)?)?([+]00:00)?")
SEED = re.compile(rb'"seed": \d+')
SECONDS = re.compile(rb'"(seconds|used)": [\d.]+')  # of the clock and of processor time
LEFT_OVER = re.compile(r"\.new-|^\..*\.(part|new)$")
SECONDS_TO_END = 10.0  # for processes whose parent is gone


@dataclass(frozen=True)
class Case:
    """A command. prepare: fills the empty folder in which it works. words: its command line. free: whether the
    verdicts' seeds are random, so that only points are compared, not the texts of failures. toggles: whether a second
    run undoes the first. status: its exit status.
    """

    name: str
    prepare: Callable[[Path], None]
    words: tuple[object, ...]
    cwd: Path = ROOT
    free: bool = False
    toggles: bool = False
    status: int = 0


@dataclass
class Found:
    """The result for a command: how many runs were ended early, and a sentence for each thing that is wrong."""

    ended: dict[str, int] = field(default_factory=lambda: {"kill -9": 0, "Ctrl-C": 0, "full disk": 0})
    wrong: list[str] = field(default_factory=list)
    left_over: int = 0  # temporary files and folders that a kill -9 left


class Room:
    """A folder `place` on a separate small disk, if the system lets us mount one (as root on Linux)."""

    def __init__(self, scratch: Path, megabytes: int = 96) -> None:
        self.disk, self.place = scratch / "disk", scratch / "disk" / "class"
        self.disk.mkdir()
        options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(self.disk)]
        self.mounted = shutil.which("mount") is not None and not subprocess.run(
            ["mount", *options], stderr=subprocess.DEVNULL, check=False
        ).returncode  # fmt: skip

    def fill(self, prepare: Callable[[Path], None]) -> None:
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir()
        prepare(self.place)

    @contextlib.contextmanager
    def with_free(self, size: int) -> Iterator[None]:
        """In the block, this number of bytes is free."""
        filler = self.disk / "filler"
        stat = os.statvfs(self.disk)
        with open(filler, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, stat.f_bavail * stat.f_frsize - size))
        try:
            yield
        finally:
            filler.unlink()

    def used(self) -> int:
        stat = os.statvfs(self.disk)
        return (stat.f_blocks - stat.f_bfree) * stat.f_frsize

    def close(self) -> None:
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.disk)], check=True)


def run(
    case: Case, at: int = 0, number: int = 0, told: str = "", seconds: float | None = None
) -> tuple[int, str, float, str]:
    """Run the command. Return its exit status, its output, its time, and the mark of its processes. at: the write at
    which it is ended; seconds: the time after which it is ended.
    """
    mark = secrets.token_hex(8)
    environment = {key: value for key, value in os.environ.items() if key != "AUTOGRADER_MEMORY"}
    words = [sys.executable, "-c", CHILD, str(at), str(int(number)), told, *map(str, case.words)]
    began = time.monotonic()
    process = subprocess.Popen(
        words,
        cwd=case.cwd,
        env={**environment, "INTERRUPTIONS": mark, "PYTHONDONTWRITEBYTECODE": "1", "AUTOGRADER_CALLED_AS": "make"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        encoding="utf-8",
        errors="replace",
    )
    try:
        said, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            process.kill() if number == signal.SIGKILL else os.killpg(process.pid, number)
        said, _ = process.communicate(timeout=300)
    return process.returncode, said, time.monotonic() - began, mark


def left(mark: str) -> list[str]:
    """The command lines of processes that a run has left, after time to end."""
    end = time.monotonic() + SECONDS_TO_END
    while found := [line for line in _running(mark)]:
        if time.monotonic() > end:
            return found
        time.sleep(0.1)
    return []


def _running(mark: str) -> Iterator[str]:
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"INTERRUPTIONS={mark}".encode() in (place / "environ").read_bytes():
                yield (place / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")[:100]


def state(root: Path, free: bool) -> tuple[dict[str, object], int]:
    """The contents of the folder, without what differs between any two runs; and the number of temporary files left."""
    found: dict[str, object] = {}
    left_over = 0
    for path in sorted(root.rglob("*")):
        name = TIME.sub(b"TIME", path.relative_to(root).as_posix().encode()).decode()
        if any(LEFT_OVER.search(piece) for piece in path.relative_to(root).parts):
            left_over += bool(LEFT_OVER.search(path.name))
        elif path.is_symlink() or path.is_dir() or path.name in (".grading.lock", "acts.json"):
            continue
        elif path.relative_to(root).parts[0] == "autograder":  # the copy of the course
            continue
        elif path.suffix in (".db", ".sqlite"):
            found[name] = rows(path) if path.name == "gradebook.db" else board_rows(path)
        elif path.parent.name == "backups":  # another copy of the same file does not count as a difference
            found[f"{path.parent.name}/{path.name.split('.')[0]} {hash(path.read_bytes())}"] = ""
        elif not path.name.endswith((".db-journal", ".db-wal", ".db-shm")):
            found[name] = content(path, free)
    return found, left_over


def content(path: Path, free: bool) -> object:
    data = path.read_bytes()
    if free and path.suffix in (".html", ".ipynb"):
        return bool(data)
    if free and path.suffix == ".json" and isinstance(report := json.loads(data), dict) and "checks" in report:
        return [(check["name"], check["status"], check["earned"]) for check in report["checks"]]
    data = SECONDS.sub(b"", TIME.sub(b"TIME", data))
    data = SEED.sub(b"", data) if free else data
    return sorted(data.split(b"\n")) if path.suffix == ".jsonl" else data  # workers end in any order


def rows(path: Path) -> list[tuple]:
    """The rows of the gradebook, without nbgrader's random identifiers and the texts with random inputs."""
    with contextlib.closing(sqlite3.connect(path)) as book:
        queries = [
            "select id, first_name, last_name, email, lms_user_id from student",
            "select name from assignment",
            "select version_num from alembic_version",
            """select a.name, s.student_id, b.name, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade,
                      s.timestamp, n.late_submission_penalty
               from grade g join submitted_notebook n on n.id = g.notebook_id
               join submitted_assignment s on s.id = n.assignment_id join assignment a on a.id = s.assignment_id
               join base_cell b on b.id = g.cell_id""",
        ]
        return [row for query in queries for row in sorted(book.execute(query).fetchall(), key=repr)]


def board_rows(path: Path) -> list[tuple]:
    """The rows of the board, without the random seeds, the results that depend on them, and the random pseudonyms."""
    with contextlib.closing(sqlite3.connect(path)) as board:
        queries = [
            "select id, public from learners",
            "select learner_id, shape, split_seed, round, message, losses = '[]' from entries",
            "select key from settings",
        ]
        return [row for query in queries for row in sorted(board.execute(query).fetchall(), key=repr)]


def disturb(case: Case, room: Room, draw: random.Random, moments: int, disks: int) -> Found:
    """Interrupt a command this number of times, run it again after each, and compare."""
    found = Found()
    with tempfile.TemporaryDirectory() as scratch:
        told = str(Path(scratch) / "writes")
        room.fill(case.prepare)
        used = room.used() if room.mounted else 0
        status, said, seconds, _ = run(case, told=told)
        if status != case.status:
            raise SystemExit(f"{case.name}, undisturbed: exit status {status}\n{said}")
        wanted, _ = state(room.place, case.free)
        writes, grown = int(Path(told).read_text(encoding="utf-8")), max(0, (room.used() if room.mounted else 0) - used)
    for moment in range(moments):
        kind, number = (("kill -9", signal.SIGKILL), ("Ctrl-C", signal.SIGINT))[moment % 2]
        room.fill(case.prepare)
        if moment % 4 < 2:
            at = draw.randint(1, writes)
            where, outcome = f"{kind} at write {at} of {writes}", run(case, at, number)
        else:
            after = draw.uniform(0.2, 1.0) * seconds
            where, outcome = f"{kind} after {after:.1f} of {seconds:.1f} s", run(case, 0, number, seconds=after)
        found.ended[kind] += outcome[0] != status
        judge(case, room, wanted, where, outcome, found)
    for _ in range(disks if room.mounted else 0):
        room.fill(case.prepare)
        size = draw.randint(0, grown + 100_000)
        with room.with_free(size):
            outcome = run(case)
        found.ended["full disk"] += outcome[0] != status
        judge(case, room, wanted, f"disk with {size // 1000} KB", outcome, found)
    return found


def judge(case: Case, room: Room, wanted: dict, where: str, outcome: tuple[int, str, float, str], found: Found) -> None:
    """Run the command again, and record each difference from the undisturbed run."""
    _, said, _, mark = outcome
    if "Traceback" in said and not where.startswith("kill -9"):  # then its children may report its end
        found.wrong.append(f"{where}: a traceback: {said[said.index('Traceback') :][-300:]}")
    found.wrong += [f"{where}: a process is still running: {line}" for line in left(mark)]
    done = case.toggles and (outcome[0] == case.status or state(room.place, case.free)[0] == wanted)
    status, said, _, _ = (case.status, "", 0.0, "") if done else run(case)
    now, left_over = state(room.place, case.free)
    found.left_over += left_over
    if status != case.status:
        found.wrong.append(f"{where}: the same command again: exit status {status}: {said[-300:]}")
    for name in sorted({*wanted, *now}):
        if wanted.get(name) != now.get(name):
            found.wrong.append(f"{where}: {name} {_how(wanted.get(name), now.get(name))}")


def _how(one: object, other: object) -> str:
    if one is None or other is None:
        return "is missing" if other is None else "is not in the undisturbed run"
    if isinstance(one, list):
        return f"differs: {[row for row in one if row not in other][:2]} is {[r for r in other if r not in one][:2]}"
    return "differs"


def class_cases(scratch: Path, root: Path, its_part: Part) -> Iterator[Case]:
    """The commands of an instructor, on a class of four: two right modules, a wrong one, and one that is not Python."""
    text = (SOLUTIONS / its_part.file_name).read_text(encoding="utf-8")
    wrong = re.sub(r"### BEGIN SOLUTION.*?\n", lambda found: f"{found[0]}    return None\n", text, count=1)
    notebook = json.dumps(_answered(its_part))
    first = {"ann": text, "bob": wrong, "cleo": text + "# cleo\n", "dan": "def broken(:\n"}
    old, new, roster = scratch / "old.zip", scratch / "new.zip", scratch / "roster.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    for path, modules, day in ((old, first, 1), (new, {**first, "bob": text + "# bob\n"}, 2)):
        with zipfile.ZipFile(path, "w") as archive:
            for learner, module in modules.items():
                for name, data in ((its_part.file_name, module), (f"{its_part.name}.ipynb", notebook)):
                    archive.writestr(zipfile.ZipInfo(f"{learner}/{name}", (2026, 11, day, 12, len(learner), 2)), data)
    of_class, of_part = ("--class", root), ("--part", its_part.number)
    grade = ("grade", *of_part, *of_class)
    collect = ("collect", old, *of_part, *of_class, "--submitted-at", "2026-11-01 12:00")
    newer = ("collect", new, *of_part, *of_class, "--submitted-at", "2026-11-02 12:00")

    def kept(name: str, *steps: object) -> Callable[[Path], None]:
        """Return a function that fills a folder with the result of these steps, which run only once."""
        copy = scratch / name

        def prepare(folder: Path) -> None:
            if copy.exists():
                shutil.copytree(copy, folder, dirs_exist_ok=True)
                return
            for step in steps:
                step(folder) if callable(step) else _run(ROOT, *step)
            shutil.copytree(folder, copy)

        return prepare

    def by_hand(folder: Path) -> None:
        with open_gradebook(ClassFolder(folder)) as book:
            name = its_part.name
            for grade in book.find_submission_notebook(name, name, "ann").grades:
                if grade.name.startswith("written-"):
                    grade.manual_score, grade.needs_manual_grade = 0.5, False
            book.db.commit()

    def older_verdicts(folder: Path) -> None:
        """As if wrong checks had given ann fewer points, and bob more."""
        its_class = ClassFolder(folder)
        for learner, status in (("ann", "failed"), ("bob", "passed")):
            report = last_released(its_class, learner, its_part)
            check = next(each for each in report.checks if each.status not in (status, "manual"))
            other = replace(check, status=status, earned=check.points if status == "passed" else 0.0)
            checks = tuple(other if each is check else each for each in report.checks)
            record_released(its_class, learner, its_part, replace(report, checks=checks))

    empty = kept("empty")
    yield Case("roster", empty, ("roster", roster, *of_class))
    yield Case("release", empty, ("release", its_part.number, *of_class))
    listed = kept("listed", ("roster", roster, *of_class))
    yield Case("collect", listed, collect)
    collected = kept("collected", listed, collect)
    yield Case("grade", collected, grade, free=True)
    batch = ("grade", root / "submitted", "--out", root / "batch", *of_part, "--seed", 1, "--workers", 2)
    yield Case("grade submitted", collected, batch)
    graded = kept("graded", collected, grade, by_hand, grade)
    yield Case("collect, newer work", graded, newer)
    renewed = kept("renewed", graded, newer, grade)

    def ungraded(folder: Path) -> None:
        """Newer work with stored verdicts, so that the command spends most of its time on writing."""
        if not (scratch / "renewed").exists():
            renewed(folder)
            shutil.rmtree(folder)
        graded(folder)
        shutil.rmtree(folder / "submitted")
        shutil.copytree(scratch / "renewed" / "submitted", folder / "submitted")
        for path in (scratch / "renewed" / "verdicts").glob("??"):
            shutil.copytree(path, folder / "verdicts" / path.name, dirs_exist_ok=True)

    yield Case("grade, newer work", ungraded, grade)
    fixed = kept("fixed", graded, older_verdicts)
    errata = ("errata", its_part.number, "--apply", *of_class)
    yield Case("errata --apply", fixed, errata)
    yield Case("errata --lower --apply", fixed, (*errata, "--lower"))
    yield Case("feedback", graded, ("feedback", old, *of_part, *of_class))
    yield Case("export", graded, ("export", *of_class))
    asked = ("appeals", "--decide", "accept", "--reason", "Too strict.", *of_class, "--request")
    yield Case("appeals --decide", graded, (*asked, f"bob/{its_part.name}/{check_names(its_part)[0]}"))
    yield from capstone_cases(scratch, kept, listed, of_class, asked)


def capstone_cases(
    scratch: Path,
    kept: Callable[..., Callable[[Path], None]],
    listed: Callable[[Path], None],
    of_class: tuple[object, ...],
    asked: tuple[object, ...],
) -> Iterator[Case]:
    """The capstone of the class: ann's and bob's verdict is stored, cleo's training fails at once, dan lacks a part."""

    def submit(folder: Path, learner: str, **other: str | None) -> None:
        for needed in NEEDED:
            place = folder / "submitted" / learner / needed.name
            text = other.get(needed.module, (SOLUTIONS / needed.file_name).read_text(encoding="utf-8"))
            if text is not None:
                place.mkdir(parents=True)
                (place / needed.file_name).write_text(text, encoding="utf-8")
                (place / "timestamp.txt").write_text("2026-11-01 12:00:00.000000 UTC", encoding="utf-8")

    grade = ("grade", "--part", capstone().number, *of_class)
    trained = kept("trained", listed, lambda folder: submit(folder, "ann"), grade)

    def submitted(folder: Path) -> None:
        if not (scratch / "trained").exists():
            trained(folder)
            shutil.rmtree(folder)
        listed(folder)
        for path in (scratch / "trained" / "verdicts").glob("??"):
            shutil.copytree(path, folder / "verdicts" / path.name)
        submit(folder, "ann")
        submit(folder, "bob")
        submit(folder, "cleo", part08_generation="def broken(:\n")
        submit(folder, "dan", part06_adam=None)

    graded = kept("graded capstones", submitted, grade)

    def older_verdicts(folder: Path) -> None:
        its_class = ClassFolder(folder)
        for learner in ("ann", "cleo"):
            report = last_released(its_class, learner, capstone())
            first = replace(report.checks[0], earned=3.0, status="failed")
            record_released(its_class, learner, capstone(), replace(report, checks=(first, *report.checks[1:])))

    yield Case("grade --part 11", submitted, grade, free=True)
    fixed = kept("fixed capstones", graded, older_verdicts)
    yield Case("errata 11 --lower --apply", fixed, ("errata", capstone().number, "--apply", "--lower", *of_class))
    yield Case("appeals --decide, capstone", graded, (*asked, "cleo/capstone/every_loss_equals", "--alike"))


def _answered(its_part: Part) -> dict:
    notebook = released_notebook(its_part)
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id", "").startswith("written-"):
            cell["source"] = "Ten letters and a half, as e to the power of 2.37 says."
    return notebook


def learner_cases(root: Path) -> Iterator[Case]:
    """The commands of a learner, in a copy of the course."""

    def course(folder: Path) -> Course:
        shutil.rmtree(folder)
        return make_course(folder)

    def worked(folder: Path) -> None:
        found = course(folder)
        found.solve(0, 1)
        found.write(3, found.file(3).read_text(encoding="utf-8") + "\n# mine\n")

    def replaced(folder: Path) -> None:
        worked(folder)
        _run(folder, "stubs", "--force")

    def out_of_date(folder: Path) -> None:
        """Two stubs of an older version of the course, changed by the learner."""
        found = course(folder)
        for number in (0, 3):
            path, base = found.file(number), folder / ".learner" / "stubs" / found.file(number).name
            old = path.read_text(encoding="utf-8").replace("\n\n", "\n\n# in the words of last year\n\n", 1)
            base.parent.mkdir(parents=True, exist_ok=True)
            base.write_text(old, encoding="utf-8")
            path.write_text(old + "\n\ndef helper():\n    return 1\n", encoding="utf-8")

    def older_copy(folder: Path) -> None:
        out_of_date(folder)
        shutil.copytree(folder / "exercises", folder / "old" / "exercises")
        shutil.copytree(folder / ".learner", folder / "old" / ".learner")
        shutil.rmtree(folder / "exercises")
        shutil.rmtree(folder / ".learner")
        shutil.copytree(ROOT / "exercises", folder / "exercises")

    yield Case("reset", worked, ("reset", 1, "--yes"), root)
    yield Case("stubs --force", worked, ("stubs", "--force"), root)
    yield Case("undo", replaced, ("undo",), root, toggles=True)
    yield Case("update", out_of_date, ("update", "--yes"), root)
    yield Case("update --from", older_copy, ("update", "--from", root / "old", "--yes"), root)
    few = root / "exercises" / "few.txt"

    def with_names(folder: Path) -> None:
        worked(folder)
        few.write_text("anna\nbob\ncleo\ndan\n" * 5, encoding="utf-8")

    train = ("train", "--fast", "--steps", 3, "--data", few, "--out", root / "runs")
    yield Case("train", with_names, train, root)
    yield Case("check", worked, ("check", 0), root, free=True)

    def right_parts(folder: Path) -> None:
        found = course(folder)
        found.solve(*(needed.number for needed in NEEDED))
        found.write(8, found.file(8).read_text(encoding="utf-8") + SAME_NAME)
        few_steps(folder)

    trained: list[Path] = []

    def with_result(folder: Path) -> None:
        right_parts(folder)
        if not trained:
            _run(folder, "capstone", status=1)
            trained.append(Path(tempfile.mkdtemp(dir=root.parent.parent)))
            shutil.copytree(folder / "runs", trained[0] / "runs")
        shutil.copytree(trained[0] / "runs", folder / "runs", dirs_exist_ok=True)

    yield Case("capstone", right_parts, ("capstone",), root, status=1)
    yield Case("card", with_result, ("card",), root)
    board: list[Path] = []

    def with_board(folder: Path) -> None:
        worked(folder)
        shutil.copy(ROOT / "exercises" / RECIPE_FILE, folder / "exercises")
        few_steps(folder)
        if not board:
            _run(folder, "leaderboard", "page", "--board", folder / "board")
            board.append(Path(tempfile.mkdtemp(dir=root.parent.parent)))
            shutil.copytree(folder / "board", board[0] / "board")
        shutil.copytree(board[0] / "board", folder / "board", dirs_exist_ok=True)
        for learner in ("ann", "bob"):
            (folder / "submitted" / learner).mkdir(parents=True)
            recipe = (ROOT / "exercises" / RECIPE_FILE).read_text(encoding="utf-8")
            (folder / "submitted" / learner / RECIPE_FILE).write_text(f"{recipe}\n# {learner}\n", encoding="utf-8")

    add = ("leaderboard", "add", root / "submitted" / "ann", root / "submitted" / "bob", "--board", root / "board")
    yield Case("leaderboard add", with_board, add, root, free=True)


def few_steps(folder: Path) -> None:
    """Let the capstone and the board of a copy of the course train for three steps."""
    for package, module in (("capstone", "capstone_run.py"), ("leaderboard", "recipe_source.py")):
        place = folder / "autograder" / package
        original = place.resolve()
        place.unlink()
        shutil.copytree(original, place)
        text = (place / module).read_text(encoding="utf-8")
        (place / module).write_text(text.replace("NUM_STEPS = 1000\n", "NUM_STEPS = 3\n"), encoding="utf-8")


def _run(folder: Path, *words: object, status: int = 0) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "AUTOGRADER_MEMORY"}
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *map(str, words)], cwd=folder, env=environment, capture_output=True
    )
    if done.returncode != status:
        raise SystemExit(f"{words}: {(done.stdout + done.stderr).decode('utf-8', 'replace')}")


@contextlib.contextmanager
def cases(its_part: Part) -> Iterator[tuple[Room, list[Case]]]:
    """All commands, and the room in which they run."""
    with tempfile.TemporaryDirectory(prefix="interruptions-") as scratch:
        room = Room(Path(scratch))
        try:
            yield room, [*learner_cases(room.place), *class_cases(Path(scratch), room.place, its_part)]
        finally:
            room.close()


def main() -> None:
    """Interrupt the commands, and print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moments", type=int, default=20)
    parser.add_argument("--disks", type=int, default=5)
    parser.add_argument("--part", type=int, default=9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--but", nargs="*", default=[])
    parser.add_argument("--join", nargs="*", default=[], type=Path, help="Files with the output of several runs.")
    options = parser.parse_args()
    lines, wrong = [], []
    if options.join:
        found = [line for path in options.join for line in path.read_text(encoding="utf-8").splitlines()]
        return write_page(options, [line for line in found if line.startswith("| `")])
    with cases(part(options.part)) as (room, found):
        for case in found:
            if case.name in options.but or options.only and case.name not in options.only:
                continue
            outcome = disturb(case, room, random.Random(options.seed), options.moments, options.disks)
            ended = " | ".join(str(count) for count in outcome.ended.values())
            lines.append(f"| `{case.name}` | {ended} | {len(outcome.wrong)} | {outcome.left_over} |")
            print(lines[-1], *outcome.wrong, sep="\n", flush=True)
            wrong += outcome.wrong
            if not options.only:
                write_page(options, lines)
    if wrong:
        raise SystemExit(1)


def write_page(options: argparse.Namespace, lines: list[str]) -> None:
    """Write the page with these lines of its table."""
    page = ROOT / "benchmarks" / "interruptions.md"
    facts = {**vars(options), "day": datetime.date.today(), "table": "\n".join(lines)}
    but = f"\nLeft out: {', '.join(f'`{name}`' for name in options.but)}.\n" if options.but else ""
    page.write_text(PAGE.format(**facts) + but, encoding="utf-8")


PAGE = """# Interruptions and full disks

`python benchmarks/interruptions.py`, {day}, interrupts each command {moments} times, half by kill -9 of its process and
half by Ctrl-C, half of both at a random write and half at a random time. It also runs each {disks} times on a disk with
random room for what it writes. The class has four learners, who submitted part {part}, and for the capstone parts 1 to
8. The first columns count the runs that ended early. The next one counts what was wrong: a traceback, a process that
was left, and, after the same command had run once more, each file and each row of the gradebook that is not as after
the undisturbed run. The last column counts temporary files that kill -9 left; nothing reads them.

A learner's `capstone` and the board train for three steps. Of the class's capstones one long verdict is in the store,
and one ends at once.

| command | kill -9 | Ctrl-C | full disk | wrong | temporary files left |
|---|---|---|---|---|---|
{table}
"""

if __name__ == "__main__":
    main()
