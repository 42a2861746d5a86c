"""Make `.venv`, or bring it up to date. Standard library only.

While this runs, the stamp is "unfinished". If the first set-up is interrupted or fails, the next command starts from
scratch. If an update fails, the next command tries the update again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator

from autograder import invocation
from autograder.command_table.table import COST, WITHOUT
from autograder.files import LOCKED, lock
from autograder.setup_environment import (
    ROOT,
    STAMP,
    UNFINISHED,
    VENV,
    VENV_PYTHON,
    extras_in,
    python_version,
    read_stamp,
    stamp_fits,
    stop,
    write_stamp,
)

LOG = os.path.join(VENV, "set-up.log")
SECONDS_PER_DOT = 2


def install(extra: str) -> None:
    """Install the learner's packages and this extra in `.venv`. On failure, exit with status 2 and a message."""
    try:
        ROOT.encode("utf-8")
    except UnicodeEncodeError:  # a character in another encoding, for which pip and venv fail without explanation
        stop(f"Set-up failed: the folder's name {ascii(ROOT)} is not UTF-8. Rename it and run the same command again.")
    try:
        with _only_one_at_a_time():
            if not stamp_fits(read_stamp(), extra):  # it may fit now, if we waited for another process
                _install(extra)
    except KeyboardInterrupt:
        stop("\nSet-up interrupted. Run the same command again to start over.")
    except OSError as error:
        stop(f"Set-up failed: {error}. Check permissions and disk space, delete .venv and try again.")


def _install(extra: str) -> None:
    started = time.monotonic()
    before = read_stamp()
    extras = [extra]
    if extra in WITHOUT:
        sentence, instead = WITHOUT[extra]
        _say(f"{sentence}{invocation.command(instead)}\n")
    if before == UNFINISHED or (before and _made_by_another_python(before)) or not os.path.exists(VENV_PYTHON):
        _say(f"Setting up .venv, needed once ({COST[extra]}) ")
        base = base_python()  # before its link is deleted
        if before:
            shutil.rmtree(VENV)  # it is ours, as the stamp shows; a user's own environment is never deleted
        os.makedirs(VENV, exist_ok=True)
        before = UNFINISHED
        _write(STAMP, UNFINISHED)
        _run([base, "-m", "venv", VENV], before)
    else:
        _say(f"Bringing .venv up to date ({COST[extra].replace(' MB', ' MB in total')}) ")
        extras += extras_in(before)
        _write(STAMP, UNFINISHED)
    what = f".[{','.join(sorted({*extras} - {''}))}]".replace("[]", "")
    pip = [VENV_PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    _run([*pip, "-c", "constraints.txt", "--editable", what], before)
    write_stamp(*extras)
    _say(f" done in {time.monotonic() - started:.0f} s.\n")


def base_python() -> str:
    """This interpreter, or in a virtual environment the one that it is based on."""
    below = getattr(sys, "_base_executable", None)
    if sys.prefix == sys.base_prefix or (below and below != sys.executable):
        return below or sys.executable
    # Before Python 3.11, the base is known only on Windows; elsewhere the environment has a link to it.
    return os.path.realpath(sys.executable)


def _made_by_another_python(stamp: str) -> bool:
    """Whether the interpreter was replaced since: Python 3.12 can't use .venv/lib/python3.11."""
    return not stamp.partition("\n")[0].endswith(f" {python_version()}")


def _run(command: list[str], stamp_on_failure: str) -> None:
    """Run one step, with output to the log and a dot every few seconds. Exits with a message if it fails."""
    # If the user has configured pip to install into the home folder, pip would refuse the virtual environment.
    environment = {**os.environ, "PIP_USER": "0", "PYTHONIOENCODING": "utf-8"}
    with open(LOG, "ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            while True:
                try:
                    status = process.wait(SECONDS_PER_DOT)
                    break
                except subprocess.TimeoutExpired:
                    _say(".")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    if status:
        _write(STAMP, stamp_on_failure)
        stop("\n" + _explanation(command[2], status))


def _explanation(step: str, status: int) -> str:
    """The message after a failure: the step, the last lines of the log, and what to do."""
    with open(LOG, encoding="utf-8", errors="replace") as file:
        log = file.read()
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")][-2:] or lines[-2:]
    # Other programs may print characters that the console can't show.
    said = "".join(f"  {line[:300].encode('ascii', 'backslashreplace').decode()}\n" for line in errors)
    if step == "venv":
        advice = "On Debian and Ubuntu, install the package python3-venv; elsewhere, install Python with pip and venv."
    else:
        advice = "If this machine is offline, connect it: the set-up needs the network once."
    return (
        f"Set-up failed: `{step}` ended with status {status}.\n{said}{advice}\nThen run the same command again. "
        f"The full log: {LOG}\nsolutions/microgpt_simple.py trains the model without any set-up."
    )


@contextlib.contextmanager
def _only_one_at_a_time() -> Iterator[None]:
    """Wait until no other process sets up this folder. The lock is released when its process ends, even if killed."""
    with open(VENV + ".lock", "ab") as file:
        try:
            lock(file.fileno())
        except OSError as error:
            if error.errno not in LOCKED:
                raise
            _say("Waiting for another set-up of this folder to end.\n")
            lock(file.fileno(), wait=True)
        yield


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _say(text: str) -> None:
    print(text, end="", file=sys.stderr, flush=True)
