"""Measure the CPU seconds of the same training with each version, and how close the fast version is to the floor.

    python benchmarks/speed.py                      the table, and benchmarks/speed.md (two minutes)
    python benchmarks/speed.py --as-published       also the reference as microgpt is published (slow)
    python benchmarks/speed.py --script PATH        also the published script itself, which is not in this repository

Each version runs in a separate process, trains on all rows of the data with seed 42, and reports the CPU seconds of the
training alone (for the published script: of everything, including 20 names). The fast version and the floor take turns;
their figures are medians. PyPy is measured if there is a pypy3, and Pyodide if `make page` has fetched it from npm.
"""

from __future__ import annotations

import argparse
import datetime
import gc
import json
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYODIDE = ROOT / "browser" / "node_modules" / "pyodide" / "pyodide.mjs"
TURNS = 5  # of the fast version and the floor
# Node.js runs this with Pyodide, this folder, a version, the steps and the data. Pyodide itself has no processor time.
IN_PYODIDE = """
const [pyodide, root, version, steps, data] = process.argv.slice(1);
const { loadPyodide } = await import(pyodide);
const python = await loadPyodide();
python.mountNodeFS("/course", root);
python.globals.set("asked", python.toPy([version, Number(steps), data]));
console.log(python.runPython(`
import json, sys, time
from js import process
time.process_time = lambda: (process.cpuUsage().user + process.cpuUsage().system) / 1e6
sys.path.insert(0, "/course/benchmarks")
import speed
json.dumps({**speed.measure(*asked), "python": sys.version.split()[0]})`));
"""
OUTPUT = Path(__file__).resolve().with_suffix(".md")
WORDS = {
    "scalar": "reference, scalar (`part07_training`)",
    "fast": "hand-derived gradients, on lists (`microgpt_fast`)",
    "floor": "the floor: the same, all written out (`benchmarks/unrolled.py`)",
    "simple": "one file, scalar (`microgpt_simple`)",
    "as-published": "reference with a recursive closure in `backward` and the collector on",
    "script": "the published script, all of it",
}


def recursive_backward(self) -> None:
    """`backward` as it is usually published: the closure refers to itself, and so keeps the graph alive."""
    order, seen = [], set()

    def visit(value) -> None:
        if value not in seen:
            seen.add(value)
            for child in value._children:
                visit(child)
            order.append(value)

    visit(self)
    self.grad = 1.0
    for value in reversed(order):
        for child, local_grad in zip(value._children, value._local_grads):
            child.grad += local_grad * value.grad


def peak_megabytes() -> float | None:
    """The most memory this process has had so far; None where the system has no /proc."""
    try:
        text = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return None
    return int(re.search(r"VmHWM:\s+(\d+)", text)[1]) / 1024


def measure(version: str, steps: int, data: str) -> dict:
    """Train in this process and return seconds, losses and memory."""
    sys.path.insert(0, str(ROOT / "solutions"))
    import microgpt_fast
    import microgpt_simple
    import part01_autograd
    import part07_training
    import unrolled
    from part02_tokenizer import load_docs

    docs, rng, losses, early = load_docs(data), random.Random(42), [], []

    def note(step: int, loss: float) -> None:
        losses.append(loss)
        if step + 1 == max(1, steps // 10):
            early.append(peak_megabytes())

    if version == "as-published":
        part01_autograd.Value.backward = recursive_backward
    elif sys.implementation.name == "cpython":
        gc.disable()  # as `make train` does; PyPy has no other way to free memory
    train = {"fast": microgpt_fast.train, "floor": unrolled.train, "simple": microgpt_simple.train}.get(version)
    began = time.process_time()
    if train:
        train(docs, steps, rng, on_step=note)
    else:
        part07_training.train(docs, steps, rng=rng, on_step=note)
    seconds = time.process_time() - began
    found = {"seconds": seconds, "first": losses[0], "last": losses[-1], "early": early[0], "peak": peak_megabytes()}
    return {**found, "python": sys.version.split()[0]}


def measure_script(script: str, steps: int, data: str) -> dict:
    """Run a copy of the published script, with this number of steps, on the data in an empty folder."""
    text = Path(script).read_text(encoding="utf-8")
    text, changed = re.subn(r"^num_steps = \d+", f"num_steps = {steps}", text, flags=re.MULTILINE)
    if changed != 1:
        raise SystemExit(f"{script} has no line `num_steps = ...`: it is not the script that is meant.")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "script.py").write_text(
            text + "\nimport time\nprint('CPU', time.process_time())\n", encoding="utf-8"
        )
        (Path(folder) / "input.txt").write_bytes(Path(data).read_bytes())
        command = [sys.executable, "script.py"]
        run = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=True, encoding="utf-8")
    losses = [float(loss) for loss in re.findall(r"loss ([\d.]+)", run.stdout)]
    seconds = float(run.stdout.split("CPU ")[1])
    return {"seconds": seconds, "first": losses[0], "last": losses[-1], "early": None, "peak": None}


