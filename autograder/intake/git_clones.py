"""Read the files of an untrusted git repository, with the times of their commits.

Its configuration could start programs (hooks, filters, fsmonitor, a pager, a signature checker). So git never reads
it: git sees only the repository's objects, from a separate empty repository.
"""

from __future__ import annotations

import datetime
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from autograder.intake.archives import LARGEST_MEMBER, ArchiveError, Budget, Member, checked_path, shown

try:
    import resource
except ImportError:  # Windows
    resource = None

SECONDS = 60  # wall time per repository, for code that waits
PROCESSOR_SECONDS = 10.0  # per repository; a running git call may use as much again
# Five per file of the course; a copy of the course's own repository has 64. Each file adds a comparison to git's log.
MOST_FILES = 110
LITTLE_MEMORY = ("-c", "core.packedGitWindowSize=16m", "-c", "core.packedGitLimit=64m")
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def is_clone(folder: Path) -> bool:
    """Whether a folder is a repository with its own .git folder, and not only inside one."""
    try:
        return (folder / ".git").is_dir() and not (folder / ".git").is_symlink()
    except OSError:  # no permission to read the folder
        return False


def read_clone(folder: Path, is_wanted: Callable[[str], bool]) -> Iterator[Member]:
    """The wanted files in the last commit on the current branch, each with the time of the last commit that changed it
    (which the learner can forge). Raises ArchiveError.
    """
    git_folder = folder / ".git"
    objects = git_folder / "objects"
    if objects.is_symlink() or (objects / "info" / "alternates").exists():
        raise ArchiveError("Its objects are in another repository. Clone it again, without --shared and --reference.")
    _need_plain(objects)
    head = _head(git_folder)
    with tempfile.TemporaryDirectory() as scratch:
        empty = Path(scratch) / "empty.git"
        git = _Git(empty, objects)
        git("init", "--quiet", "--bare", "--template=", str(empty), objects=False)
        if len(head) == 64:
            raise ArchiveError("It uses SHA-256 objects: submit a repository with git's usual ones.")
        blobs = _blobs(git("ls-tree", "-r", "-l", "-z", "--full-tree", head), is_wanted)
        times = _times(git, head, list(blobs)) if blobs else {}
        for name, blob in blobs.items():
            try:
                changed = datetime.datetime.fromtimestamp(times.get(name, 0), datetime.timezone.utc)
            except (ValueError, OverflowError, OSError):
                changed = None
            yield Member(checked_path(name), changed, git("cat-file", "blob", blob))


