"""A newcomer's first ten minutes in the course's page: each step, what the page then shows, and pictures of it.

    python benchmarks/first_minutes.py                     builds the page, and writes benchmarks/first_minutes.md
    python benchmarks/first_minutes.py --page dist/page    visits a page that is built already

The steps are made three times: on a desktop, on a phone, and on a desktop in dark colours. After the page is loaded,
the server ends, so everything else happens without a network. As a person does, the program presses keys one by one
and clicks on buttons.
"""

from __future__ import annotations

import argparse
import base64
import datetime
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from autograder.bundle import page
from autograder.bundle.page_example import example
from autograder.course import ROOT, part

sys.path.insert(0, str(ROOT / "tests"))

from helpers.browser import started_browser
from helpers.visit import Visit, served

HERE = Path(__file__).parent
PAGE, PICTURES = HERE / "first_minutes.md", HERE / "first_minutes"
SCALE = 0.7  # of the pictures, which must stay small
LOOKS = {"desktop": ((1280, 900), "light"), "phone": ((390, 844), "light"), "dark": ((1280, 900), "dark")}
SECONDS = 300  # to wait for the page, on a machine that does much else
QUALITY = 30  # of the pictures, in percent
TODO = "    raise NotImplementedError("
GRADIENT = ["    return [", "(f([*xs[:i], x + h, *xs[i + 1:]]) - f(xs)) / h", "for i, x in enumerate(xs)"]
RIGHT = "(f([*xs[:i], x + h, *xs[i + 1:]]) - f([*xs[:i], x - h, *xs[i + 1:]])) / (2 * h)"
CURSOR = """
const [text, done] = arguments;
coursePage.then((page) => {
  const view = page.editor.view, code = view.state.doc.toString(), at = code.indexOf(text);
  const line = view.state.doc.lineAt(at);
  view.dispatch({selection: {anchor: line.from, head: line.to}, scrollIntoView: true});
  view.focus();
}).then(() => done());
"""


