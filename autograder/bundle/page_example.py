"""The example of the front page: code with a classic mistake, which a link opens in the page."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from autograder.course import ROOT, part, read_toml
from autograder.stubs import fresh_stubs

FILE = ROOT / "browser" / "example.toml"
# Runs in a folder with the page's own checker, on this machine's Python.
RECORD = """
import json, sys
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/browser"]
from checker import PartCheck
files, number, task = json.load(sys.stdin)
print(PartCheck(files, number, task).natively())
"""


@dataclass(frozen=True)
class Example:
    """lines: the wrong lines; code: the learner's entire file with them; mistake: the id of the known mistake."""

    part: int
    task: str
    mistake: str
    lines: str
    code: str

    @property
    def fragment(self) -> str:
        """What follows the page's address in a link that opens the example."""
        return f"#part={self.part}&task={self.task}&code={quote(self.code, safe='')}"


def example() -> Example:
    """The example as browser/example.toml has it."""
    data = read_toml(FILE)
    stub = fresh_stubs()[part(data["part"]).file_name]
    todo = re.compile(rf" +# TODO {re.escape(data['task'])} .*\n +raise NotImplementedError\(.*\)\n")
    code, count = todo.subn(lambda _: data["code"], stub)
    if count != 1:
        raise ValueError(f"{FILE}: the stub has {count} TODOs of task {data['task']}.")
    return Example(data["part"], data["task"], data["mistake"], data["code"], code)


def recorded_verdict(of: Example, checker: Mapping[str, bytes]) -> dict:
    """The report that the page's own checker makes of the example. checker: its files, by path."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in checker.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        job = json.dumps([{part(of.part).file_name: of.code}, of.part, of.task])
        command = [sys.executable, "-c", RECORD, folder]
        done = subprocess.run(command, input=job, capture_output=True, text=True, encoding="utf-8", check=True)
    return {**json.loads(done.stdout)["report"], "interpreter": ""}
