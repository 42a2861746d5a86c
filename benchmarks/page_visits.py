"""The whole course in a real browser without a network: each part solved, code that never ends, and what it costs.

    python benchmarks/page_visits.py                   builds the page, visits it, and writes benchmarks/page_visits.md
    python benchmarks/page_visits.py --page dist/page  visits a page that is built already

Processor seconds are those of all of the browser's processes. On a busy machine, they grow much less than seconds on
the clock.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.bundle import page
from autograder.course import ROOT, SOLUTIONS, Part, parts
from autograder.stubs import fresh_stubs

sys.path.insert(0, str(ROOT / "tests"))

from browser_processes import largest, processor_seconds
from helpers.browser import started_browser
from helpers.endless_code import CODE, FILE, said, with_square
from helpers.visit import Visit, served

PAGE = Path(__file__).with_suffix(".md")
RUNS = 3  # of `make check` natively
SOLVED = {each.file_name: (SOLUTIONS / each.file_name).read_text(encoding="utf-8") for each in parts()}
SECONDS = 300  # to wait for a sentence, on a machine that does much else
# Checks, and says how long it took and for how long the page could not have answered a click.
CHECK = """
const done = arguments[0];
coursePage.then(async (page) => {
  let last = performance.now(), stuck = 0;
  const began = last;
  const look = () => {
    stuck = Math.max(stuck, performance.now() - last - 20);
    last = performance.now();
  };
  const ticking = setInterval(look, 20);
  await page.check();
  clearInterval(ticking);
  look();
  done({seconds: (performance.now() - began) / 1000, stuck: stuck / 1000, report: page.report});
});
"""
# What is typed in place of each `raise` of part 6. The editor indents new lines, and closes brackets.
BY_KEYBOARD = 6
TYPED = {
    'raise NotImplementedError("6.1 Adam.__init__")': """self.params = params
self.beta1, self.beta2, self.eps = beta1, beta2, eps
self.m, self.v = [0.0] * len(params), [0.0] * len(params)
self.steps = 0""",
    'raise NotImplementedError("6.1 Adam.step")': """self.steps += 1
