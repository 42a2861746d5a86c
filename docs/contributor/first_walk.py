"""A first-time walk through the course, as a transcript: docs/contributor/first_walk.md.

    python docs/contributor/first_walk.py

Clones this repository into an empty home, and does there what a learner does in the first hour: part 0, part 1 wrong
in three ways, hints, right. Every command is run for real, the set-up included. Its processor time is measured, which
other programs hardly change.
The screens at the end come from tmux, 80 columns wide, without colour, on a console of code page 1252.
"""

from __future__ import annotations

import datetime
import itertools
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path(__file__).with_suffix(".md")
GREEN_WITHIN = 120  # seconds from the clone to part 0 passed, typing left out
LONGEST = 60  # lines of an output that are shown
SESSION = "first-walk"

SQUARE = ('    # TODO 0.1 square: about 1 line\n    raise NotImplementedError("0.1 square")', "    return x * x")
OVERWRITES = ("child.grad += local_grad * value.grad", "child.grad = local_grad * value.grad")
WRONG_ORDER = ("for value in reversed(order):", "for value in order:")
TURNED = ("return other + (-self)", "return self - other")
WITHOUT_ROOT = ("scale = (mean_square + eps) ** -0.5", "scale = 1 / (mean_square + eps)")
OWN_WAY = "tests/right_but_different/part01/order_by_creation_counter.py"

WRONG_WAYS = (
    ("The first attempt overwrites gradients where they should be added", OVERWRITES),
    ("The second one walks the graph in the wrong direction", WRONG_ORDER),
    ("The third one computes `x - 2` for `2 - x`", TURNED),
)


