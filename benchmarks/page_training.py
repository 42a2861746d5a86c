"""Measure 1,000 steps of training in the page, in Chromium, against the same training in a process of this Python.

    make page                               first: the page with all parts, in dist/page
    python benchmarks/page_training.py      the table, and benchmarks/page_training.md; 6 minutes on an idle machine

Own parts are the reference's. Each version trains first in the page and then in a process, 1,000 steps each. Then both
train at the same time, a part of these steps, so that other programs slow both alike: the ratio is that of these runs.
Processor seconds are those of all of Chromium's processes, from the first step to the
last one. Memory is the largest resident size: of
the process, and of the page's renderer, which holds every interpreter of the page. Linux only; needs selenium.
"""

from __future__ import annotations

import argparse
import datetime
import functools
import http.server
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
OUTPUT = Path(__file__).resolve().with_suffix(".md")
SOLUTIONS, NAMES = ROOT / "solutions", ROOT / "datasets" / "names.txt"
TICKS = os.sysconf("SC_CLK_TCK")
SEED = 42
VERSIONS = {"own": "own parts, scalar", "fast": "the fast version (JavaScript; `microgpt_fast` in Python)"}
FULL = 1000
TOGETHER = {"fast": 1000, "own": 150}  # steps of the runs at the same time
BUSY = 5.0  # % of a processor: below it, a program is not listed

SAVE = """
const [files, done] = arguments;
coursePage.then(async (page) => {
  for (const [name, text] of Object.entries(files)) await page.work.save(name, text);
}).then(() => done("saved"), (error) => done(String(error)));
"""
START = """
const [isOwn, steps] = arguments;
document.getElementById(isOwn ? "train-own" : "train-fast").checked = true;
const option = new Option(String(steps), String(steps), true, true);
document.getElementById("train-steps").append(option);
document.getElementById("train-seed").value = 42;
document.getElementById("train-start").click();
"""
TAKEN = "return coursePage.then((page) => page.training.runs.at(-1)?.run.losses ?? [])"
STATUS = "return document.getElementById('train-status').textContent"


def natively(version: str, steps: int) -> dict:
    """The run in this process: processor seconds from the first step to the last, the last loss, memory in MB."""
    sys.path.insert(0, str(SOLUTIONS))
    import part02_tokenizer as tokens

    docs, _ = tokens.split_docs(tokens.load_docs(str(NAMES)))
    marks: list[float] = []
    losses: list[float] = []

    def note(step: int, loss: float) -> None:
        marks.append(time.process_time())
        losses.append(loss)

    if version == "own":
        import part07_training

        part07_training.train(docs, num_steps=steps, rng=random.Random(SEED), on_step=note)
    else:
        import microgpt_fast

        microgpt_fast.train(docs, steps, random.Random(SEED), on_step=note)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": (marks[-1] - marks[0]) * steps / (steps - 1), "loss": losses[-1], "memory": megabytes}