for i, p in enumerate(self.params):
self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * p.grad
self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * p.grad**2
m_hat = self.m[i] / (1 - self.beta1**self.steps)
v_hat = self.v[i] / (1 - self.beta2**self.steps)
p.data -= lr * m_hat / (v_hat**0.5 + self.eps)
p.grad = 0.0""",
    'raise NotImplementedError("6.2 linear_decay")': "return lr * (1 - step / num_steps)",
}
FOCUS = """
const at = document.activeElement;
if (at === document.body) return "";
return at.closest(".cm-content") ? "editor" : at.textContent || at.tagName;
"""
STATES = "return [...document.querySelectorAll('#parts .state')].map(each => each.textContent)"
SENT = "URL_REQUEST_START_JOB"  # in the browser's own log
HERE = "http://127.0.0.1:"


@dataclass(frozen=True)
class Cost:
    """What the page needed for something. seconds: on the clock; processor: of all processes of the browser."""

    seconds: float
    processor: float


@dataclass(frozen=True)
class Solved:
    """A part that was solved through the page."""

    part: Part
    earned: float
    possible: float
    first: Cost
    later: Cost
    violations: list[str]


@dataclass(frozen=True)
class Typed:
    """A part that was solved with the keyboard alone. presses: of keys, besides the code; lost: how often nothing had
    the focus afterwards.
    """

    part: Part
    earned: float
    possible: float
    presses: int
    lost: int


@dataclass(frozen=True)
class Survived:
    """Code that never ends. seconds: until the verdict; stuck: the longest time without an answer to a click; told:
    whether the page said what had happened; next_passes: whether the next check passed.
    """

    name: str
    seconds: float
    stuck: float
    told: bool
    next_passes: bool


def check(visit: Visit) -> tuple[dict, Cost]:
    """Check what is in the editor: {seconds, stuck, report}, and the cost."""
    before = processor_seconds(visit.browser)
    answer = visit.driver.execute_async_script(CHECK)
    return answer, Cost(answer["seconds"], processor_seconds(visit.browser) - before)


def first_verdict(visit: Visit, **how: object) -> tuple[Cost, Cost]:
    """From the address to the verdict on part 0: of the start, and of start and verdict together."""
    before = processor_seconds(visit.browser)
    visit.open("#part=0", **how)
    start = processor_seconds(visit.browser) - before
    loaded = visit.browser.run("return performance.now() / 1000")
    visit.write(SOLVED[FILE])
    answer, cost = check(visit)
    assert answer["report"]["passed"], answer
    return Cost(loaded, start), Cost(loaded + cost.seconds, start + cost.processor)


def solve(visit: Visit, part: Part) -> Solved:
    """Solve a part through the page, and check it twice."""
    visit.browser.run(f"location.hash = 'part={part.number}'")
    visit.wait(lambda: visit.driver.title.startswith(f"Part {part.number}:"), SECONDS)
    visit.write(SOLVED[part.file_name])
    answer, first = check(visit)
    report, later = answer["report"], check(visit)[1]
    return Solved(part, report["earned"], report["possible"], first, later, visit.browser.violations())


class Keyboard:
    """Presses keys in a visit. presses: how many so far; lost: how often nothing had the focus afterwards."""

    def __init__(self, visit: Visit) -> None:
        self.visit, self.presses, self.lost = visit, 0, 0

    def press(self, *names: str) -> None:
        """Press keys by their names: `Tab`, `Ctrl-f`, `Shift-Tab`."""
        for name in names:
            self.visit.press(name)
            self.presses += 1
            self.lost += not self.focus()

    def focus(self) -> str:
        """What has the focus: the text of a button or a link, `editor`, or nothing."""
        return self.visit.browser.run(FOCUS)

    def reach(self, start: str, key: str = "Tab") -> None:
        """Press a key until something whose text starts like this has the focus."""
        for _ in range(100):
            if self.focus().startswith(start):
                return
            self.press(key)
        raise AssertionError(f"The keyboard can't reach {start!r}.")


def solve_by_keyboard(visit: Visit, part: Part) -> Typed:
    """Open a part from the list and solve it, with the keyboard alone. Its file is the stub before."""
    visit.browser.run(f"location.hash = 'part={part.number}'")
    visit.wait(lambda: visit.driver.title.startswith(f"Part {part.number}:"), SECONDS)
    visit.write(fresh_stubs()[part.file_name])
    visit.open("#part=0")
    keyboard = Keyboard(visit)
    keyboard.press("Tab")
    keyboard.reach(f"{part.number} {part.title}")
    keyboard.press("Enter")
    visit.wait(lambda: visit.driver.title.startswith(f"Part {part.number}:"), SECONDS)
    keyboard.reach("Skip to your code", "Shift-Tab")
    keyboard.press("Enter")
    keyboard.reach("editor")
    for gone, code in TYPED.items():
        keyboard.press("Ctrl-f")
        visit.type(gone)
        keyboard.press("Enter", "Escape")
        visit.type(code)
    visit.browser.run("document.getElementById('summary').textContent = ''")  # it may be that of an earlier check
    keyboard.press("Ctrl-Enter")
    visit.wait(lambda: "points" in visit.text("summary"), SECONDS)
    report = visit.driver.execute_async_script("coursePage.then((page) => arguments[0](page.report))")
    return Typed(part, report["earned"], report["possible"], keyboard.presses, keyboard.lost)


def survive(visit: Visit, name: str) -> Survived:
    """Check code that never ends or ends Python, then the reference."""
    visit.browser.run("location.hash = 'part=0'")
    visit.wait(lambda: visit.driver.title.startswith("Part 0:"), SECONDS)
    visit.write(with_square(*CODE[name][:2])[FILE])
    answer, cost = check(visit)
    shown = visit.text("checks")
    visit.write(SOLVED[FILE])
    after, _ = check(visit)
    stuck = max(answer["stuck"], after["stuck"])
    return Survived(name, cost.seconds, stuck, said(name, shown), after["report"]["passed"])


def native_seconds(part: Part) -> float:
    """Processor seconds of `python -m autograder check` with the reference, the median of some runs."""
    found = []
    command = [sys.executable, "-m", "autograder", "check", str(part.number), "--from", "solutions", "--json"]
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(found)


def sent(log: Path) -> tuple[int, set[str]]:
    """How many requests the page has sent, its workers included, and the addresses of those to other hosts.

    The browser's own log also has what it sends for itself, such as a search for updates: that has another initiator.
    """
    data = json.loads(log.read_text(encoding="utf-8"))
    started = data["constants"]["logEventTypes"][SENT]
    events = [event["params"] for event in data["events"] if event["type"] == started and "params" in event]
    urls = [event["url"] for event in events if event.get("initiator", "").startswith(HERE)]
    return len(urls), {url for url in urls if not url.startswith((HERE, f"blob:{HERE}"))}


def sizes(folder: Path) -> dict[str, int]:
    """Bytes of the page, gzipped, by kind."""
    groups = {"Python (Pyodide)": ["pyodide"], "lessons": ["lessons"], "checks": ["checker.zip", "learner.zip"]}
    found = {kind: sum(page.bytes_to_load(folder / name) for name in names) for kind, names in groups.items()}
    whole = page.bytes_to_load(folder)
    return {**found, "editor, program and the rest": whole - sum(found.values()), "all": whole}


def measured(folder: Path, bombs: Mapping[str, tuple] = CODE) -> dict:
    """Visit the page in this folder. Its server ends after the first visit."""
    wanted = [part for part in parts() if part.number in json.loads((folder / page.MARK).read_bytes())["parts"]]
    with tempfile.TemporaryDirectory() as work:
        log = Path(work) / "net.json"
        with started_browser(Path(work) / "profile", f"--log-net-log={log}") as browser, served(folder) as server:
            browser.driver.set_script_timeout(SECONDS)
            visit = Visit(browser, server)
            cold = first_verdict(visit)
            visit.kept()
            visit.cut_off()
            warm = first_verdict(visit)
            small = largest(browser)
            solved = [solve(visit, part) for part in wanted]
            states = browser.run(STATES)
            typed = [solve_by_keyboard(visit, part) for part in wanted if part.number == BY_KEYBOARD]
            survived = [survive(visit, name) for name in bombs]
            large = largest(browser)
            version = browser.driver.capabilities["browserVersion"]
        requests, foreign = sent(log)
    return {
        "cold": cold,
        "warm": warm,
        "memory": (small, large),
        "solved": solved,
        "passed": states.count("passed"),
        "typed": typed,
        "survived": survived,
        "requests": requests,
        "foreign": foreign,
        "browser": version,
    }


def report(found: Mapping, size: Mapping[str, int], native: Mapping[int, float], load: tuple[float, float]) -> str:
    """The page with the figures. native: processor seconds of `make check` by part."""
    solved: list[Solved] = found["solved"]
    passed = f"{found['passed']} of {len(solved)} parts"
    versions = f"Chromium {found['browser']}, Python {platform.python_version()}"
    programs = f"{load[0]:.1f} to {load[1]:.1f} programs ran or waited for the {os.cpu_count()} processors"
    return f"""# The whole course in a browser, without a network

