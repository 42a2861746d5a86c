"""What the tests of attacks share: a submission with an attack on top, and the graders that it is shown to."""

from __future__ import annotations

import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import SOLUTIONS, part, read_toml
from autograder.grading.reference import reference_files
from autograder.sandbox import Limits
from autograder.stubs import make_stub

ATTACKS = Path(__file__).parents[1] / "attacks"
TOOLS = ("tools.py", "naive_grader.py")
PART = part(3)
SOLUTION = (SOLUTIONS / PART.file_name).read_text(encoding="utf-8")
STUB = make_stub(SOLUTION, PART.file_name)
SHORT = Limits(cpu_seconds=2, call_seconds=0.4, total_seconds=0.8)  # one time-out, and the start of another
EXPECTED = read_toml(ATTACKS / "expected.toml")
VARIANTS = [(name, variant) for name, facts in EXPECTED.items() for variant in facts.get("variants", [""])]
IDS = [f"{name}-{variant.replace(' ', '_')}" if variant else name for name, variant in VARIANTS]


@dataclass
class Targets:
    """What an attack aims at. canary: a file's text that nobody may read; secret: a word that only the grader knows."""

    folder: Path
    neighbour: int
    port: int = 9
    canary: str = field(default_factory=lambda: secrets.token_hex(8))
    secret: str = field(default_factory=lambda: secrets.token_hex(8))

    def settings(self, when: str, variant: str, locked_in: bool) -> dict:
        """What the attack is told."""
        return {
            "when": when,
            "variant": variant,
            "locked_in": locked_in,
            "canary": str(self.folder / "canary.txt"),
            "folder": str(self.folder),
            "neighbour": self.neighbour,
            "port": self.port,
            "secret": self.secret[::-1],
            "solutions": str(SOLUTIONS),
            "hidden": str(PART.suite / "test_hidden.py"),
        }


def attacked(
    base: str,
    name: str,
    targets: Targets,
    variant: str = "",
    start: str = "attack",
    locked_in: bool = True,
    when: str = "",
) -> str:
    """The source `base` with the attack on top, or with its honest twin (start="honest")."""
    settings = targets.settings(when or EXPECTED[name]["when"], variant, locked_in)
    pieces = [
        base,
        "BASE_NAMES = [*globals()]",
        (ATTACKS / f"{name}.py").read_text(encoding="utf-8"),
        f"SETTINGS = {settings!r}\nSTART = {start}\n",
    ]
    return "\n\n".join([*pieces, (ATTACKS / "tools.py").read_text(encoding="utf-8")])


def write_modules(source: str, folder: Path) -> None:
    for name, content in {PART.file_name: source.encode("utf-8"), **reference_files(PART)}.items():
        (folder / name).write_bytes(content)


def run_naively(source: str, folder: Path, secret: str) -> str:
    """What a grader that runs everything in one process says, with its exit status."""
    write_modules(source, folder)
    (folder / "naive_grader.py").write_bytes((ATTACKS / "naive_grader.py").read_bytes())
    (folder / "pytest.ini").write_bytes(b"[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-s", "naive_grader.py"]
    environment = {"PYTHONPATH": str(folder), "SECRET_OF_THE_GRADER": secret, "PATH": "", "PYTHONUTF8": "1"}
    answer = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, timeout=300, stdin=subprocess.DEVNULL
    )
    return (answer.stdout + answer.stderr).decode("utf-8", "replace") + f"\nstatus {answer.returncode}"


def ends_by_itself(source: str, folder: Path, seconds: float) -> bool:
    """Whether a program that runs the source as it is comes to its end in time."""
    write_modules(source, folder)
    try:
        subprocess.run(
            [sys.executable, "-S", PART.file_name], cwd=folder, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return True


def naive_grader_is_fooled(said: str) -> bool:
    """Whether it gives no verdict, gives points, or lets something out."""
    signs = ("GAINED", " passed", " skipped", " xfailed", "\x1b[2J")
    return " failed" not in said or said.endswith("status 0") or any(sign in said for sign in signs)