class Walk:
    """One learner's folder, and the transcript so far."""

    def __init__(self, home: Path) -> None:
        self.home, self.course = home, home / "course"
        self.lines: list[str] = []
        self.commands = 0.0  # processor time of all commands
        # The interpreter below this environment: a learner has no environment yet.
        base = Path(getattr(sys, "_base_executable", sys.executable)).resolve().parent
        self.environment = {
            **{key: value for key, value in os.environ.items() if key.startswith(("PIP_", "SSL_", "LANG"))},
            "HOME": str(home),
            "PATH": f"{base}{os.pathsep}{os.environ['PATH']}",
            "NO_COLOR": "1",
            "COLUMNS": "80",
            "TERM": "xterm",
        }

    def say(self, text: str) -> None:
        self.lines += [text, ""]

    def run(self, command: str, folder: Path | None = None) -> str:
        """Run a command, note its output without code and its processor time, and return the output."""
        begin = used()
        done = subprocess.run(
            command.split(),
            cwd=folder or self.course,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        seconds = used() - begin
        self.commands += seconds
        output = done.stdout.decode("utf-8").replace(str(self.home), "~").rstrip()
        shown = without_code(output.split("\n") if output else [])
        if len(shown) > LONGEST:
            shown = [*shown[:LONGEST], f"... and {len(shown) - LONGEST} more lines"]
        shown = [line for line in shown if not line.startswith("make: ***")]
        self.lines += ["```", f"$ {command}", *shown, "```", ""]
        self.say(
            f"{seconds:.1f} seconds of processor time"
            + (f", make's exit status {done.returncode}." if done.returncode else ".")
        )
        return output

    def write(self, name: str, text: str) -> None:
        (self.course / "exercises" / name).write_text(text, encoding="utf-8")

    def solution(self, name: str, *edits: tuple[str, str]) -> str:
        """The reference, with a learner's mistakes."""
        text = (self.course / "solutions" / name).read_text(encoding="utf-8")
        lines = [line for line in text.split("\n") if "### BEGIN" not in line and "### END" not in line]
        text = "\n".join(lines)
        for old, new in edits:
            must(old in text, f"{name} has no {old!r}")
            text = text.replace(old, new)
        return text

    def screen(self, keys: list[str], wait: float, rows: int = 30) -> str:
        """What a terminal of 80 columns shows after these keys; the terminal goes on."""
        for key in keys:
            tmux("send-keys", "-t", SESSION, *([key, "Enter"] if len(key) > 1 else [key]))
            time.sleep(wait)
        text = tmux("capture-pane", "-p", "-t", SESSION).rstrip()
        text.encode("cp1252")
        must(max(map(len, text.split("\n"))) <= 80 and "\x1b" not in text, "the screen is not plain")
        return "\n".join(line.rstrip() for line in text.replace(str(self.home), "~").split("\n"))


def used() -> float:
    """Seconds of processor time that all commands have used so far."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def without_code(lines: list[str]) -> list[str]:
    """The lines of an output, but only the first line of each piece of code, since learners read this page."""
    shown: list[str] = []
    for is_code, block in itertools.groupby(lines, key=lambda line: line.startswith("  |")):
        first, *others = block
        shown += [first, *(["  | ..."] if is_code and others else others)]
    return shown


def must(condition: bool, what: str) -> None:
    if not condition:
        raise SystemExit(f"The walk did not go as told: {what}.")


def tmux(*words: str) -> str:
    done = subprocess.run(["tmux", "-L", SESSION, *words], capture_output=True, encoding="utf-8", check=False)
    must(done.returncode == 0, f"tmux {words[0]}: {done.stderr.strip()}")
    return done.stdout


def first_hour(walk: Walk) -> None:
    """Clone, part 0, part 1."""
    walk.say("## Clone, and part 0")
    begin = time.monotonic()
    walk.run(f"git clone --quiet {ROOT} course", walk.home)
    walk.lines = [line.replace(str(ROOT), "<the address of this repository>") for line in walk.lines]
    walk.say("The first command creates the course's Python environment, and says so:")
    walk.run("make check part=0")
    walk.say("Task 0.1 is one line: `return x * x`.")
    stub = (walk.course / "exercises" / "part00_setup.py").read_text(encoding="utf-8")
    must(SQUARE[0] in stub, "the stub of part 0 is another")
    walk.write("part00_setup.py", stub.replace(*SQUARE))
    walk.run("make check part=0.1")
    walk.say("Then the solution of 0.2:")
    walk.write("part00_setup.py", walk.solution("part00_setup.py"))
    must("Passed." in walk.run("make check part=0"), "part 0 is not passed")
    green = time.monotonic() - begin
    must(green < GREEN_WITHIN, f"part 0 took {green:.0f} seconds")
    walk.say(
        f"**Part 0 is passed.** From the clone on, that takes {walk.commands:.0f} seconds of processor time, and the "
        "time for downloading and typing."
    )

    walk.say("## Part 1 with three mistakes, one after the other")
    for title, edit in WRONG_WAYS:
        walk.say(f"{title} (`{edit[1]}`):")
        walk.write("part01_autograd.py", walk.solution("part01_autograd.py", edit))
        must("First failing task" in walk.run("make check part=1"), title)
        must("Hint " in walk.run("make hint part=1"), f"no hint: {title}")
    walk.say("The same command shows the next hint:")
    must("Hint " in walk.run("make hint part=1"), "no second hint")

    walk.say("## Part 1 passes")
    walk.say("This code is right, but written differently from the reference:")
    walk.write("part01_autograd.py", (walk.course / OWN_WAY).read_text(encoding="utf-8"))
    must("Passed." in walk.run("make check part=1"), "part 1 is not passed")
    walk.say("From now on, the learner may compare it with the reference:")
    walk.run("make compare part=1.4")
    walk.run("make progress")


def screens(walk: Walk) -> None:
    """Four commands as a terminal shows them, the watch with a save and two keys."""
    walk.say("## On the screen")
    walk.say("A terminal with 80 columns in tmux, without colour, with code page 1252, as in older Windows consoles.")
    variables = {**walk.environment, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0", "PS1": "$ "}
    settings = [word for key in variables for word in ("-e", f"{key}={variables[key]}")]
    tmux(
        "-f",
        os.devnull,
        "new-session",
        "-d",
        "-s",
        SESSION,
        "-x",
        "80",
        "-y",
        "40",
        "-c",
        str(walk.course),
        *settings,
        "sh",
    )
    try:
        time.sleep(1)
        for title, command in (
            ("`check`", "make check part=2"),
            ("`progress`", "make progress"),
            ("`trace`, with an `rmsnorm` in part 3 that lacks the square root", "make trace name=ada"),
        ):
            if "trace" in command:
                walk.write("part03_layers.py", walk.solution("part03_layers.py", WITHOUT_ROOT))
            walk.say(title)
            walk.lines += ["```", walk.screen(["clear", command], 4.0), "```", ""]
        walk.say("`watch`, after the learner has saved a mistake:")
        walk.write("part03_layers.py", walk.solution("part03_layers.py"))
        walk.screen(["clear", "make watch part=3"], 4.0)
        saved = time.monotonic()
        walk.write("part03_layers.py", walk.solution("part03_layers.py", ("(logit - largest).exp()", "logit.exp()")))
        while "FAIL" not in walk.screen([], 0):
            must(time.monotonic() - saved < 10, "watch saw no save")
            time.sleep(0.02)
        seconds = time.monotonic() - saved
        time.sleep(0.5)
        walk.lines += ["```", walk.screen([], 0), "```", ""]
        walk.say(
            f"From the save to the verdict on the screen: {seconds:.1f} seconds of the clock, while "
            f"{os.getloadavg()[0]:.0f} programs shared the processors. Then h shows a hint, and q quits:"
        )
        walk.lines += ["```", walk.screen(["h", "q"], 1.5), "```", ""]
    finally:
        tmux("kill-server")


def main() -> None:
    """Walk, and write the page."""
    for program in ("git", "make", "tmux"):
        must(shutil.which(program) is not None, f"{program} is needed")
    with tempfile.TemporaryDirectory(prefix="walk-") as folder:
        walk = Walk(Path(folder))
        walk.say("# A first walk")
        walk.say(
            f"`python docs/contributor/first_walk.py`, {datetime.date.today().isoformat()}, "
            f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} processors. "
            "The home folder is empty, and nothing is installed for the course yet."
        )
        first_hour(walk)
        screens(walk)
        walk.say(f"All commands before the screens together: {walk.commands:.0f} seconds of processor time.")
    PAGE.write_text("\n".join(walk.lines).rstrip() + "\n", encoding="utf-8")
    print(f"Written: {PAGE}")


if __name__ == "__main__":
    main()