`python benchmarks/page_visits.py`, {datetime.date.today()}, {versions}.
While it ran, {programs}. So seconds on the clock are longer than
on a quiet machine; processor seconds, those of all of the browser's processes, grow much less. The server was
stopped after the first visit: everything after that ran without a network.

| what | measured |
|---|---|
{_table(_figures(found, size, native[0]))}

## Each part, solved through the page

{passed} are marked as passed. The later verdict is that of a second check of the same code. `make check` runs
in a new process each time, hidden checks included. All times are processor seconds.

| part | points | first verdict | later verdict | `make check` | findings of axe |
|---|---|---|---|---|---|
{_table(_part(each, native[each.part.number]) for each in solved)}

## Solved with the keyboard alone

Tab to the part in the list and Enter, then *Skip to your code*. In the editor, Ctrl-F finds each `raise`, and the code
is typed in its place. Ctrl-Enter checks.

| part | points | keys pressed, besides the code | keys after which nothing had the focus |
|---|---|---|---|
{_table(map(_typed, found["typed"]))}

## Code that never ends, or that ends Python

The first call may take 5 seconds and code outside functions 7.5; further calls may take less. *Stuck* is the longest
time in which the page could not have answered a click; other programs used the processors at the same time.

| code | a sentence says what happened | until the verdict (s on the clock) | stuck (s) | next check |
|---|---|---|---|---|
{_table(map(_survived, found["survived"]))}
"""


def _table(rows: Iterable[Sequence]) -> str:
    return "\n".join(f"| {' | '.join(map(str, cells))} |" for cells in rows)


def _figures(found: Mapping, size: Mapping[str, int], native: float) -> Iterator[tuple[str, str]]:
    for name, count in size.items():
        yield f"size, gzipped: {name}", f"{count / 1e6:.2f} MB"
    for name, words in (("cold", "first visit, from the server"), ("warm", "from the browser's cache, no network")):
        start, verdict = found[name]
        times = f"{verdict.processor:.1f} processor s, {verdict.processor / native:.1f} times `make check part=0`"
        on_clock = f"{verdict.seconds:.1f} s on the clock"
        yield f"first verdict, {words}", f"{times}; {start.processor:.1f} of them start Python; {on_clock}"
    later = [each.later.processor for each in found["solved"]]
    yield "later verdicts", f"median {statistics.median(later):.2f} processor s, slowest {max(later):.2f}"
    small, large = found["memory"]
    yield "memory of the page's process", f"{small:.0f} MB after the first verdict, {large:.0f} MB at the end"
    yield "requests that the page sent", f"{found['requests']:,}, to other hosts: {len(found['foreign'])}"


def _part(each: Solved, native: float) -> tuple:
    points = f"{each.earned:g} of {each.possible:g}"
    times = f"{each.first.processor:.2f}", f"{each.later.processor:.2f}", f"{native:.2f}"
    return each.part.number, points, *times, "; ".join(each.violations) or "none"


def _typed(each: Typed) -> tuple:
    return each.part.number, f"{each.earned:g} of {each.possible:g}", each.presses, each.lost


def _survived(each: Survived) -> tuple:
    next_check = "passes" if each.next_passes else "fails"
    return each.name, "yes" if each.told else "no", f"{each.seconds:.1f}", f"{each.stuck:.2f}", next_check


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", type=Path, help="a page that is built already")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        built = options.page or page.make_page(Path(folder) / "page", on_progress=print)
        before = os.getloadavg()[0]
        found = measured(built)
        native = {each.part.number: native_seconds(each.part) for each in found["solved"]}
        PAGE.write_text(report(found, sizes(built), native, (before, os.getloadavg()[0])), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
