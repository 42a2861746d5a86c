"""Write a sample class: random submissions, drawn from a seed, as nbgrader's submitted/ tree.

    python benchmarks/synthetic_class.py FOLDER --learners 300 --parts 7 --seed 1

Each part of each learner is drawn independently, in the proportions of SHARES. Every file is different (it contains a
comment with the learner's name), except the stub of learners who have not begun, as in a real class.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Mapping
from pathlib import Path

from autograder.course import SOLUTIONS, Part, parts
from autograder.grading.misconceptions import variants
from autograder.stubs import BEGIN, END, make_stub

SHARES = {"finished": 0.50, "half-way": 0.20, "wrong": 0.20, "not begun": 0.05, "crashing": 0.04, "looping": 0.01}

# Code after the end of a finished module.
CRASHES = (
    "raise SystemExit(0)\n",
    "import os\nos._exit(3)\n",
    "1 / 0\n",
    "def unfinished(:\n",
    "def deep(n):\n    return deep(n + 1)\ndeep(0)\n",
)
ATTACKS = (
    "import os\nwhile True:\n    os.fork()\n",
    "import os, signal\nos.kill(-1, signal.SIGKILL)\n",
    "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n",
    "hoard = []\nwhile True:\n    hoard.append(bytearray(10_000_000))\n",
    "while True:\n    print('x' * 100_000)\n",
    "import socket\nsocket.create_connection(('127.0.0.1', 22), timeout=5)\n",
    "open('/tmp/gradebook.db', 'wb').write(b'x' * 1_000_000)\n",
    "import ctypes\nctypes.string_at(0)\n",
    "import threading\nwhile True:\n    threading.Thread(target=input).start()\n",
    "import os\nos.closerange(0, 64)\n",
)


def write_class(
    folder: Path,
    learners: int,
    wanted: tuple[Part, ...],
    seed: int = 1,
    shares: Mapping[str, float] = SHARES,
    hostile: float = 0.0,
) -> dict[tuple[str, str], str]:
    """Write folder/LEARNER/partNN/MODULE. hostile: the share of learners all of whose modules are attacks instead.

    Returns what was drawn: (learner, part's name) -> a key of SHARES, or "hostile". Everybody else's files are the
    same with hostile learners and without.
    """
    drawn = {}
    attackers = {name_of(number) for number in random.Random(seed).sample(range(learners), round(hostile * learners))}
    for number in range(learners):
        learner = name_of(number)
        for part in wanted:
            draw = random.Random(f"{seed} {learner} {part.name}")
            kind = draw.choices(list(shares), list(shares.values()))[0]
            source = module(part, kind, draw)
            if learner in attackers:
                kind, source = "hostile", _solution(part) + draw.choice(ATTACKS)
            drawn[learner, part.name] = kind
            place = folder / learner / part.name
            place.mkdir(parents=True, exist_ok=True)
            own = "" if kind == "not begun" else f"# {learner}\n"
            (place / part.file_name).write_text(own + source, encoding="utf-8")
            (place / "timestamp.txt").write_text("2026-11-24 12:00:00.000000 UTC", encoding="utf-8")
    return drawn


def name_of(number: int) -> str:
    """learner00042, so that an order of names is one of numbers."""
    return f"learner{number:05}"


def module(part: Part, kind: str, draw: random.Random) -> str:
    """A module of this kind."""
    text = _solution(part)
    if kind == "finished":
        return text
    if kind == "not begun":
        return make_stub(text, part.file_name)
    if kind == "half-way":
        return _half_way(text, part, draw)
    if kind == "wrong":
        return draw.choice(sorted(variants(part).values())).decode("utf-8")
    if kind == "crashing":
        return text + draw.choice(CRASHES)
    task = draw.choice(re.findall(BEGIN.pattern, text, flags=re.M))[1]
    return re.sub(
        rf"^( *)### BEGIN SOLUTION {re.escape(task)}$", r"\g<0>\n\1while True:\n\1    pass", text, count=1, flags=re.M
    )


def _half_way(text: str, part: Part, draw: random.Random) -> str:
    """The first tasks are written, at least one where there are several; the others are as in the stub."""
    order = {task.id: index for index, task in enumerate(part.tasks)}
    written = draw.randrange(min(1, len(order) - 1), len(order))
    lines, inside = [], False
    for line in text.splitlines():
        begins = BEGIN.match(line)
        if begins:
            inside = not begins["task"] or order[begins["task"].partition(" ")[0]] < written
        if not (inside and (begins or END.match(line))):
            lines.append(line)
        if END.match(line):
            inside = False
    return make_stub("\n".join(lines) + "\n", part.file_name)


def _solution(part: Part) -> str:
    return (SOLUTIONS / part.file_name).read_text(encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--learners", type=int, default=300)
    parser.add_argument("--parts", type=int, default=11, help="how many parts, from the first")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hostile", type=float, default=0.0, help="the share of learners who attack")
    arguments = parser.parse_args()
    drawn = write_class(
        arguments.folder, arguments.learners, parts()[: arguments.parts], arguments.seed, hostile=arguments.hostile
    )
    for kind in sorted(set(drawn.values())):
        print(f"{list(drawn.values()).count(kind):6} {kind}")


if __name__ == "__main__":
    main()