class InProcess:
    """`natively`, in a new process that starts at once."""

    def __init__(self, version: str, steps: int) -> None:
        command = [sys.executable, __file__, "--natively", version, "--steps", str(steps)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")

    def result(self) -> dict:
        """What it measured."""
        said, _ = self._process.communicate()
        return json.loads(said)


class Processes:
    """All processes below one."""

    def __init__(self, root: int) -> None:
        self.root = root

    def each(self) -> list[tuple[float, float, str]]:
        """Processor seconds, resident MB and command line of each."""
        parents, found = {}, {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                try:
                    fields = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
                    words = (entry / "cmdline").read_text(encoding="utf-8", errors="replace").replace("\0", " ")
                except OSError:
                    continue
                parents[int(entry.name)] = int(fields[1])
                memory = int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 1024**2
                found[int(entry.name)] = (int(fields[11]) + int(fields[12])) / TICKS, memory, words
        return [found[number] for number in found if self._is_below(number, parents)]

    def seconds(self) -> float:
        """The processor seconds of all of them."""
        return sum(seconds for seconds, _, _ in self.each())

    def memory(self) -> float:
        """The resident MB of the largest renderer."""
        return max((megabytes for _, megabytes, words in self.each() if "--type=renderer" in words), default=0.0)

    def _is_below(self, number: int, parents: dict[int, int]) -> bool:
        while number in parents and number != self.root:
            number = parents[number]
        return number == self.root


def in_page(browser, version: str, steps: int) -> dict:
    """The run in the page that the browser shows: as `natively`."""
    processes = Processes(browser.driver.service.process.pid)
    before = processes.memory()
    browser.run(START, version == "own", steps)
    first, memory = None, before
    while True:
        taken = len(browser.run(TAKEN))
        memory = max(memory, processes.memory())
        if first is None and taken:
            first = taken, processes.seconds()
        if taken == steps or browser.run(STATUS).startswith("The run ended"):
            break
        time.sleep(0.2 if version == "fast" else 2)
    assert first and taken == steps, browser.run(STATUS)
    seconds = (processes.seconds() - first[1]) * steps / max(1, steps - first[0])
    begun = time.monotonic()
    while not browser.run(STATUS).startswith("Done") and steps >= FULL:
        assert not browser.run(STATUS).startswith("The run ended"), browser.run(STATUS)
        assert time.monotonic() < begun + 1800, browser.run(STATUS)
        time.sleep(1)
    said = browser.run("return document.getElementById('capstone-summary').textContent")
    return {"seconds": seconds, "loss": browser.run(TAKEN)[-1], "memory": memory, "said": said}


def others() -> str:
    """What else is running: the load, and the programs that use a processor."""
    listed = subprocess.run(["ps", "-eo", "pcpu=,args=", "--sort=-pcpu"], capture_output=True, encoding="utf-8").stdout
    busy = [line.split(None, 1) for line in listed.splitlines()]
    kinds = {Path(words.split()[0]).name for share, words in busy if float(share) >= BUSY}
    return (
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors ({', '.join(sorted(kinds)) or 'nothing else'})"
    )


def measure(page: Path, rows: list[dict], keep: Callable[[dict], None]) -> list[dict]:
    """The given rows and those that are missing: of each version, one run after the other, and both at once."""
    from helpers.browser import Quiet, started_browser

    handler = functools.partial(Quiet, directory=str(page))
    with (
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server,
        tempfile.TemporaryDirectory() as profile,
        started_browser(profile) as browser,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser.driver.set_script_timeout(300)
        browser.driver.set_page_load_timeout(300)
        browser.look(f"http://127.0.0.1:{server.server_port}/#train")
        while "Ready" not in browser.run("return document.getElementById('boot').textContent"):
            time.sleep(0.5)
        files = {path.name: path.read_text(encoding="utf-8") for path in SOLUTIONS.glob("part0[0-8]_*.py")}
        assert browser.driver.execute_async_script(SAVE, files) == "saved"
        browser.run("document.body.style.height = 'auto'")  # the page scrolls as a whole, for pictures
        for version, together in (("fast", False), ("fast", True), ("own", True), ("own", False)):
            if any((row["version"], row.get("together", False)) == (version, together) for row in rows):
                continue
            around = [others()]
            if together:
                process = InProcess(version, TOGETHER[version])
                there, here = in_page(browser, version, TOGETHER[version]), process.result()
            else:
                there = in_page(browser, version, FULL)
                around.append(others())
                here = InProcess(version, FULL).result()
            around.append(others())
            rows.append({"version": version, "together": together, "page": there, "process": here, "others": around})
            keep(rows[-1])
            browser.run("document.getElementById('train-stop').click()")
            browser.driver.refresh()
            while "Ready" not in browser.run("return document.getElementById('boot').textContent"):
                time.sleep(0.5)
        server.shutdown()
    return rows


def chromium() -> str:
    """The browser's version."""
    from helpers.browser import CHROMIUM

    said = subprocess.run([CHROMIUM, "--version"], capture_output=True, encoding="utf-8").stdout
    return " ".join(said.split()[:2])


def page_of(rows: list[dict]) -> str:
    """The table as Markdown."""
    day = datetime.date.today().isoformat()
    lines = [
        "# Training in the page",
        "",
        f"`python benchmarks/page_training.py`, {day}, {chromium()} without a window,",
        f"Python {platform.python_version()}; the page's is 3.14. {FULL:,} steps, seed {SEED}, the course's names.",
        "",
        "| version | page, CPU seconds | process, CPU seconds | ratio | page, MB | process, MB | last loss |",
        "|---|---|---|---|---|---|---|",
    ]
    found = {(row["version"], row.get("together", False)): row for row in rows}
    for version, words in VERSIONS.items():
        there, here = (found[version, False][side] for side in ("page", "process"))
        paired = found[version, True]
        ratio = paired["page"]["seconds"] / paired["process"]["seconds"]
        lines.append(
            f"| {words} | {there['seconds']:.1f} | {here['seconds']:.1f} | {ratio:.2f} | {there['memory']:.0f} "
            f"| {here['memory']:.0f} | {here['loss']:.4f}, {abs(there['loss'] - here['loss']):.0e} apart |"
        )
    steps = " and ".join(f"{count:,} ({version})" for version, count in TOGETHER.items())
    lines += [
        "",
        f"*Ratio*: of the CPU seconds of two runs at the same time, {steps} steps, so that other programs slow both",
        "alike. The seconds are those of one run after the other, with whatever else was running. *Page, MB*: the",
        "largest resident size of the page's renderer, which also holds the interpreters for checks.",
        "",
        f"The capstone's report in the page after the run with own parts: {found['own', False]['page']['said']}",
        "",
        "What else was running, before, between and after the runs:",
        "",
    ]
    for row in rows:
        how = "both at once" if row.get("together") else "one after the other"
        lines.append(f"- {row['version']}, {how}: {'; '.join(row['others'])}")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--page", type=Path, default=ROOT / "dist" / "page", help="the built page, with all parts")
    parser.add_argument(
        "--kept", type=Path, help="a file of finished runs: an interrupted measurement goes on from there"
    )
    parser.add_argument("--natively", choices=VERSIONS, help=argparse.SUPPRESS)
    parser.add_argument("--steps", type=int, default=FULL, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.natively:
        print(json.dumps(natively(options.natively, options.steps)))
        return
    if not (options.page / "page.json").is_file():
        sys.exit(f"There is no page in {options.page}: build it with make page.")
    rows = []
    if options.kept and options.kept.is_file():
        rows = [json.loads(line) for line in options.kept.read_text(encoding="utf-8").splitlines()]

    def keep(row: dict) -> None:
        print(json.dumps(row), flush=True)
        if options.kept:
            with open(options.kept, "a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")

    OUTPUT.write_text(page_of(measure(options.page, rows, keep)), encoding="utf-8")
    print(OUTPUT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