def measure_elsewhere(command: list[str], version: str, steps: int, data: str) -> dict:
    """Measure in another process. command: a Python, or Node.js with Pyodide."""
    if "node" in command[0]:
        inside = Path("/course") / Path(data).resolve().relative_to(ROOT)
        words = ["--input-type=module", "-e", IN_PYODIDE, str(PYODIDE), str(ROOT), version, str(steps), str(inside)]
    else:
        words = [__file__, "--only", version, "--steps", str(steps), "--data", data]
    run = subprocess.run([*command, *words], stdout=subprocess.PIPE, check=True)
    return json.loads(run.stdout.splitlines()[-1])


def fast_and_floor(steps: int, data: str) -> tuple[dict, dict, float]:
    """Both, measured in turns, with the median of their seconds, and the median ratio of a turn."""
    turns = [
        [measure_elsewhere([sys.executable], name, steps, data) for name in ("fast", "floor")] for _ in range(TURNS)
    ]
    ratio = statistics.median(fast["seconds"] / floor["seconds"] for fast, floor in turns)
    fast, floor = (
        {**runs[0], "seconds": statistics.median(run["seconds"] for run in runs)} for runs in zip(*turns, strict=True)
    )
    return fast, floor, ratio


def table(results: list[tuple[str, dict]], ratio: float, steps: int, data: str) -> str:
    """The page that is written. results: by the words for each version, the floor first."""
    scalar, floor = dict(results)[WORDS["scalar"]]["seconds"], results[0][1]["seconds"]
    stamp = f"{datetime.date.today().isoformat()}, Python {sys.version.split()[0]}, {Path(data).name}, {steps:,} steps"
    lines = ["# Speed of training", "", f"`python benchmarks/speed.py`, {stamp}, one after the other in one run.", ""]
    memory = f"MB at step {max(1, steps // 10)} | MB"
    lines += [f"| version | CPU seconds | of the reference | times the floor | first loss | last loss | {memory} |"]
    lines += ["|---|---|---|---|---|---|---|---|"]
    for words, found in results:
        memory = ["-" if found[key] is None else f"{found[key]:.1f}" for key in ("early", "peak")]
        seconds = found["seconds"]
        cells = [words, f"{seconds:.2f}", f"{seconds / scalar:.3f}", f"{seconds / floor:.2f}"]
        cells += [f"{found['first']:.4f}", f"{found['last']:.4f}", *memory]
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        f"The fast version took {ratio:.2f} times the floor (median of {TURNS} turns; at most 1.25 is the aim).",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--data", default=str(ROOT / "datasets" / "names.txt"))
    parser.add_argument("--as-published", action="store_true")
    parser.add_argument("--script", help="the published script; a copy with this number of steps is run")
    parser.add_argument("--only", choices=["scalar", "fast", "floor", "simple", "as-published"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        print(json.dumps(measure(options.only, options.steps, options.data)))
        return
    steps, data = options.steps, options.data
    fast, floor, ratio = fast_and_floor(steps, data)
    results = [(WORDS["floor"], floor), (WORDS["fast"], fast)]

    def add(words: str, found: dict) -> None:
        results.append((words, found))
        print(f"{found['seconds']:8.2f} s  {words}", flush=True)

    for version in ("scalar", "simple", *["as-published"] * options.as_published):
        add(WORDS[version], measure_elsewhere([sys.executable], version, steps, data))
    if options.script:
        add(WORDS["script"], measure_script(options.script, steps, data))
    others = [("PyPy", shutil.which("pypy3"))]
    others.append(("Pyodide", shutil.which("node") if PYODIDE.exists() else None))
    for name, program in others:
        if program is None:
            print(f"{name} was not found: no row for it.")
            continue
        for version in ("fast", "scalar"):
            found = measure_elsewhere([program], version, steps, data)
            add(f"{WORDS[version]}, on {name} (Python {found['python']})", found)
    page = table(results, ratio, steps, data)
    with open(OUTPUT, "w", encoding="utf-8", newline="\n") as file:
        file.write(page)
    print(page)


if __name__ == "__main__":
    main()
