"""Measure the CPU seconds of the same training with each version: the reference, the fast version, the single file.

    python benchmarks/speed.py                      the table, and benchmarks/speed.md
    python benchmarks/speed.py --as-published       also the reference as microgpt is published (slow)
    python benchmarks/speed.py --script PATH        also the published script itself, which is not in this repository

Each version runs in a separate process, trains on all rows of the data with seed 42, and reports the CPU seconds of the
training alone (for the published script: of everything, including 20 names).
"""

from __future__ import annotations

import argparse
import datetime
import gc
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = Path(__file__).resolve().with_suffix(".md")
WORDS = {
    "scalar": "reference, scalar (`part07_training`)",
    "fast": "hand-derived gradients, on lists (`microgpt_fast`)",
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
    from part02_tokenizer import load_docs

    docs, rng, losses, early = load_docs(data), random.Random(42), [], []

    def note(step: int, loss: float) -> None:
        losses.append(loss)
        if step + 1 == max(1, steps // 10):
            early.append(peak_megabytes())

    if version == "as-published":
        part01_autograd.Value.backward = recursive_backward
    else:
        gc.disable()  # as `make train` does
    train = {"fast": microgpt_fast.train, "simple": microgpt_simple.train}.get(version)
    began = time.process_time()
    if train:
        train(docs, steps, rng, on_step=note)
    else:
        part07_training.train(docs, steps, rng=rng, on_step=note)
    seconds = time.process_time() - began
    return {"seconds": seconds, "first": losses[0], "last": losses[-1], "early": early[0], "peak": peak_megabytes()}


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


def table(results: list[tuple[str, dict]], steps: int, data: str) -> str:
    """The page that is written."""
    scalar = dict(results)["scalar"]["seconds"]
    stamp = f"{datetime.date.today().isoformat()}, Python {sys.version.split()[0]}, {Path(data).name}, {steps:,} steps"
    lines = ["# Speed of training", "", f"`python benchmarks/speed.py`, {stamp}, one after the other in one run.", ""]
    lines += [
        f"| version | CPU seconds | of the reference | first loss | last loss | MB at step {max(1, steps // 10)} | MB |"
    ]
    lines += ["|---|---|---|---|---|---|---|"]
    for version, found in results:
        memory = ["-" if found[key] is None else f"{found[key]:.1f}" for key in ("early", "peak")]
        cells = [WORDS[version], f"{found['seconds']:.2f}", f"{found['seconds'] / scalar:.3f}"]
        cells += [f"{found['first']:.4f}", f"{found['last']:.4f}", *memory]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--data", default=str(ROOT / "datasets" / "names.txt"))
    parser.add_argument("--as-published", action="store_true")
    parser.add_argument("--script", help="the published script; a copy with this number of steps is run")
    parser.add_argument("--only", choices=["scalar", "fast", "simple", "as-published"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        print(json.dumps(measure(options.only, options.steps, options.data)))
        return
    results = []
    asked_for = ["script"] * bool(options.script) + ["as-published"] * options.as_published
    for version in ("fast", "scalar", *asked_for, "simple"):
        if version == "script":
            found = measure_script(options.script, options.steps, options.data)
        else:
            command = [sys.executable, __file__, "--only", version, "--steps", str(options.steps)]
            run = subprocess.run([*command, "--data", options.data], stdout=subprocess.PIPE, check=True)
            found = json.loads(run.stdout)
        results.append((version, found))
        print(f"{version:14} {found['seconds']:8.2f} s", flush=True)
    page = table(results, options.steps, options.data)
    with open(OUTPUT, "w", encoding="utf-8", newline="\n") as file:
        file.write(page)
    print(page)


if __name__ == "__main__":
    main()
