"""Measure 1,000 steps of training in the page, in Chromium, against the same training in a process of this Python.

    make page                               first: the page with all parts, in dist/page
    python benchmarks/page_training.py      the table, and benchmarks/page_training.md; 6 minutes on an idle machine

Own parts are the reference's. Each version trains first in the page and then in a process, 1,000 steps each. The ratio
comes from two runs at the same time, so that other programs slow both alike. Processor seconds are those of all of
Chromium's processes, from the first step to the last one. Memory is the largest resident size: of the process, and of
the page's renderer, which holds every interpreter of the page. Linux only; needs selenium.

The process that trains imports nothing that it does not need, since its memory is measured. So the imports for the
browser are in functions.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from speed import peak_megabytes

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
OUTPUT = Path(__file__).resolve().with_suffix(".md")
SOLUTIONS, NAMES = ROOT / "solutions", ROOT / "datasets" / "names.txt"
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
const [isOwn, steps, seed] = arguments;
document.getElementById(isOwn ? "train-own" : "train-fast").checked = true;
const option = new Option(String(steps), String(steps), true, true);
document.getElementById("train-steps").append(option);
document.getElementById("train-seed").value = seed;
document.getElementById("train-start").click();
"""
TAKEN = "return coursePage.then((page) => page.training.runs.at(-1)?.run.losses ?? [])"
STATUS = "return document.getElementById('train-status').textContent"
SECONDS = 300  # to wait for the page, on a machine that does much else


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
    seconds = (marks[-1] - marks[0]) * steps / (steps - 1)
    return {"seconds": seconds, "loss": losses[-1], "memory": peak_megabytes()}


class InProcess:
    """`natively`, in a new process that starts at once."""

    def __init__(self, version: str, steps: int) -> None:
        command = [sys.executable, __file__, "--natively", version, "--steps", str(steps)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")

    def result(self) -> dict:
        """What it measured."""
        said, _ = self._process.communicate()
        return json.loads(said)


def in_page(browser, version: str, steps: int) -> dict:
    """The run in the page that the browser shows: as `natively`."""
    from browser_processes import largest_renderer, processor_seconds

    memory = largest_renderer(browser)
    browser.run(START, version == "own", steps, SEED)
    first = None
    while True:
        taken = len(browser.run(TAKEN))
        memory = max(memory, largest_renderer(browser))
        if first is None and taken:
            first = taken, processor_seconds(browser)
        if taken == steps or browser.run(STATUS).startswith("The run ended"):
            break
        time.sleep(0.2 if version == "fast" else 2)
    assert first and taken == steps, browser.run(STATUS)
    seconds = (processor_seconds(browser) - first[1]) * steps / max(1, steps - first[0])
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
    from helpers.visit import visit_to

    wanted = (("fast", False), ("fast", True), ("own", True), ("own", False))
    missing = [each for each in wanted if each not in by_version(rows)]
    if not missing:
        return rows
    with tempfile.TemporaryDirectory() as profile, visit_to(page, profile) as visit:
        browser = visit.browser
        browser.driver.set_script_timeout(SECONDS)
        browser.driver.set_page_load_timeout(SECONDS)
        browser.look(visit.address + "#train")
        visit.wait(lambda: "Ready" in visit.text("boot"), SECONDS)
        files = {path.name: path.read_text(encoding="utf-8") for path in SOLUTIONS.glob("part0[0-8]_*.py")}
        assert browser.driver.execute_async_script(SAVE, files) == "saved"
        for version, together in missing:
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
            visit.wait(lambda: "Ready" in visit.text("boot"), SECONDS)
    return rows


def by_version(rows: list[dict]) -> dict[tuple[str, bool], dict]:
    """The rows by version, and whether page and process trained at the same time."""
    return {(row["version"], row.get("together", False)): row for row in rows}


def chromium() -> str:
    """The browser's version."""
    from helpers.browser import CHROMIUM

    said = subprocess.run([CHROMIUM, "--version"], capture_output=True, encoding="utf-8").stdout
    return " ".join(said.split()[:2])


def page_of(rows: list[dict], python: str) -> str:
    """The table as Markdown. python: the version in the page."""
    day = datetime.date.today().isoformat()
    lines = [
        "# Training in the page",
        "",
        f"`python benchmarks/page_training.py`, {day}, {chromium()} without a window,",
        f"Python {platform.python_version()}, in the page {python}. {FULL:,} steps, seed {SEED}, the course's names.",
        "",
        "| version | page, CPU seconds | process, CPU seconds | ratio | page, MB | process, MB | last loss |",
        "|---|---|---|---|---|---|---|",
    ]
    found = by_version(rows)
    for version, words in VERSIONS.items():
        there, here = (found[version, False][side] for side in ("page", "process"))
        paired = found[version, True]
        ratio = paired["page"]["seconds"] / paired["process"]["seconds"]
        apart = abs(there["loss"] - here["loss"])
        lines.append(
            f"| {words} | {there['seconds']:.1f} | {here['seconds']:.1f} | {ratio:.2f} | {there['memory']:.0f} "
            f"| {here['memory']:.0f} | {here['loss']:.4f}, {f'{apart:.0e} apart' if apart else 'the same in both'} |"
        )
    steps = " and ".join(f"{count:,} ({version})" for version, count in TOGETHER.items())
    lines += [
        "",
        f"*Ratio*: the page's CPU seconds divided by the process's, from two runs at the same time, {steps} steps,",
        "so that other programs slow both alike. The seconds are those of one run after the other, with whatever else",
        "was running. *Page, MB*: the largest resident size of the page's renderer, which also holds the interpreters",
        "for checks. Python's garbage collector is on in both. `make train` turns it off, as do the measurements in",
        "speed.md: the same steps take less time there.",
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
        sys.exit(f"{options.page} does not contain a page. Build it with make page.")
    rows = []
    if options.kept and options.kept.is_file():
        rows = [json.loads(line) for line in options.kept.read_text(encoding="utf-8").splitlines()]

    def keep(row: dict) -> None:
        print(json.dumps(row), flush=True)
        if options.kept:
            with open(options.kept, "a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")

    locked = json.loads((options.page / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))
    rows = measure(options.page, rows, keep)
    OUTPUT.write_text(page_of(rows, locked["info"]["python"]), encoding="utf-8")
    print(OUTPUT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