class Newcomer:
    """Somebody who visits the page for the first time, with a size of screen and a colour scheme."""

    def __init__(self, visit: Visit, look: str) -> None:
        self.visit, self.look = visit, look
        self.size, self.scheme = LOOKS[look]

    def click(self, selector: str) -> None:
        """Click what a CSS selector finds, after scrolling to it."""
        button = self.visit.driver.find_element("css selector", selector)
        self.visit.browser.run("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()

    def select_line(self, text: str) -> None:
        """Select the line of the editor that holds this text, as with a mouse."""
        self.visit.driver.execute_async_script(CURSOR, text)

    def check(self) -> str:
        """Choose Check, and read the summary. It is cleared first, so that it can't be that of an earlier check."""
        self.visit.browser.run("document.getElementById('summary').textContent = ''")
        self.click("#check")
        self.visit.wait(lambda: "points" in self.visit.text("summary"), SECONDS)
        return f"Summary: *{self.visit.text('summary')}*"

    def advice(self) -> str:
        """What the page says about the recognised mistake, and the summary."""
        said = self.visit.browser.run("return document.querySelector('#checks .advice')?.textContent ?? ''")
        return f"{self.check_summary()} Advice: *{said}*" if said else self.check_summary()

    def check_summary(self) -> str:
        """The summary as it is."""
        return f"Summary: *{self.visit.text('summary')}*"

    def picture(self, path: Path) -> None:
        """A picture of what is on the screen."""
        width, height = self.size
        left, top = self.visit.browser.run("return [scrollX, scrollY]")
        area = {"x": left, "y": top, "width": width, "height": height, "scale": SCALE}
        options = {"format": "webp", "quality": QUALITY, "clip": area}
        data = self.visit.driver.execute_cdp_cmd("Page.captureScreenshot", options)["data"]
        path.write_bytes(base64.b64decode(data))


def opens_the_example(newcomer: Newcomer) -> str:
    """Follow *Break this line* from the site's front page."""
    newcomer.visit.browser.look(newcomer.visit.address + example().fragment, newcomer.size, newcomer.scheme)
    newcomer.visit.wait(lambda: "points" in newcomer.visit.text("summary"), SECONDS)
    return newcomer.advice()


def begins(newcomer: Newcomer) -> str:
    """Choose the course's title: part 0 opens, with the newcomer's own file."""
    visit = newcomer.visit
    visit.wait(lambda: "Ready" in visit.text("boot"), SECONDS)
    visit.kept()
    visit.cut_off()
    newcomer.click("h1 a")
    visit.wait(lambda: visit.text("lesson-title").startswith("Part 0") and not visit.text("banner"), SECONDS)
    return f"{newcomer.check_summary()} Status: *{visit.text('boot')}*"


def runs_a_cell(newcomer: Newcomer) -> str:
    """Read the lesson, and choose *Run* below its first cell, which needs task 0.1."""
    newcomer.click("#lesson-text .cell button")
    shown = "return document.querySelector('#lesson-text .cell .output').innerText"
    newcomer.visit.wait(lambda: newcomer.visit.browser.run(shown) not in ("", "Running ..."), SECONDS)
    newcomer.visit.browser.run("document.querySelector('#lesson-text .cell').scrollIntoView({block: 'center'})")
    return f"Below the cell: *{newcomer.visit.browser.run(shown).strip()}*"


def checks_a_mistake(newcomer: Newcomer) -> str:
    """Select the `raise` of task 0.1, type `return x + x`, and choose *Check*."""
    newcomer.select_line(f'{TODO}"0.1')
    newcomer.visit.type("    return x + x")
    newcomer.check()
    return newcomer.advice()


def corrects_it(newcomer: Newcomer) -> str:
    """Correct it to `return x * x`, and check again."""
    newcomer.select_line("    return x + x")
    newcomer.visit.type("    return x * x")
    return newcomer.check()


def asks_for_hints(newcomer: Newcomer) -> str:
    """Choose *Hint* twice: they are for task 0.2, which is next."""
    newcomer.click("#hint")
    newcomer.click("#hint")
    newcomer.visit.browser.run("document.getElementById('hints').scrollIntoView({block: 'center'})")
    first = newcomer.visit.browser.run("return document.querySelector('#hints p').textContent")
    shown = len(newcomer.visit.driver.find_elements("css selector", "#hints li"))
    return f"*{first.rstrip(':')}*: {shown} hints are shown."


def checks_another_mistake(newcomer: Newcomer) -> str:
    """Write task 0.2 with a difference to one side only, and check."""
    newcomer.select_line(f'{TODO}"0.2')
    newcomer.visit.type("\n".join(GRADIENT))  # the editor closes the bracket
    newcomer.check()
    return newcomer.advice()


def solves_the_part(newcomer: Newcomer) -> str:
    """Make the difference central, and check with Ctrl-Enter."""
    newcomer.select_line(GRADIENT[1])
    newcomer.visit.type(f"        {RIGHT}")
    before = newcomer.visit.text("summary")
    newcomer.visit.press("Ctrl-Enter")
    newcomer.visit.wait(
        lambda: "points" in newcomer.visit.text("summary") and newcomer.visit.text("summary") != before, SECONDS
    )
    return newcomer.check_summary()


def opens_the_next_part(newcomer: Newcomer) -> str:
    """Choose part 1 in the list of parts."""
    newcomer.click("#parts li:nth-child(2) a")
    newcomer.visit.wait(lambda: newcomer.visit.text("lesson-title").startswith("Part 1"), SECONDS)
    newcomer.visit.browser.run("document.getElementById('lesson-title').scrollIntoView()")
    states = newcomer.visit.browser.run("return document.querySelector('#parts .state').textContent")
    return f"{newcomer.check_summary()} Part 0 is marked: *{states}*"


def watches_the_fast_version(newcomer: Newcomer) -> str:
    """Choose *Train a model*, then *Train*: the fast version, 1,000 steps."""
    newcomer.click("#parts li.other a")
    newcomer.click("#train-start")
    newcomer.visit.wait(lambda: newcomer.visit.text("train-status").startswith("Done"), SECONDS)
    newcomer.visit.browser.run("document.getElementById('train-status').scrollIntoView({block: 'start'})")
    return f"Status: *{newcomer.visit.text('train-status')}*"


def reloads(newcomer: Newcomer) -> str:
    """Close the page, and open it again: there is still no network."""
    visit = newcomer.visit
    visit.open("#part=0", newcomer.size, newcomer.scheme)
    kept = "return x * x" in visit.code() and RIGHT in visit.code()
    return f"{newcomer.check_summary()} {'All code is there.' if kept else 'The code is lost.'}"


Step = Callable[[Newcomer], str]
STEPS: tuple[Step, ...] = (
    opens_the_example,
    begins,
    runs_a_cell,
    checks_a_mistake,
    corrects_it,
    asks_for_hints,
    checks_another_mistake,
    solves_the_part,
    opens_the_next_part,
    watches_the_fast_version,
    reloads,
)


def walk(folder: Path, pictures: Path, look: str) -> list[tuple[str, float]]:
    """What the page says after each step, and the seconds until then. pictures: an existing folder for one per step."""
    told = []
    with tempfile.TemporaryDirectory() as profile, started_browser(profile) as browser, served(folder) as server:
        browser.driver.set_script_timeout(SECONDS)
        newcomer = Newcomer(Visit(browser, server), look)
        for number, step in enumerate(STEPS, 1):
            began = time.monotonic()
            told.append((step(newcomer), time.monotonic() - began))
            newcomer.picture(pictures / f"{number:02}-{look}.webp")
    return told


def report(told: dict[str, list[tuple[str, float]]]) -> str:
    """The page: each step, what the page says, and its pictures."""
    lines = [
        "# A newcomer's first ten minutes",
        "",
        f"`python benchmarks/first_minutes.py`, {datetime.date.today()}. A program made each step in Chromium: on a",
        "desktop, on a phone and in dark colours, without a network from step 2 on. All three had the same text.",
    ]
    for number, step in enumerate(STEPS, 1):
        said = told["desktop"][number - 1][0]
        pictures = " ".join(f"![{look}](first_minutes/{number:02}-{look}.webp)" for look in LOOKS)
        lines += ["", f"## {number}. {step.__doc__}", "", said, "", pictures]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Make the steps, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", type=Path, help="a page that is built already")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        built = options.page or page.make_page(Path(folder) / "page", [part(0), part(1)], on_progress=print)
        pictures = Path(folder) / "pictures"
        pictures.mkdir()
        told = {look: walk(built, pictures, look) for look in LOOKS}
        for look, steps in told.items():
            for step, (said, seconds) in zip(STEPS, steps):
                print(f"{look} {step.__name__} {seconds:.1f} s: {said}")
        if len({tuple(said for said, _ in steps) for steps in told.values()}) > 1:
            raise SystemExit("The page said something else on another screen: see above. Nothing was written.")
        shutil.rmtree(PICTURES, ignore_errors=True)
        shutil.copytree(pictures, PICTURES)
    PAGE.write_text(report(told), encoding="utf-8")


if __name__ == "__main__":
    main()