def _need_plain(objects: Path) -> None:
    """Refuse links, which git would follow, and pipes, which would block it. Raises ArchiveError."""
    folders = [str(objects)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif not entry.is_file(follow_symlinks=False):
                    raise ArchiveError("Its objects are not regular files: clone it again.")


def _blobs(listed: bytes, is_wanted: Callable[[str], bool]) -> dict[str, str]:
    """The objects of the wanted files that git lists, by name. Raises ArchiveError."""
    budget, blobs = Budget(), {}
    for entry in filter(None, listed.split(b"\0")):
        description, _, raw = entry.partition(b"\t")
        name = raw.decode("utf-8", "surrogateescape")
        if not is_wanted(name.rpartition("/")[2]):
            continue
        mode, kind, blob, size = description.split()
        checked_path(name)
        if mode not in (b"100644", b"100755") or kind != b"blob":
            raise ArchiveError(f"{shown(name)} is a link. Commit the file itself.")
        if int(size) > LARGEST_MEMBER:
            raise ArchiveError(f"{shown(name)} is larger than {LARGEST_MEMBER // 1024 // 1024} MB.")
        budget.take(int(size))
        blobs[name] = blob.decode("ascii")
        if len(blobs) > MOST_FILES:
            raise ArchiveError(
                f"It has more than {MOST_FILES} files with names of the course: keep only those to be graded."
            )
    return blobs


def _times(git: _Git, head: str, names: list[str]) -> dict[str, int]:
    """The time of each file's last change in seconds, from the commits. Walks through the commits once."""
    paths = [f":(literal,top){name}" for name in names]
    times: dict[str, int] = {}
    seconds = 0
    # -c: a merge counts only for files that differ from all that it merges.
    for entry in git("log", "-c", "--format=%x00:%ct", "--name-only", "-z", head, "--", *paths).split(b"\0"):
        text = entry.strip(b"\n").decode("utf-8", "surrogateescape")
        if text.startswith(":") and text[1:].isdigit():
            seconds = int(text[1:])
        elif text:
            times.setdefault(text, seconds)
    return times


class _Git:
    """Runs git only on objects, with its own configuration, and without hooks, network or prompts."""

    def __init__(self, repository: Path, objects: Path) -> None:
        keep = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT", "TEMP", "TMP") if key in os.environ}
        nothing = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0"}
        own = {"GIT_DIR": str(repository), "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1", "LC_ALL": "C"}
        self.environment = {**keep, **nothing, **own, "HOME": str(repository.parent)}
        self.objects = {"GIT_OBJECT_DIRECTORY": str(objects.absolute())}
        self.deadline = time.monotonic() + SECONDS
        self.last_processor_second = _processor_seconds() + PROCESSOR_SECONDS

    def __call__(self, *arguments: str, objects: bool = True) -> bytes:
        """The output of git. It is stopped if this is too much or takes too long: a few small trees that refer to each
        other ten times list billions of files.
        """
        if _processor_seconds() > self.last_processor_second:
            raise ArchiveError(f"git {arguments[0]} takes too long to read it.")
        environment = {**self.environment, **(self.objects if objects else {})}
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
        with tempfile.TemporaryFile() as errors:
            try:
                process = subprocess.Popen(["git", *LITTLE_MEMORY, *arguments], env=environment, stderr=errors, **pipes)
            except FileNotFoundError as error:
                raise ArchiveError("Reading repositories requires git. Install it.") from error
            except ValueError as error:  # a null byte in a name
                raise ArchiveError(f"git {arguments[0]} can't be called on it.") from error
            stop = threading.Timer(max(0.0, self.deadline - time.monotonic()), process.kill)
            stop.start()
            with process:
                printed = process.stdout.read(LARGEST_MEMBER + 1)
                if len(printed) > LARGEST_MEMBER:
                    process.kill()
            stop.cancel()
            if len(printed) > LARGEST_MEMBER:
                raise ArchiveError(f"git {arguments[0]} takes too long to read it.")
            if process.returncode in (-getattr(signal, "SIGXCPU", 24), -9):
                raise ArchiveError(f"git {arguments[0]} takes too long to read it.")
            if process.returncode:
                errors.seek(0)
                error_lines = errors.read(10_000).decode("utf-8", "replace").strip().splitlines()
                raise ArchiveError(f"git can't read it ({shown(error_lines[-1]) if error_lines else arguments[0]}).")
        return printed


def _processor_seconds() -> float:
    """The processor time of all git calls of this process so far. 0 on Windows."""
    if resource is None:
        return 0.0
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _head(git_folder: Path) -> str:
    """The current commit, read from the files of the repository."""
    text = _small(git_folder / "HEAD")
    if text.startswith("ref: "):
        branch = text[5:].strip()
        if not re.fullmatch(r"refs/[\w./@+-]+", branch) or ".." in branch:
            raise ArchiveError("Its HEAD is not a branch.")
        text = _small(git_folder / branch)
        for line in "" if text else _small(git_folder / "packed-refs").splitlines():
            if line.endswith(f" {branch}"):
                text = line.partition(" ")[0]
    if not COMMIT.fullmatch(text.strip()):
        raise ArchiveError("It has no commit yet.")
    return text.strip()


def _small(path: Path) -> str:
    """The text of a file in .git; "" if there is none, or if it is a link."""
    try:
        if path.is_symlink() or not path.is_file():
            return ""
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(1_000_000)
    except OSError:
        return ""
