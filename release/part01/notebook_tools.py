"""What the notebooks share: finding the learner's modules, running the checks, and pictures with a text alternative.

The course generates this file from its notebook_tools/. There is nothing to edit here.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import html
import importlib.util
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from operator import mul
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote


def _svg():
    """Draw a picture as SVG: boxes, lines, arrows and texts that are measured, in colours that mean something.

    A colour has one meaning in all pictures: `value` for data and results, `gradient`, `attention`, `residual` for the
    residual stream, `other` for what something is compared with. Browsers show the light or the dark version by
    themselves, and so do Furo's pages, whose reader may choose.
    """

    WIDE, NARROW = 660, 350  # units of a column of text: on a desk, on a phone
    SIZE, SMALL = 15, 13  # of letters, in the same units
    ROLES = ("ink", "soft", "value", "gradient", "attention", "residual", "other")
    STYLES = ("text", "line", "fill", "tint", "paper", "on", "bold", "halo", "dash", "grid")

    Point = tuple[float, float]

    # Widths of letters in hundredths of the size, from DejaVu Sans: no common font of browsers is wider. Others count 84.
    WIDTHS = {
        letter: width
        for width, letters in {
            29: "ijlIJ'",
            32: " ,.·’",
            36: "/:;|f-\\",
            41: "()[]t!²³ⁿ₀₁₂⁰¹⁴⁵⁶⁷⁸⁹r",
            54: '*_`°–sz∂"?⁻“”ε',
            61: "cLFkvxyPTYaoδ",
            64: "eéESbdghnpquΣσ$0123456789{}√β",
            73: "KAVBRXZCU",
            79: "HNDGOQ&",
            100: "@mMW½%…",
        }.items()
        for letter in letters
    }

    # Texts in these colours have a contrast of at least 4.5 : 1 with the ground.
    LIGHT = {
        "ground": "#ffffff",
        "grid": "#dde1e6",
        "ink": "#1b1f24",
        "soft": "#57606a",
        "value": "#0b62a8",
        "gradient": "#b34a00",
        "attention": "#8a3ea8",
        "residual": "#18764a",
        "other": "#6b737c",
    }
    DARK = {
        "ground": "#131416",
        "grid": "#3a3f46",
        "ink": "#e8eaed",
        "soft": "#a9b1ba",
        "value": "#6cb6ff",
        "gradient": "#ff9e57",
        "attention": "#d6a6f5",
        "residual": "#56cb8b",
        "other": "#9aa3ad",
    }

    def _colours(colours: dict[str, str]) -> str:
        return "".join(f"--pic-{name}:{colour};" for name, colour in colours.items())

    FONT = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif'
    STYLE = "".join(
        [
            f".pic{{{_colours(LIGHT)}--c:var(--pic-ink);background:var(--pic-ground);font-family:{FONT};}}",
            f"@media (prefers-color-scheme:dark){{.pic{{{_colours(DARK)}}}}}",
            f'[data-theme="light"] .pic{{{_colours(LIGHT)}}}[data-theme="dark"] .pic{{{_colours(DARK)}}}',
            *(f".pic .{role}{{--c:var(--pic-{role});}}" for role in ROLES),
            ".pic .text{fill:var(--c);}.pic .halo{paint-order:stroke;stroke:var(--pic-ground);stroke-width:5px;}",
            ".pic .bold{font-weight:700;}.pic .on{fill:var(--pic-ground);}",
            ".pic .line{fill:none;stroke:var(--c);stroke-linejoin:round;stroke-linecap:round;}",
            ".pic .dash{stroke-dasharray:6 5;}",
            ".pic .fill{fill:var(--c);}.pic .paper{fill:var(--pic-ground);stroke:var(--c);}",
            ".pic .tint{fill:var(--c);fill-opacity:.14;stroke:var(--c);}",
            ".pic .grid{fill:none;stroke:var(--pic-grid);}",
        ]
    )

    @dataclass(frozen=True)
    class Box:
        """A rectangle that a text or a drawn box takes up."""

        left: float
        top: float
        right: float
        bottom: float

        def meets(self, other: Box) -> bool:
            return (
                self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
            )

    def measure(text: str, size: float = SIZE, bold: bool = False) -> float:
        """How wide a text is at most, in units."""
        return sum(WIDTHS.get(letter, 84) for letter in text) / 100 * size * (1.13 if bold else 1.0)

    def wrap(text: str, width: float, size: float = SIZE, bold: bool = False) -> list[str]:
        """The text in lines that are at most this wide. A longer word gets a separate line."""
        lines: list[str] = []
        for word in text.split():
            if lines and measure(f"{lines[-1]} {word}", size, bold) <= width:
                lines[-1] += f" {word}"
            else:
                lines.append(word)
        return lines

    def number(value: float, digits: int = 4) -> str:
        """A number as pictures show it: with at most this many significant digits, and a real minus."""
        if not math.isfinite(value):
            return str(value).replace("-", "−").replace("inf", "∞")
        text = f"{value:,.0f}" if abs(value) >= 1000 and value == int(value) else f"{value:.{digits}g}"
        return text.replace("-", "−") if float(f"{value:.{digits}g}") else "0"

    def plain(value) -> float:
        """A number, or the number in a `Value`."""
        return float(getattr(value, "data", value))

    def as_vector(vector: Sequence[float]) -> str:
        """A vector as text, with three digits per number."""
        return "(" + ", ".join(number(value, 3) for value in vector) + ")"

    def as_term(value: float, digits: int = 4) -> str:
        """A number as a term of a sum: a negative one in parentheses."""
        return f"({number(value, digits)})" if value < 0 else number(value, digits)

    class Picture:
        """An SVG that grows as things are drawn on it.

        title: what is shown, in a few words. `describe` adds the numbers that matter to its text alternative. texts: the
        measured box of each text, so that labels can avoid each other.
        """

        def __init__(self, width: float, height: float, title: str, description: str = "") -> None:
            self.width, self.height, self.title = width, height, title
            self.description = description
            self.texts: list[Box] = []
            self.obstacles: list[Box] = []  # boxes and dots that a label should not cover
            self._elements: list[str] = []

        def line(self, points: Iterable[Point], role: str = "ink", width: float = 2, style: str = "") -> None:
            """A line through the points. style: "dash" or none."""
            path = " ".join(f"{_short(x)} {_short(y)}" for x, y in points)
            self._draw(f'<path d="M{path}" stroke-width="{_short(width)}"', "line", role, style)

        def grid(self, points: Iterable[Point]) -> None:
            """A thin line in the background."""
            path = " ".join(f"{_short(x)} {_short(y)}" for x, y in points)
            self._elements.append(f'<path class="grid" d="M{path}"/>')

        def curve(self, path: str, role: str = "ink", width: float = 2, style: str = "") -> None:
            """A path in SVG's own words."""
            self._draw(f'<path d="{path}" stroke-width="{_short(width)}"', "line", role, style)

        def arrow(self, points: Sequence[Point], role: str = "ink", width: float = 2, style: str = "") -> None:
            """A line with a head at its last point."""
            (x0, y0), (x1, y1) = points[-2:]
            length = math.hypot(x1 - x0, y1 - y0) or 1.0
            along, head = ((x1 - x0) / length, (y1 - y0) / length), min(5 + 2 * width, 0.7 * length)
            foot = (x1 - head * along[0], y1 - head * along[1])
            self.line([*points[:-1], foot], role, width, style)
            corners = [
                (x1, y1),
                (foot[0] - 0.45 * head * along[1], foot[1] + 0.45 * head * along[0]),
                (foot[0] + 0.45 * head * along[1], foot[1] - 0.45 * head * along[0]),
            ]
            self._draw('<path d="M' + " ".join(f"{_short(x)} {_short(y)}" for x, y in corners) + 'Z"', "fill", role)

        def dot(
            self, x: float, y: float, role: str = "ink", radius: float = 4, style: str = "fill", *, strength: float = 1.0
        ) -> None:
            """A dot; style "paper" makes it hollow. strength: how much of a fill can be seen."""
            shape = f'<circle cx="{_short(x)}" cy="{_short(y)}" r="{_short(radius)}"'
            shape += f' fill-opacity="{strength:.3g}"' if strength != 1.0 else ""
            self._draw(shape, style, role)

        def box(
            self,
            left: float,
            top: float,
            width: float,
            height: float,
            role: str = "ink",
            style: str = "tint",
            *,
            strength: float = 1.0,
            rounded: float = 6,
            line_style: str = "",
        ) -> None:
            """A rectangle. style: "tint", "paper" (outline only) or "fill". strength: how much of a fill can be seen."""
            shape = f'<rect x="{_short(left)}" y="{_short(top)}" width="{_short(width)}" height="{_short(height)}"'
            shape += f' rx="{_short(rounded)}"' if rounded else ""
            shape += f' fill-opacity="{strength:.3g}"' if strength != 1.0 else ""
            self._draw(shape, style, role, line_style)

        def text(
            self,
            x: float,
            y: float,
            text: str,
            role: str = "ink",
            *,
            anchor: str = "middle",
            size: float = SIZE,
            bold: bool = False,
            on: bool = False,
            halo: bool = False,
        ) -> None:
            """A text whose middle is at the height y. on: in the colour of the ground, on a filled box. halo: lines that
            run behind it stop short of it.
            """
            self.texts.append(text_box(x, y, text, anchor, size, bold))
            shape = f'<text x="{_short(x)}" y="{_short(y + 0.35 * size)}" font-size="{_short(size)}"'
            shape += f' text-anchor="{anchor}"' if anchor != "start" else ""
            styles = ("text", "on" if on else role, "bold" if bold else "", "halo" if halo else "")
            self._elements.append(f'{shape} class="{" ".join(filter(None, styles))}">{escape(text, quote=False)}</text>')

        def lines_of_text(self, x: float, y: float, text: str, width: float, role: str = "ink", **look) -> float:
            """A text in as many lines as it takes, the first with its middle at y; the height where the next would be."""
            size = look.get("size", SIZE)
            for line in wrap(text, width, size, look.get("bold", False)):
                self.text(x, y, line, role, **look)
                y += 1.35 * size
            return y

        def label(self, places: Sequence[tuple[float, float, str]], text: str, role: str = "ink", **look) -> bool:
            """A text at the first of the places (x, y, anchor) where it covers nothing; whether there was one."""
            size, bold = look.get("size", SIZE), look.get("bold", False)
            for x, y, anchor in places:
                box = text_box(x, y, text, anchor, size, bold)
                inside = box.left >= 0 and box.right <= self.width and box.top >= 0 and box.bottom <= self.height
                if inside and not any(box.meets(other) for other in (*self.texts, *self.obstacles)):
                    self.text(x, y, text, role, anchor=anchor, **look)
                    return True
            return False

        def inset(self, left: float, top: float, width: float, height: float, inner: Picture) -> None:
            """Another picture at this place, cut off at its edges. Its texts keep their places in the whole."""
            place = f'<svg x="{_short(left)}" y="{_short(top)}" width="{_short(width)}" height="{_short(height)}">'
            self._elements += [place, *inner._elements, "</svg>"]
            self.texts += [Box(b.left + left, b.top + top, b.right + left, b.bottom + top) for b in inner.texts]

        def describe(self, sentence: str) -> None:
            """Add a sentence to the text alternative."""
            self.description = f"{self.description} {sentence}".strip()

        def svg(self) -> str:
            """The picture as one element that asks for nothing else: its style is in it."""
            size = f'width="{_short(self.width)}" viewBox="0 0 {_short(self.width)} {_short(self.height)}"'
            words = f"<title>{escape(self.title, quote=False)}</title><desc>{escape(self.description, quote=False)}</desc>"
            head = f'<svg xmlns="http://www.w3.org/2000/svg" class="pic" role="img" {size}>{words}<style>{STYLE}</style>'
            return "\n".join([head, *self._elements, "</svg>"]) + "\n"

        _repr_svg_ = svg

        def _draw(self, shape: str, *styles: str) -> None:
            self._elements.append(f'{shape} class="{" ".join(filter(None, styles))}"/>')

    def text_box(x: float, y: float, text: str, anchor: str = "middle", size: float = SIZE, bold: bool = False) -> Box:
        """The rectangle that a text takes up: between the tops and the feet of its letters."""
        width = measure(text, size, bold)
        left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
        return Box(left, y - 0.52 * size, left + width, y + 0.52 * size)

    def _short(value: float) -> str:
        """A coordinate with at most one decimal place."""
        text = f"{value:.1f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text

    return locals()


def _checks():
    """Run the course's checks from a notebook, if they are installed, and show the results as lines of text."""

    LABELS = {"passed": "pass", "todo": "todo", "manual": "hand"}  # every other status is a failure

    @dataclass(frozen=True)
    class Checked:
        """The result of a check: lines to read, points."""

        lines: list[str]
        earned: float

    def run(task: str, module: Path, others: Iterable[Path] = ()) -> Checked:
        """Check one task of a module. others: the learner's modules that it builds on, on which the students' version
        checks it. 0 points, with a sentence, where it can't be checked.
        """
        if not module.is_file():
            return Checked([f"{module.name} is missing: put it next to this notebook."], 0.0)
        grader = _grader(module)
        if grader is None:
            return Checked(["The checks are not installed here. Submit the part: your instructor's grader runs them."], 0.0)
        with tempfile.TemporaryDirectory() as folder:  # each may lie in the folder of its part
            for path in {*others, module}:
                shutil.copyfile(path, Path(folder, path.name))
            command = [sys.executable, *grader, "check", task, "--from", folder, "--sandbox", "local", "--json"]
            done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)
        try:
            report = json.loads(done.stdout)
        except ValueError:
            return Checked([done.stderr.strip() or "The checks ended without a result: run this cell again."], 0.0)
        own = [check for check in report["checks"] if check["task"] == task]  # others explain what went wrong
        earned = sum(check["earned"] for check in own)
        possible = sum(check["points"] for check in own if check["status"] != "manual")
        return Checked(_lines(report, module, f"{earned:g} of {possible:g} points."), earned)

    def _grader(module: Path) -> list[str] | None:
        """How to call the grader: the one in the course's folder above the module, or else the installed one."""
        for above in module.parents:
            if (above / "autograder" / "__main__.py").is_file():
                return [str(above / "autograder" / "__main__.py")]
        return ["-m", "autograder"] if importlib.util.find_spec("autograder") else None

    def _lines(report: dict, module: Path, points: str) -> list[str]:
        """One line per check, the first failing check in full, and the points."""
        if {check["status"] for check in report["checks"]} == {"todo"}:
            return [
                report["checks"][0]["message"].strip(),
                f"Write it in {module.name}, save the file, run this cell again.",
                points,
            ]
        lines = [_check_line(check) for check in report["checks"]]
        left = [check for check in report["checks"] if check["status"] not in ("passed", "manual")]
        wrong = [check for check in left if check["status"] != "todo"]
        done = _done(report.get("not_run", 0))
        if wrong:
            lines += ["", *_failure_lines(wrong[0], module)]
            done = " Fix it, save the file, run this cell again."
        elif left:  # the slopes of an operator wait for backward
            lines += ["", left[0]["message"].strip()]
            done = " Nothing is wrong so far: write that, or go on to it, and run this cell again then."
        return [*lines, "", points + done]

    def _done(not_run: int) -> str:
        """That nothing is left to do here. not_run: hidden checks that are not here, in the students' zip."""
        if not not_run:
            return " All right."
        remain = "1 hidden check remains" if not_run == 1 else f"{not_run} hidden checks remain"
        return f" Every public check passes; {remain}, which your instructor's grader runs."

    def _check_line(check: dict) -> str:
        label = LABELS.get(check["status"], "FAIL")
        kept = f" (points kept: follows from {check['follows']})" if check["follows"] else ""
        return f"{label} {check['earned']:g}/{check['points']:g}  {check['title']}{kept}"

    def _failure_lines(check: dict, module: Path) -> list[str]:
        """One failing check in full. A recognised mistake is more reliable than the check's own guess."""
        place = f"{module.name}, line {check['line']}" if check["line"] else module.name
        lines = [f"First to fix: {check['title']}", f"  {place}"]
        for line in check["message"].rstrip("\n").split("\n"):
            if not (check["advice"] and line.startswith("Likely:")):
                lines.append(f"  {line}")
        if check["advice"]:
            lines.append(f"  Likely:     {check['advice']}")
        return lines

    return locals()


def _finding():
    """Where a learner's modules are: next to the notebook, in the folders of the other parts, in exercises/.

    In the course's folder, the reference replaces other parts that are not passed yet, so that learners can start anywhere.
    """

    # By part: its title, its module and the modules that it needs. course.json is generated from course.toml.
    COURSE = {
        "0": {"module": "part00_setup", "title": "Set-up", "needs": []},
        "1": {"module": "part01_autograd", "title": "Automatic differentiation", "needs": []},
        "2": {"module": "part02_tokenizer", "title": "Tokenizer and bigrams", "needs": []},
        "3": {"module": "part03_layers", "title": "Layers", "needs": ["part01_autograd"]},
        "4": {"module": "part04_parameters", "title": "Parameters", "needs": ["part01_autograd"]},
        "5": {"module": "part05_gpt", "title": "The GPT", "needs": ["part01_autograd", "part03_layers", "part04_parameters"]},
        "6": {"module": "part06_adam", "title": "Adam", "needs": ["part01_autograd"]},
        "7": {"module": "part07_training", "title": "Training", "needs": ["part01_autograd", "part02_tokenizer", "part03_layers", "part04_parameters", "part05_gpt", "part06_adam"]},
        "8": {"module": "part08_generation", "title": "Generation", "needs": ["part01_autograd", "part02_tokenizer", "part03_layers", "part04_parameters", "part05_gpt", "part06_adam", "part07_training"]},
        "9": {"module": "part09_understanding", "title": "Understanding", "needs": ["part01_autograd", "part02_tokenizer", "part03_layers", "part04_parameters", "part05_gpt", "part06_adam", "part07_training"]},
        "10": {"module": "part10_experiments", "title": "Experiments", "needs": ["part01_autograd", "part02_tokenizer", "part03_layers", "part04_parameters", "part05_gpt", "part06_adam", "part07_training", "part08_generation"]},
    }
    WHERE_TO_PUT = "Put the folder of its part next to this folder, or the file next to this notebook."

    @dataclass(frozen=True)
    class Found:
        """The modules of a part and of those that it builds on. own: the file that the part is written in. modules: what
        the notebook imports; theirs: the learner's files, some of which the reference may replace.
        """

        title: str
        own: Path
        needed: tuple[str, ...]
        modules: dict[str, Path]
        theirs: dict[str, Path]

        def lines(self) -> list[str]:
            """What the learner reads at the start of a notebook."""
            lines = [f"{self.title}. You write {self.own.name}; this notebook uses:"]
            for name in self.needed:
                place = self.modules.get(name)
                said = f"from {place.parent}" if place else f"not found. {WHERE_TO_PUT}"
                if place and place != self.theirs.get(name):
                    said = f"the reference, until you have passed part {int(name[4:6])}"
                lines.append(f"  {name}.py  {said}")
            return lines

    def find(part: int, folder: Path) -> Found:
        """Look for the part's module and for every one that it builds on, seen from the notebook's folder."""
        facts = COURSE[str(part)]
        places = [folder, *sorted(folder.parent.glob("part??")), *(above / "exercises" for above in folder.parents)]
        modules = {}
        for name in (*facts["needs"], facts["module"]):
            for place in places:
                if (place / f"{name}.py").is_file():
                    modules[name] = (place / f"{name}.py").resolve()
                    break
        own = modules.get(facts["module"], folder / f"{facts['module']}.py")
        used = {name: modules[name] if path == own else passed_or_reference(path) for name, path in modules.items()}
        return Found(f"Part {part}, {facts['title']}", own, (*facts["needs"], facts["module"]), used, modules)

    def passed_or_reference(path: Path) -> Path:
        """The learner's file of another part in exercises/, or the reference if the part is not passed and it is here."""
        reference = path.parent.parent / "solutions" / path.name
        if path.parent.name != "exercises" or not reference.is_file():
            return path
        return path if passed(path) else reference

    def passed(path: Path) -> bool:
        """Whether the learner's file in exercises/ passes as it is now. It is checked when no result of it is recorded."""
        content, course, number = path.read_bytes(), path.parent.parent, int(path.name[4:6])
        if b'raise NotImplementedError("' in content:
            return False
        digest = hashlib.sha256(content).hexdigest()
        if (known := _recorded(course, number, digest)) is None:
            command = [sys.executable, str(course / "autograder" / "__main__.py"), "check", str(number), "--json"]
            subprocess.run(command, cwd=course, capture_output=True, check=False)  # it records the result
            known = _recorded(course, number, digest)
        return bool(known)

    def _recorded(course: Path, number: int, digest: str) -> bool | None:
        """Whether the file with this sha256 passed its last check; None if another one was checked, or none."""
        memory = Path(os.environ.get("AUTOGRADER_MEMORY") or course / ".learner")
        try:
            report = json.loads((memory / "results" / f"{number}.json").read_text(encoding="utf-8"))
            return report["passed"] if report["sha256"] == digest else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    class Importer:
        """Lets `import` take exactly the files that were found: a folder on sys.path may hold other parts' modules too."""

        def __init__(self, modules: dict[str, Path]) -> None:
            self.modules = modules

        def find_spec(self, name: str, path=None, target=None):
            """Python calls it with a module's name; None leaves the module to the others."""
            return importlib.util.spec_from_file_location(name, self.modules[name]) if name in self.modules else None

    def install(found: Found) -> None:
        """Make `import` use these files, and no longer those that an earlier call named."""
        sys.meta_path[:] = [Importer(found.modules), *(other for other in sys.meta_path if not isinstance(other, Importer))]
        folders = dict.fromkeys(str(path.parent) for path in found.modules.values())  # weights.py is next to them
        sys.path += [folder for folder in folders if folder not in sys.path]

    return locals()


def _reading():
    """Let a model read a text, letter by letter, and keep what it says after each."""

    @dataclass(frozen=True)
    class Reading:
        """What came out. tokens: "BOS" and the letters that were read. logits: [position], as gpt returned them.

        weights: [position][layer][head][key], what gpt appended to its attention list, as plain numbers.
        """

        tokens: list[str]
        logits: list[Sequence]
        weights: list[list[list[list[float]]]]

        def maps(self, layer: int = 0) -> list[list[list[float]]]:
            """The attention of one layer, [head][query][key], as `heads.draw` takes it."""
            return [list(rows) for rows in zip(*(by_layer[layer] for by_layer in self.weights))]

    def read(text: str, gpt: Callable, chars: Sequence[str], state_dict: Mapping, config) -> Reading:
        """Give BOS and the letters of the text to a learner's gpt, one at a time, with caches that begin empty.

        Raises ValueError when a letter isn't one of the model's, or when the text is longer than it can read.
        """
        for letter in text:
            if letter not in chars:
                raise ValueError(f"{letter!r} is not in this model's alphabet: use {''.join(chars)}.")
        if len(text) >= config.block_size:
            raise ValueError(f"{text!r} is too long: this model reads BOS and {config.block_size - 1} letters.")
        caches = [[[] for _ in range(config.n_layer)] for _ in ("keys", "values")]
        logits, weights = [], []
        for place, letter in enumerate(["BOS", *text]):
            number = len(chars) if letter == "BOS" else list(chars).index(letter)
            looked = []
            logits.append(gpt(number, place, *caches, state_dict, config, looked))
            weights.append([[[weight.data for weight in head] for head in layer] for layer in looked])
        return Reading(["BOS", *text], logits, weights)

    def likeliest(probabilities: Sequence, chars: Sequence[str], count: int = 5) -> str:
        """The likeliest tokens with their probabilities, as text: `a 0.30, e 0.25`. "end" is the closing BOS."""
        numbers = [getattr(probability, "data", probability) for probability in probabilities]
        ranked = sorted(zip([*chars, "end"], numbers), key=lambda pair: -pair[1])
        return ", ".join(f"{token} {number:.2f}" for token, number in ranked[:count])

    return locals()


def _removing():
    """A trained model without one of its parts: a copy of its matrices in which some numbers are 0."""

    Matrices = Mapping[str, list[list]]

    def without(part: str, state_dict: Matrices, config) -> dict[str, list[list]]:
        """Return the matrices with one part of the model removed. The other matrices are unchanged.

        part: what to remove, in every layer. Raises ValueError for any other text.
        - "head 1", "head 2", ...: set this head's columns of attn_wo to 0
        - "attention": set all of attn_wo to 0
        - "mlp": set all of mlp_fc2 to 0
        - "positions": replace each row of wpe by the mean of all rows, so that all positions look the same
        """
        wide = config.n_embd // config.n_head
        heads = {f"head {head + 1}": range(head * wide, (head + 1) * wide) for head in range(config.n_head)}
        if part in heads:
            return _cleared(state_dict, "attn_wo", heads[part])
        if part == "attention":
            return _cleared(state_dict, "attn_wo", range(config.n_embd))
        if part == "mlp":
            return _cleared(state_dict, "mlp_fc2", range(4 * config.n_embd))
        if part == "positions":
            rows, number = state_dict["wpe"], type(state_dict["wpe"][0][0])
            mean = [number(sum(value.data for value in column) / len(rows)) for column in zip(*rows)]
            return {**state_dict, "wpe": [mean for _ in rows]}
        raise ValueError(f"There is no part {part!r}. Choose from: {', '.join(heads)}, attention, mlp, positions.")

    def _cleared(state_dict: Matrices, ending: str, columns: Container[int]) -> dict[str, list[list]]:
        """The matrices, with zeros in these columns of each one whose name ends like this."""
        cleared = dict(state_dict)
        for name, matrix in state_dict.items():
            if name.endswith(ending):
                number = type(matrix[0][0])
                cleared[name] = [
                    [number(0.0) if at in columns else value for at, value in enumerate(row)] for row in matrix
                ]
        return cleared

    return locals()


def _chart():
    """Axes for a picture: scales with decimal ticks and a light grid, and what is drawn on them."""

    from notebook_tools import svg

    SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

    @dataclass(frozen=True)
    class Scale:
        """From which number to which an axis goes; first may be the larger one. log: in powers of ten."""

        first: float
        last: float
        log: bool = False

        def share(self, value: float) -> float:
            """Where a number is: 0 at the axis's beginning, 1 at its end. Numbers outside are drawn far out."""
            if self.log:
                if value <= 0:
                    return -9.0
                share = math.log(value / self.first) / math.log(self.last / self.first)
            else:
                share = (value - self.first) / (self.last - self.first) if math.isfinite(value) else 9.0
            return min(max(share, -9.0), 9.0)

        def ticks(self, most: int = 6) -> list[float]:
            """Round numbers within the scale, about as many as asked for."""
            low, high = sorted((self.first, self.last))
            if self.log:
                powers = list(range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1))
                return [10.0**power for power in powers[:: math.ceil(len(powers) / most)]]
            rough = (high - low) / most
            unit = 10.0 ** math.floor(math.log10(rough))
            step = next(unit * times for times in (1, 2, 5, 10) if unit * times >= rough * 0.999)
            return [
                round(step * count, 12) for count in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
            ]

    def power(value: float) -> str:
        """A power of ten as `10⁻⁵`."""
        return "10" + str(round(math.log10(value))).translate(SUPERSCRIPT)

    def plain(value: float) -> str:
        """A number in full: `0.001`, `−0.5`, `10,000`."""
        return f"{value:,.10f}".rstrip("0").rstrip(".").replace("-", "−")

    class Plot:
        """Axes on a rectangle of a picture."""

        def __init__(self, picture: svg.Picture, place: tuple[float, float, float, float], x: Scale, y: Scale) -> None:
            """place: left, top, width and height of the rectangle between the axes."""
            self.picture, self.x_scale, self.y_scale = picture, x, y
            self.left, self.top, self.width, self.height = place
            self.right, self.bottom = self.left + self.width, self.top + self.height

        def at(self, x: float, y: float) -> tuple[float, float]:
            """The point of the picture for two numbers."""
            return self.left + self.width * self.x_scale.share(x), self.bottom - self.height * self.y_scale.share(y)

        def axes(
            self,
            x_label: str = "",
            y_label: str = "",
            x_ticks: Sequence[float] | None = None,
            y_ticks: Sequence[float] | None = None,
            show=plain,
            size: float = svg.SMALL,
        ) -> None:
            """Draw grid lines with their numbers. The label of y is above its axis, that of x below."""
            for tick in self.x_scale.ticks() if x_ticks is None else x_ticks:
                x, _ = self.at(tick, self.y_scale.first)
                self.picture.grid([(x, self.top), (x, self.bottom)])
                self.picture.label([(x, self.bottom + 0.95 * size, "middle")], show(tick), "soft", size=size)
            for tick in self.y_scale.ticks(5) if y_ticks is None else y_ticks:
                _, y = self.at(self.x_scale.first, tick)
                self.picture.grid([(self.left, y), (self.right, y)])
                self.picture.text(self.left - 6, y, show(tick), "soft", anchor="end", size=size)
            if x_label:
                middle = (self.left + self.right) / 2
                self.picture.text(middle, self.bottom + 2.5 * size, x_label, "soft", size=size)
            if y_label:
                self.picture.text(4, self.top - 1.3 * size, y_label, "soft", anchor="start", size=size)

        def line(self, xs: Sequence[float], ys: Sequence[float], role: str, width: float = 2, style: str = "") -> None:
            """A line through the numbers, cut off at the edges of the plot."""
            inner = svg.Picture(self.width, self.height, "")
            points = [(x - self.left, y - self.top) for x, y in map(self.at, xs, ys)]
            inner.line(points, role, width, style)
            self.picture.inset(self.left, self.top, self.width, self.height, inner)

        def dots(self, xs: Sequence[float], ys: Sequence[float], role: str, radius: float = 4, style: str = "fill") -> None:
            """A dot for each pair of numbers; those outside are left out."""
            for x, y in zip(xs, ys):
                if 0 <= self.x_scale.share(x) <= 1 and 0 <= self.y_scale.share(y) <= 1:
                    self.picture.dot(*self.at(x, y), role, radius, style)

        def bar(self, x: float, y: float, width: float, role: str, style: str = "fill") -> None:
            """A bar of this width in units, from the bottom up to y."""
            middle, top = self.at(x, y)
            self.picture.box(middle - width / 2, top, width, max(self.bottom - top, 0.0), role, style, rounded=1)

        def level(self, y: float, text: str, role: str = "other") -> None:
            """A dashed line at this height, with its name above or below it."""
            _, height = self.at(self.x_scale.first, y)
            self.picture.line([(self.left, height), (self.right, height)], role, 1.5, "dash")
            places = [
                (x, height + side * 0.75 * svg.SMALL, anchor)
                for side in (-1, 1)
                for x, anchor in ((self.right - 4, "end"), (self.left + 4, "start"))
            ]
            self.picture.label(places, text, role, size=svg.SMALL, halo=True)

    def shaded_dot(picture: svg.Picture, place: svg.Point, role: str, strength: float, radius: float = 4) -> None:
        """A dot with an outline, filled more or less strongly: hollow at 0."""
        picture.dot(*place, role, radius, "paper")
        picture.dot(*place, role, radius, "fill", strength=strength)

    def legend(picture: svg.Picture, top: float, entries: Sequence[tuple[str, str, str | float]], left: float = 4) -> float:
        """A row, or more, of names with the mark of each: (name, role, mark).

        A mark is "line", "dash", "dot", "ring", how strongly a dot is filled, or the style of a box.

        Returns the height below it.
        """
        x, y = left, top + 0.5 * svg.SMALL
        for name, role, mark in entries:
            width = 30 + svg.measure(name, svg.SMALL)
            if x > left and x + width > picture.width:
                x, y = left, y + 1.5 * svg.SMALL
            if mark in ("line", "dash"):
                picture.line([(x, y), (x + 22, y)], role, 2.5, "dash" if mark == "dash" else "")
            elif mark in ("dot", "ring") or not isinstance(mark, str):
                shaded_dot(picture, (x + 11, y), role, {"dot": 1.0, "ring": 0.0}.get(mark, mark))
            else:
                picture.box(x + 4, y - 6, 14, 12, role, mark, rounded=1)
            picture.text(x + 28, y, name, "ink", anchor="start", size=svg.SMALL)
            x += width + 14
        return y + 1.4 * svg.SMALL

    def heat_map(
        picture: svg.Picture,
        place: tuple[float, float],
        side: float,
        rows: Sequence[Sequence[float | None]],
        names: tuple[Sequence[str], Sequence[str]],
        role: str,
        words: Sequence[Sequence[str]] | None = None,
    ) -> None:
        """Squares of this side: how strong each number is, from 0 to 1; None stays empty. names: of rows, of columns."""
        left, top = place
        size = min(svg.SMALL, 0.92 * side)
        for i, row in enumerate(rows):
            picture.text(left - 5, top + (i + 0.5) * side, names[0][i], "soft", anchor="end", size=size)
            for j, strength in enumerate(row):
                x, y = left + j * side, top + i * side
                if strength is None:
                    continue
                picture.box(x + 0.5, y + 0.5, side - 1, side - 1, role, "fill", strength=0.05 + 0.95 * strength, rounded=0)
                if words and words[i][j]:
                    picture.text(x + side / 2, y + side / 2, words[i][j], size=min(size, 12), on=strength > 0.7)
        for j, name in enumerate(names[1]):
            narrow = svg.measure(name, size) <= side
            where = (left + (j + 0.5) * side, "middle") if narrow else (left + j * side + 1, "start")
            picture.label([(where[0], top - 0.75 * size, where[1])], name, "soft", size=size)

    return locals()


def _picture():
    """Show a picture in a notebook, with its text alternative."""

    from notebook_tools import svg

    # An <img> also shows in a notebook that nobody has trusted yet. It takes the colour scheme of what is around it.
    AS_THE_THEME = '<style>[data-jp-theme-light="false"] .course-picture { color-scheme: dark; }</style>'

    def show(drawn: svg.Picture) -> None:
        """Display a picture; where there is no notebook, print its text alternative."""
        said = f"[Picture: {drawn.title}. {drawn.description}]"
        try:
            from IPython.display import display
        except ImportError:
            encoding = sys.stdout.encoding or "ascii"  # a console may lack signs such as a minus or a Greek letter
            print(said.encode(encoding, "replace").decode(encoding))
            return
        display({"text/html": as_html(drawn), "text/plain": said}, raw=True)

    def as_html(drawn: svg.Picture) -> str:
        """An image that holds the picture."""
        words = html.escape(f"{drawn.title}. {drawn.description}")
        source = quote(drawn.svg(), safe=" /:;,=()!*+.~-_{}<>[]|")  # shorter than base64, and can be read in a diff
        return f"{AS_THE_THEME}<img class='course-picture' alt=\"{words}\" src='data:image/svg+xml,{source}'>"

    return locals()


def _explaining():
    """Explain an error in a cell in a sentence or two: what it means and what to do."""

    from notebook_tools import finding

    AGAIN = "save the file, and run this cell again."

    def explain(error: Exception, found: finding.Found) -> str:
        """What went wrong, where, and what to do; found: the modules that the notebook uses."""
        frames = traceback.extract_tb(error.__traceback__)
        last = frames[-1] if frames else None
        if isinstance(error, NotImplementedError) and error.args:
            file = Path(last.filename).name if last else found.own.name
            return f"Task {error.args[0]} is not written yet. Write it in {file}, {AGAIN}"
        if isinstance(error, ModuleNotFoundError) and (sentence := _missing(error.name or "", found)):
            return sentence
        if isinstance(error, SyntaxError):
            file = Path(error.filename or "?").name
            return f"{file}, line {error.lineno}, is not valid Python: {error.msg}. Fix it, {AGAIN}"
        kind = f"{type(error).__name__}: {error}"
        files = {path.resolve() for path in found.theirs.values()}  # nothing is to be fixed in the reference
        for frame in reversed(frames):
            if Path(frame.filename).resolve() in files:
                place = f"{Path(frame.filename).name}, line {frame.lineno}, in {frame.name}:"
                return f"{place}\n    {frame.line}\n{kind}\nFix it, {AGAIN}"
        if isinstance(error, (ValueError, OSError)) and _raised_by_tools(error):
            return str(error)  # a sentence of ours
        if isinstance(error, NameError):
            return f"{kind}. An earlier cell defines it: run the cells from the top."
        line = next((frame.line for frame in reversed(frames) if "ipykernel" in frame.filename), "")
        place = f" at `{line}`" if line else ""
        return f"This cell stopped{place}. {kind}\nDoes your code return what its docstring says?"

    def _raised_by_tools(error: Exception) -> bool:
        """Whether the notebook tools raised it, in a module of their package or in the one file that students get."""
        frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
        return bool(frames) and frames[-1].f_globals.get("__name__", "").partition(".")[0] == "notebook_tools"

    def _missing(name: str, found: finding.Found) -> str:
        """The sentence for a module that isn't there; nothing for one that the course knows nothing of."""
        if name in found.needed:
            return f"{name}.py is missing. {finding.WHERE_TO_PUT}"
        if name == "weights":
            return "weights.py is missing. Download it again from where you got the notebook."
        if name == "matplotlib":
            return "The pictures need matplotlib. Install it (python -m pip install matplotlib) and restart the notebook."
        return ""

    return locals()


def _arrows():
    """Draw vectors of two numbers before and after a layer, with the circle on which their mean square is 1."""

    from notebook_tools import chart, picture, svg

    Vectors = Sequence[Sequence[float]]

    def show(before: list[list[float]], after: list[list[float]]) -> None:
        """One dashed arrow for each vector before, one thick arrow for what it has become."""
        picture.show(drawing(before, after))

    def drawing(before: Vectors, after: Vectors, width: float = svg.WIDE) -> svg.Picture:
        """The picture: a square plane around the origin."""
        reach = 1.15 * max(abs(number) for vector in (*before, *after) for number in vector)
        side = min(width - 40, 400)
        drawn = svg.Picture(width, side + 100, "Vectors before and after rmsnorm")
        entries = [("before", "other", "dash"), ("after", "value", "line"), ("mean square 1", "ink", "dash")]
        top = chart.legend(drawn, 4, entries)
        scale = chart.Scale(-reach, reach)
        plot = chart.Plot(drawn, ((width - side) / 2 + 10, top + 28, side, side), scale, scale)
        plot.axes("first number", "second number")
        around = [math.pi * step / 45 for step in range(91)]
        circle = [plot.at(math.sqrt(2) * math.cos(angle), math.sqrt(2) * math.sin(angle)) for angle in around]
        drawn.line(circle, "ink", 1, "dash")
        origin = plot.at(0, 0)
        for count, (old, new) in enumerate(zip(before, after), start=1):
            for vector, role, thick, style in ((new, "value", 3, ""), (old, "other", 1.5, "dash")):
                drawn.arrow([origin, plot.at(*vector)], role, thick, style)
            x, y = plot.at(*old)
            far = math.hypot(x - origin[0], y - origin[1]) or 1
            out = ((x - origin[0]) / far * 12, (y - origin[1]) / far * 12)
            places = [(x + out[0], y + out[1], "middle"), (x + 12, y, "start"), (x - 12, y, "end"), (x, y - 14, "middle")]
            drawn.label(places, str(count), bold=True, halo=True)
            drawn.describe(f"{count}: ({old[0]:g}, {old[1]:g}) becomes ({new[0]:.2f}, {new[1]:.2f}).")
        return drawn

    return locals()


def _bars():
    """Draw one horizontal bar for each name: which of several things has the most of something."""

    from notebook_tools import picture, svg

    TALL, GAP = 22, 8

    def show(numbers: Mapping[str, float], title: str, role: str = "value", digits: int = 3) -> None:
        """Show the bars in the order given. role: the colour. digits: after the point, in the label of each bar."""
        picture.show(drawing(numbers, title, role, digits))

    def drawing(
        numbers: Mapping[str, float], title: str, role: str = "value", digits: int = 3, width: float = svg.WIDE
    ) -> svg.Picture:
        """The picture. A negative number has a bar to the left of 0."""
        drawn = svg.Picture(width, 0, title)
        top = drawn.lines_of_text(4, 12, title, width - 8, anchor="start", bold=True, size=svg.SMALL)
        drawn.height = top + len(numbers) * (TALL + GAP)
        names = max(svg.measure(name, svg.SMALL) for name in numbers) + 12
        labels = {name: f"{number:.{digits}f}".replace("-", "−") for name, number in numbers.items()}
        label = max(svg.measure(text, svg.SMALL) for text in labels.values()) + 12
        low, high = min(0.0, *numbers.values()), max(0.0, *numbers.values())
        scale = (width - names - label - 8) / ((high - low) or 1.0)
        zero = names - low * scale
        for place, (name, number) in enumerate(numbers.items()):
            y = top + place * (TALL + GAP)
            drawn.text(names - 8, y + TALL / 2, name, anchor="end", size=svg.SMALL)
            left, right = sorted((zero, zero + number * scale))
            drawn.box(left, y, max(right - left, 1.0), TALL, role, "fill", rounded=2)
            drawn.text(right + 6, y + TALL / 2, labels[name], role, anchor="start", size=svg.SMALL)
            drawn.describe(f"{name}: {labels[name]}.")
        drawn.line([(zero, top - 4), (zero, drawn.height - 2)], "soft", 1)
        return drawn

    return locals()


def _cache():
    """Draw the KV cache as it grows, token by token: what is not in it yet can't be looked at."""

    from notebook_tools import picture, svg

    TALL = 38

    def show(tokens: Sequence[str], weights: Sequence[Sequence] | None = None) -> None:
        """Draw the cache of one layer after each token. weights: of one head, row t has t + 1 of them."""
        picture.show(drawing(tokens, weights))

    def drawing(tokens: Sequence[str], weights: Sequence[Sequence] | None = None, width: float = svg.WIDE) -> svg.Picture:
        """The picture: a row for each token read, a box for each position."""
        size, beside = len(tokens), width >= 500
        left = 92
        right = 150 if beside else 4
        cell = min((width - left - right) / size, 88)
        in_full = all(svg.measure(f"k, v of {token}", svg.SMALL) < cell - 6 for token in tokens)
        drawn = svg.Picture(width, 34 + size * TALL + 34, "The KV cache after each token")
        drawn.text(left - 10, 12, "reads", "soft", anchor="end", size=svg.SMALL)
        drawn.text(left + 2, 12, "keys and values in the cache", "soft", anchor="start", size=svg.SMALL)
        for row, token in enumerate(tokens):
            y = 30 + row * TALL
            drawn.text(left - 10, y + TALL / 2, token, anchor="end", bold=True)
            for place, other in enumerate(tokens):
                x = left + place * cell
                if place > row:
                    drawn.box(x + 2, y + 3, cell - 4, TALL - 6, "other", "paper", line_style="dash", rounded=4)
                    continue
                new = place == row
                drawn.box(x + 2, y + 3, cell - 4, TALL - 6, "attention", "fill" if new else "tint", rounded=4)
                text = f"k, v of {other}" if in_full else other
                if weights is not None:
                    text = f"{svg.plain(weights[row][place]):.2f}"
                drawn.text(x + cell / 2, y + TALL / 2, text, "ink", size=svg.SMALL, on=new)
            count = f"{row + 1} key" + "s" * (row > 0)
            if beside:
                drawn.text(left + size * cell + 12, y + TALL / 2, count, "soft", anchor="start", size=svg.SMALL)
            drawn.describe(f"Reads {token}: {count}, of {', '.join(tokens[: row + 1])}.")
        y = 34 + size * TALL + 14
        drawn.box(left + 2, y - 8, 18, 16, "attention", "fill", rounded=3)
        drawn.text(left + 26, y, "appended now", anchor="start", size=svg.SMALL)
        after = left + 26 + svg.measure("appended now", svg.SMALL) + 16
        drawn.box(after, y - 8, 18, 16, "other", "paper", line_style="dash", rounded=3)
        drawn.text(after + 24, y, "not there yet", anchor="start", size=svg.SMALL)
        return drawn

    return locals()


def _curves():
    """The loss, step by step, against lines to beat."""

    from notebook_tools import chart, picture, svg

    def draw(losses: Sequence[float], lines: dict[str, float], title: str, window: int = 10) -> None:
        """Show the loss of each step as a dot, the running mean of the last `window` steps as a line, and level lines.

        lines: names and losses of what the model is compared with, such as {"pairs of letters": 2.453}.
        """
        picture.show(drawing(losses, lines, title, window))

    def drawing(
        losses: Sequence[float], lines: Mapping[str, float], title: str, window: int = 10, width: float = svg.WIDE
    ) -> svg.Picture:
        """The picture. Each level line has its name on it."""
        drawn = svg.Picture(width, 350, title, describe(losses, lines, window))
        entries = [("one step", "other", "dot"), (f"mean of the last {window} steps", "value", "line")]
        top = chart.legend(drawn, 4, entries)
        low, high = min(*losses, *lines.values()), max(*losses, *lines.values())
        room = 0.06 * (high - low)
        y_scale = chart.Scale(low - room, high + room)
        plot = chart.Plot(drawn, (46, top + 28, width - 66, 350 - top - 76), chart.Scale(0, len(losses)), y_scale)
        plot.axes("step", "loss, nats per token")
        steps = range(1, len(losses) + 1)
        plot.dots(steps, losses, "other", 3 if len(losses) < 200 else 1.2)
        plot.line(steps, running_mean(losses, window), "value", 3)
        for name, height in lines.items():
            plot.level(height, f"{name}: {height:.3f}", "ink")
        return drawn

    def running_mean(numbers: Sequence[float], window: int) -> list[float]:
        """The mean of each number and of those before it, at most `window` together."""
        means = []
        for end in range(1, len(numbers) + 1):
            last = numbers[max(0, end - window) : end]
            means.append(sum(last) / len(last))
        return means

    def describe(losses: Sequence[float], lines: Mapping[str, float], window: int) -> str:
        """How the curve begins and ends, how far single steps lie apart, and where the lines are."""
        means = running_mean(losses, window)
        levels = ", ".join(f"{name} at {height:.3f}" for name, height in lines.items())
        return (
            f"The running mean of {window} steps falls from {means[min(window, len(means)) - 1]:.2f} to {means[-1]:.2f} "
            f"over {len(losses)} steps; single steps lie between {min(losses):.2f} and {max(losses):.2f}. "
            f"Level lines: {levels}."
        )

    return locals()


def _gradients():
    """How much gradient reaches each matrix of a model."""

    from notebook_tools import chart, picture, svg

    def sizes(state_dict: Mapping[str, Sequence[Sequence]]) -> dict[str, float]:
        """The root mean square of the gradients of each matrix, in the order in which a token meets them.

        state_dict: matrices of `Value`s, after backward. The head comes last, though it is drawn third.
        """
        names = [name for name in state_dict if name != "lm_head"] + ["lm_head"]
        found = {}
        for name in names:
            squares = [value.grad**2 for row in state_dict[name] for value in row]
            found[name] = (sum(squares) / len(squares)) ** 0.5
        return found

    def by_layer(found: Mapping[str, float]) -> dict[str, dict[str, float]]:
        """The sizes of each layer's matrices, so that layers can be compared: {"layer 0": {"attn_wq": ...}, ...}."""
        layers: dict[str, dict[str, float]] = {}
        for name, size in found.items():
            layer, _, matrix = name.partition(".")
            if matrix:
                layers.setdefault(layer.replace("layer", "layer "), {})[matrix] = size
        return layers

    def draw(models: dict[str, dict[str, float]], title: str) -> None:
        """Show the sizes of one or more models, by name: a row for each matrix, a mark for each model, 0 left out.

        Raises ValueError when all of them are 0.
        """
        picture.show(drawing(models, title))

    def drawing(models: Mapping[str, Mapping[str, float]], title: str, width: float = svg.WIDE) -> svg.Picture:
        """The picture. The first model's marks are hollow, those of the others grow darker from one to the next."""
        names = list(next(iter(models.values())))
        positive = [size for found in models.values() for size in found.values() if size > 0]
        if not positive:
            raise ValueError("No gradient reaches any matrix: somewhere on the way to the loss a number replaced a Value.")
        drawn = svg.Picture(width, 26 * len(names) + 100, title, describe(models))
        strengths = {model: count / max(len(models) - 1, 1) for count, model in enumerate(models)}
        top = chart.legend(drawn, 4, [(model, "gradient", strength) for model, strength in strengths.items()])
        low, high = 10.0 ** math.floor(math.log10(min(positive))), 10.0 ** math.ceil(math.log10(max(positive)))
        scale = chart.Scale(low, high if high > low else 10 * low, log=True)
        left = max(svg.measure(name, svg.SMALL) for name in names) + 12
        place = (left, top + 6, width - left - 24, 26 * len(names))
        plot = chart.Plot(drawn, place, scale, chart.Scale(len(names) - 0.5, -0.5))
        plot.axes("size of the gradient (root mean square)", y_ticks=[])
        for row, name in enumerate(names):
            _, y = plot.at(low, row)
            drawn.grid([(plot.left, y), (plot.right, y)])
            drawn.text(plot.left - 6, y, name, anchor="end", size=svg.SMALL)
            for model, found in models.items():
                if found[name] > 0:
                    chart.shaded_dot(drawn, plot.at(found[name], row), "gradient", strengths[model], 5)
        return drawn

    def describe(models: Mapping[str, Mapping[str, float]]) -> str:
        """For each model the matrix with the largest gradient, the one with the smallest, and those that get none."""
        sentences = []
        for model, found in models.items():
            reached = {name: size for name, size in found.items() if size > 0}
            without = [name for name in found if name not in reached]
            if reached:
                most, least = max(reached, key=reached.get), min(reached, key=reached.get)
                sentences.append(
                    f"{model}: {most} gets the largest gradient, {reached[most]:.1e}, "
                    f"and {least} the smallest, {reached[least]:.1e}."
                )
            if without:
                sentences.append(f"{model}: no gradient at all reaches {', '.join(without)}.")
        return " ".join(sentences)

    return locals()


def _graph():
    """Draw a computation graph: each value a box with its operator, its number and its gradient, the result at the end.

    An arrow carries the local gradient: how fast the value moves when this input does. A learner's class may keep inputs
    and local gradients under any names; the operator is what turns the inputs' numbers into the value's.
    """

    from notebook_tools import picture, svg

    MOST_BOXES = 40  # more can't be read
    HEIGHT, ACROSS, BELOW = 52, 70, 56  # of a box; from box to box along the arrows, on a desk and on a phone
    SIDEWAYS = 22  # from box to box across the arrows
    SIGNS = {"*": "×", "-": "−", "/": "÷"}

    @dataclass(frozen=True)
    class Node:
        """A value of a graph. inputs: the keys of the values that it was computed from, and the local gradients."""

        name: str
        operator: str
        data: float
        grad: float = 0.0
        inputs: tuple[tuple[int, float | None], ...] = ()

    Nodes = Mapping[int, Node]  # the result first

    def show(result, **names) -> None:
        """Draw the graph below a `Value`, such as `show(c, a=a, b=b)`: each name is shown in its value's box.

        Raises ValueError when the value remembers no other, and when there are too many to draw.
        """
        nodes = read(result, names)
        picture.show(drawing(nodes, upright=Diagram(nodes).width > 1.3 * svg.WIDE))

    def read(result, names: Mapping[str, object] | None = None) -> dict[int, Node]:
        """The graph below a learner's `Value`. Raises ValueError, as `show`."""
        values = _all_values(result)
        if not children(result):
            raise ValueError(
                "No graph to draw: no attribute of this Value holds the Values that it was computed from. Does your "
                "operator hand its children to the new Value, and does __init__ keep them?"
            )
        called = {id(value): name for name, value in (names or {}).items()}
        nodes = {}
        for value in values:
            inputs = _inputs(value)
            slopes = _kept_slopes(value, len(inputs))
            operator, exact = _operator(value, [child.data for child in inputs], slopes)
            pairs = tuple(zip(map(id, inputs), slopes or exact))
            nodes[id(value)] = Node(called.get(id(value), ""), operator, value.data, value.grad, pairs)
        return nodes

    def children(value) -> list:
        """The values that this one was computed from, each once, whatever the learner's class calls them."""
        return list({id(child): child for child in _inputs(value)}.values())

    def _inputs(value) -> list:
        """The values that this one was computed from, one entry for each use where the class keeps it so."""
        found: list = []
        for held in _attributes(value):
            values = [other for other in _values_in(held, type(value)) if other is not value]
            new = [other for other in values if not any(other is one for one in found)]
            if found and new:
                found += new  # left and right under separate names
            elif len(values) > len(found):
                found = values
        return found

    def _attributes(value) -> list:
        slots = [name for base in type(value).__mro__ for name in _as_tuple(getattr(base, "__slots__", ()))]
        return [getattr(value, name, None) for name in [*slots, *getattr(value, "__dict__", {})]]

    def _kept_slopes(value, count: int) -> list[float] | None:
        """The local gradients that a learner's class keeps: as many numbers as there are inputs, alone or in pairs."""
        for held in _attributes(value):
            if isinstance(held, (list, tuple)) and len(held) == count and count:
                numbers = [_slope_in(item) for item in held]
                if None not in numbers:
                    return numbers
        return None

    def _slope_in(item) -> float | None:
        if isinstance(item, (int, float)):
            return float(item)
        if isinstance(item, (list, tuple)):
            numbers = [part for part in item if isinstance(part, (int, float))]
            return float(numbers[0]) if len(numbers) == 1 else None
        return None

    def _operator(value, xs: Sequence[float], slopes: Sequence[float] | None) -> tuple[str, list[float | None]]:
        """The operator that makes the value's number of these, with its local gradients: "?" when none does."""
        if not xs:
            return "", []
        kept = getattr(value, "_op", "")
        fitting = [(name, exact) for name, result, exact in _candidates(xs, value.data) if _near(result, value.data)]
        if isinstance(kept, str) and 0 < len(kept) < 7:
            return SIGNS.get(kept, kept), next((exact for _, exact in fitting), [None] * len(xs))
        if slopes:
            for name, exact in fitting:
                if all(map(_near, exact, slopes)):
                    return name, exact
            if len(xs) == 1 and xs[0] and value.data:
                exponent = slopes[0] * xs[0] / value.data  # the slope of x^n is n x^(n-1)
                return f"^{exponent:.3g}".replace("-", "−"), list(slopes)
        return fitting[0] if fitting else ("?", [None] * len(xs))

    def _candidates(xs: Sequence[float], data: float) -> Iterable[tuple[str, float, list[float | None]]]:
        """Operators by name, with what they make of the numbers and with their local gradients."""
        if len(xs) == 2:
            x, y = xs
            yield "+", x + y, [1.0, 1.0]
            yield "×", x * y, [y, x]
            yield "−", x - y, [1.0, -1.0]
            if y:
                yield "÷", x / y, [1 / y, -x / y**2]
        if len(xs) == 1:
            (x,) = xs
            yield "relu", max(0.0, x), [float(x > 0)]
            yield "^2", x * x, [2 * x]
            yield "−", -x, [-1.0]
            yield "+", 2 * x, [2.0]
            if x < 700:
                yield "exp", math.exp(x), [math.exp(x)]
            if x:
                yield "^−1", 1 / x, [-1 / x**2]
            if x > 0:
                yield "log", math.log(x), [1 / x]
                yield "^0.5", x**0.5, [0.5 * x**-0.5]
                yield "^−0.5", x**-0.5, [-0.5 * x**-1.5]
                if x != 1 and data > 0:
                    exponent = math.log(data) / math.log(x)
                    yield f"^{exponent:.3g}".replace("-", "−"), data, [exponent * data / x]
        if len(xs) > 2:
            yield "+", sum(xs), [1.0] * len(xs)

    def _near(a: float, b: float) -> bool:
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)

    def _as_tuple(names) -> tuple[str, ...]:
        return (names,) if isinstance(names, str) else tuple(names)

    def _values_in(held, kind: type) -> list:
        """The Values that an attribute holds: itself, or in lists and tuples (of pairs, too)."""
        if isinstance(held, kind):
            return [held]
        if isinstance(held, (list, tuple, set, frozenset)):
            return [value for item in held for value in _values_in(item, kind)]
        return []

    def _all_values(result) -> list:
        """Every value of the graph, the result first, in the order in which they are met."""
        found = {id(result): result}
        waiting = [result]
        for value in waiting:  # it grows meanwhile
            new = [child for child in children(value) if id(child) not in found]
            found.update({id(child): child for child in new})
            waiting += new
            if len(found) > MOST_BOXES:
                raise ValueError(f"This graph has more than {MOST_BOXES} values: draw a smaller expression.")
        return waiting

    def _columns(
        values: list[int], below: dict[int, list[int]]
    ) -> tuple[list[list[int]], dict[tuple[int, int], list[int]]]:
        """Sort boxes into columns, the result's first, and list the places that each line passes, from child to parent.

        A line that skips a column gets an empty place in it, named by a negative number, so that it crosses no box.
        """
        level = dict.fromkeys(values, 0)
        for _ in values:  # as often as the longest path could need
            for value in values:
                for child in below[value]:
                    level[child] = max(level[child], level[value] + 1)
        columns: list[list[int]] = [[] for _ in range(max(level.values()) + 1)]
        for value in values:
            columns[level[value]].append(value)
        lines, empty = {}, 0
        for value in values:
            for child in below[value]:
                stations = [child]
                for column in range(level[child] - 1, level[value], -1):
                    empty -= 1
                    columns[column].append(empty)
                    stations.append(empty)
                lines[child, value] = [*stations, value]
        return columns, lines

    def _places(columns: list[list[int]], lines: dict[tuple[int, int], list[int]]) -> dict[int, tuple[float, float]]:
        """A place for each box and empty place: columns from right to left, neighbours near what they are joined to."""
        joined: dict[int, list[int]] = {}
        for stations in lines.values():
            for left, right in zip(stations, stations[1:]):
                joined.setdefault(left, []).append(right)
                joined.setdefault(right, []).append(left)
        height = {}
        for column in columns:
            height.update({key: (len(column) - 1) / 2 - i for i, key in enumerate(column)})
        for _ in range(6):
            for column in columns:
                column.sort(key=lambda key: -sum(height[other] for other in joined[key]) / len(joined[key]))
                height.update({key: (len(column) - 1) / 2 - i for i, key in enumerate(column)})
        return {key: (float(-i), height[key]) for i, column in enumerate(columns) for key in column}

    class Diagram:
        """A graph laid out: a place for each box. upright: the result below its inputs, for a narrow page."""

        def __init__(self, nodes: Nodes, upright: bool = False, grads: bool = True) -> None:
            self.nodes, self.upright = nodes, upright
            keys = list(nodes)
            below = {key: list(dict.fromkeys(child for child, _ in nodes[key].inputs)) for key in keys}
            columns, self.lines = _columns(keys, below)
            places = _places(columns, self.lines)
            widest = max(svg.measure(_first_line(node), svg.SMALL) for node in nodes.values())
            paid = max(svg.measure(_second_line(node.grad), svg.SMALL) for node in nodes.values()) if grads else 0
            self.box_width = max(widest, paid, 40) + 26
            tallest = max(len(column) for column in columns)
            along, across = (
                (BELOW + HEIGHT, SIDEWAYS + self.box_width) if upright else (ACROSS + self.box_width, SIDEWAYS + HEIGHT)
            )
            size = ((len(columns) - 1) * along, (tallest - 1) * across)
            self.middle = {}
            for key, (column, height) in places.items():
                a, c = size[0] + column * along, size[1] / 2 - height * across
                self.middle[key] = (c, a) if upright else (a, c)
            self.width = (size[1] if upright else size[0]) + self.box_width + 20
            self.height = (size[0] if upright else size[1]) + HEIGHT + (24 if upright else 4) + 12

        def draw(
            self,
            drawn: svg.Picture,
            left: float,
            top: float,
            paid: Mapping[int, float] | None = None,
            hot: Mapping[int, str] | None = None,
            marks: Mapping[int, str] | None = None,
            notes: Mapping[int, str] | None = None,
        ) -> None:
            """Draw it with its corner there. paid: the known gradients, all by default. hot: values that pass on their
            gradients, with the factor to write before the local gradient. marks: a word at a box's corner. notes: one below
            a box.
            """
            paid = {key: node.grad for key, node in self.nodes.items()} if paid is None else paid
            x0, y0 = left + self.box_width / 2 + 16, top + HEIGHT / 2 + (20 if self.upright else 2)
            place = {key: (x0 + x, y0 + y) for key, (x, y) in self.middle.items()}
            mine = []
            for key in self.nodes:
                x, y = place[key]
                mine.append(svg.Box(x - self.box_width / 2, y - HEIGHT / 2, x + self.box_width / 2, y + HEIGHT / 2))
            drawn.obstacles += mine
            arrows = []
            for (child, parent), stations in self.lines.items():
                points = self._arrow([place[station] for station in stations], parent)
                carries = hot is not None and parent in hot
                drawn.arrow(points, "gradient" if carries else "soft", 2.2 if carries else 1.4)
                arrows.append((child, parent, points, carries))
            for key, node in self.nodes.items():
                self._box(drawn, place[key], node, paid.get(key), (marks or {}).get(key, ""))
                if notes and key in notes:
                    x, y = place[key]
                    at = (x + self.box_width / 2 + 6, y, "start") if self.upright else (x, y + HEIGHT / 2 + 12, "middle")
                    drawn.text(*at[:2], notes[key], anchor=at[2], size=svg.SMALL, bold=True)
            for child, parent, points, carries in arrows:
                uses = [slope for other, slope in self.nodes[parent].inputs if other == child]
                if None in uses:
                    continue
                words = " + ".join(svg.number(slope, 3) for slope in uses)
                if carries:
                    words = f"{hot[parent]}·({words})" if len(uses) > 1 or words[0] == "−" else f"{hot[parent]}·{words}"
                self._edge_label(drawn, points, words)

        def _arrow(self, stations: Sequence[svg.Point], parent: int) -> list[svg.Point]:
            (first, *between, last) = stations
            if self.upright:
                return [(first[0], first[1] + HEIGHT / 2), *between, (last[0], last[1] - HEIGHT / 2 - 12)]
            reach = max(12.0, svg.measure(self.nodes[parent].operator, svg.SMALL) / 2 + 6)
            return [(first[0] + self.box_width / 2, first[1]), *between, (last[0] - self.box_width / 2 - reach, last[1])]

        def _box(self, drawn: svg.Picture, middle: svg.Point, node: Node, grad: float | None, mark: str) -> None:
            x, y = middle
            left, top = x - self.box_width / 2, y - HEIGHT / 2
            drawn.box(left, top, self.box_width, HEIGHT, "soft" if node.inputs else "value", "paper")
            shift = 6 if node.operator and not self.upright else 0
            y += 5 if node.operator and self.upright else 0
            drawn.text(x + shift, y - (10 if grad is not None else 0), _first_line(node), "value", size=svg.SMALL)
            if grad is not None:
                drawn.text(x + shift, y + 11, _second_line(grad), "gradient", size=svg.SMALL)
            if node.operator:
                half = max(12.0, svg.measure(node.operator, svg.SMALL) / 2 + 6)
                at = (x, top - 3) if self.upright else (left, y)
                drawn.box(at[0] - half, at[1] - 12, 2 * half, 24, "ink", "paper", rounded=12)
                drawn.text(*at, node.operator, size=svg.SMALL, bold=True)
            if mark:
                drawn.box(x + self.box_width / 2 - 12, top - 9, 22, 22, "ink", "fill", rounded=11)
                drawn.text(x + self.box_width / 2 - 1, top + 2, mark, size=svg.SMALL, bold=True, on=True)

        def _edge_label(self, drawn: svg.Picture, points: Sequence[svg.Point], words: str) -> None:
            """Write the local gradient next to its arrow, where there is room."""
            places = []
            pieces = list(zip(points, points[1:]))
            for share in (0.45, 0.3, 0.6, 0.2, 0.75):
                for (x0, y0), (x1, y1) in pieces:
                    x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
                    if self.upright:
                        places += [(x + 7, y, "start"), (x - 7, y, "end")]
                    else:
                        slope = abs(y1 - y0) / max(abs(x1 - x0), 1.0)
                        lift = 9 + 0.5 * slope * svg.measure(words, svg.SMALL)
                        places += [(x, y - min(lift, 26), "middle"), (x, y + min(lift, 26), "middle")]
            drawn.label(places, words, "gradient", size=svg.SMALL, halo=True)

    def drawing(nodes: Nodes, title: str = "", upright: bool = False, known: Collection[int] | None = None) -> svg.Picture:
        """The whole graph with all that is known about it. known: whose gradients are shown, all by default."""
        diagram = Diagram(nodes, upright)
        title = title or f"Computation graph of {len(nodes)} values, from the result back"
        drawn = svg.Picture(diagram.width, diagram.height + 24, title, describe(nodes))
        paid = None if known is None else {key: nodes[key].grad for key in known}
        diagram.draw(drawn, 0, 22, paid)
        x = 4.0
        for words, role in (("number", "value"), ("gradient; on arrows: local gradient", "gradient")):
            drawn.text(x, 10, words, role, anchor="start", size=svg.SMALL)
            x += svg.measure(words, svg.SMALL) + 16
        drawn.width = max(drawn.width, x)
        return drawn

    def describe(nodes: Nodes) -> str:
        """`c: data 8, gradient 1, made by + of 6 (local gradient 1) and a (local gradient 1)`, and so on."""
        return "; ".join(_in_words(node, nodes) for node in nodes.values()) + "."

    def _in_words(node: Node, nodes: Nodes) -> str:
        inputs = [
            f"{nodes[key].name or svg.number(nodes[key].data)}"
            + (f" (local gradient {svg.number(slope, 3)})" if slope is not None else "")
            for key, slope in node.inputs
        ]
        made = f", made by {node.operator} of {' and '.join(inputs)}" if inputs else ""
        return f"{node.name or svg.number(node.data)}: data {svg.number(node.data)}, gradient {svg.number(node.grad)}{made}"

    def _first_line(node: Node) -> str:
        return f"{node.name} = {svg.number(node.data)}" if node.name else svg.number(node.data)

    def _second_line(grad: float) -> str:
        return f"grad {svg.number(grad)}"

    return locals()


def _growth():
    """How costs grow with the length of a text."""

    from notebook_tools import chart, picture, svg

    LOOKS = [("value", "dash"), ("attention", "line"), ("ink", "line"), ("other", "dash")]
    Costs = Mapping[str, Callable[[int], int]]  # by name, as functions of the length

    def draw(costs: Costs, longest: Sequence[int], title: str) -> None:
        """Show the costs over the length, once for each of the longest lengths, from near to far."""
        picture.show(drawing(costs, longest, title))

    def drawing(costs: Costs, longest: Sequence[int], title: str, width: float = svg.WIDE) -> svg.Picture:
        """The picture: a panel for each length."""
        columns = len(longest) if width >= 500 else 1
        across, down = width / columns, 280
        rows = -(-len(longest) // columns)
        drawn = svg.Picture(width, rows * down + 30, title, describe(costs, longest))
        chart.legend(drawn, 4, [(name, *look) for name, look in zip(costs, LOOKS)])
        for index, end in enumerate(longest):
            left, top = index % columns * across, index // columns * down + 30
            highest = max(cost(end) for cost in costs.values())
            place = (left + 66, top + 30, across - 86, down - 80)
            plot = chart.Plot(drawn, place, chart.Scale(0, end), chart.Scale(0, 1.05 * highest))
            plot.axes("length, tokens")
            drawn.text(left + 66 + (across - 86) / 2, top + 12, f"up to {end} tokens", bold=True)
            for cost, (role, mark) in zip(costs.values(), LOOKS):
                lengths = [end * step / 64 for step in range(65)] if end > 64 else range(1, end + 1)
                plot.line(
                    lengths, [cost(round(at)) if at >= 1 else 0 for at in lengths], role, 2.5, "dash" * (mark == "dash")
                )
        return drawn

    def describe(costs: Costs, longest: Sequence[int]) -> str:
        """For each cost what it is at each of these lengths, and how many times as much the last is as the first."""
        sentences = []
        for name, cost in costs.items():
            counts = [cost(end) for end in longest]
            points = ", ".join(f"{count:,} at {end} tokens" for count, end in zip(counts, longest))
            sentences.append(f"{name}: {points}, {counts[-1] / counts[0]:.1f} times as much.")
        return " ".join(sentences)

    return locals()


def _heads():
    """Attention heat maps: one for each head, with the characters on both axes."""

    from notebook_tools import chart, picture, svg

    def draw(maps: Sequence[Sequence[Sequence[float]]], characters: Sequence[str], title: str) -> None:
        """Show the maps of the heads of one layer, side by side in rows of two.

        maps: [head][query][key], the query in row t has t + 1 keys; the weights as plain numbers. characters: what
        stands at each position, such as ["BOS", "e", "m", "m", "a"].
        """
        picture.show(drawing(maps, characters, title))

    def drawing(
        maps: Sequence[Sequence[Sequence[float]]], characters: Sequence[str], title: str, width: float = svg.WIDE
    ) -> svg.Picture:
        """The picture: a square for each head, the weights in percent."""
        size = len(maps[0])
        columns = 2 if width >= 500 else 1
        across = width / columns
        side = min((across - 70) / size, 40)
        names = [*characters][:size]
        down = side * size + 78
        rows = -(-len(maps) // columns)
        drawn = svg.Picture(width, rows * down + 30, f"{title}: a square for each head", describe(maps))
        drawn.text(4, 12, "rows: reads; columns: looks at; weights in percent", "soft", anchor="start", size=svg.SMALL)
        for head, of_head in enumerate(maps):
            left, top = head % columns * across + 48, head // columns * down + 30
            drawn.text(left + side * size / 2, top + 12, f"head {head + 1}", "attention", bold=True)
            square = [[*row, *[None] * (size - len(row))] for row in of_head]
            words = [["" if weight is None else f"{100 * weight:.0f}" for weight in row] for row in square]
            grid = (left, top + 46)
            chart.heat_map(drawn, grid, side, square, (names, names), "attention", words if side >= 22 else None)
        return drawn

    def describe(maps: Sequence[Sequence[Sequence[float]]]) -> str:
        """A sentence for each head: where its weight goes, on average over the rows that have a choice."""
        sentences = []
        for head, rows in enumerate(maps, start=1):
            to_first, to_itself, to_previous = (f"{100 * share:.0f}%" for share in shares(rows))
            sentences.append(
                f"Head {head} puts {to_first} of its weight on the first position, {to_itself} on the character itself, "
                f"{to_previous} on the one before it."
            )
        return " ".join(sentences)

    def shares(rows: Sequence[Sequence[float]]) -> tuple[float, float, float]:
        """The mean weight on the first position, on the query's own one, and on the one before it.

        Rows with fewer than three entries are left out: there, two of the three are the same position. Three times
        nan when no row is left.
        """
        choices = [row for row in rows if len(row) > 2]
        if not choices:
            return (float("nan"),) * 3
        return tuple(sum(row[place] for row in choices) / len(choices) for place in (0, -1, -2))

    return locals()


def _histograms():
    """Draw how the numbers of each matrix are spread, before training and after."""

    from notebook_tools import chart, picture, svg

    BARS = 40
    Spread = Mapping[str, Sequence[float]]

    def show(before: dict[str, list[float]], after: dict[str, list[float]]) -> None:
        """One panel for each matrix that is in both: an outline for before, filled bars for after, the spread of each."""
        picture.show(drawing(before, after))

    def drawing(before: Spread, after: Spread, width: float = svg.WIDE) -> svg.Picture:
        """The picture. Above each panel is the standard deviation before and after."""
        names = [name for name in before if name in after]
        if not names:
            raise ValueError("No matrix has the same name before and after: compare the keys of your dict with 4.1.")
        columns = 3 if width >= 500 else 2
        across, down = width / columns, 150
        rows = -(-len(names) // columns)
        drawn = svg.Picture(width, rows * down + 30, "How the numbers of each matrix are spread")
        chart.legend(drawn, 4, [("before training", "other", "line"), ("after", "value", "tint")])
        reach = max(abs(number) for name in names for number in (*before[name], *after[name])) or 1.0
        ticks = chart.Scale(-reach, reach).ticks(4)
        for index, name in enumerate(names):
            left, top = index % columns * across, index // columns * down + 30
            old, new = (_shares(numbers[name], reach) for numbers in (before, after))
            place = (left + 8, top + 44, across - 16, down - 74)
            plot = chart.Plot(drawn, place, chart.Scale(-reach, reach), chart.Scale(0, 1.05 * max(*old, *new)))
            plot.axes(x_ticks=ticks, y_ticks=[])
            edges = [reach * (2 * step / BARS - 1) for step in range(BARS + 1)]
            outline = [(x, y) for share, x0, x1 in zip(new, edges, edges[1:]) for x, y in ((x0, share), (x1, share))]
            points = [plot.at(*point) for point in [(-reach, 0.0), *outline, (reach, 0.0)]]
            drawn.curve("M" + " ".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z", "value", 1, "tint")
            outline = [(x, y) for share, x0, x1 in zip(old, edges, edges[1:]) for x, y in ((x0, share), (x1, share))]
            plot.line(*zip(*outline), "other", 1.5)
            drawn.text(left + across / 2, top + 10, name, size=svg.SMALL, bold=True)
            spreads = f"{_spread(before[name]):.2f} → {_spread(after[name]):.2f}"
            drawn.text(left + across / 2, top + 29, spreads, "soft", size=svg.SMALL)
            drawn.describe(f"{name} {_spread(before[name]):.2f} before, {_spread(after[name]):.2f} after.")
        return drawn

    def _shares(numbers: Sequence[float], reach: float) -> list[float]:
        """The share of the numbers in each of BARS equal pieces from -reach to reach."""
        counts = [0] * BARS
        for value in numbers:
            counts[min(int((value / reach + 1) / 2 * BARS), BARS - 1)] += 1
        return [count / len(numbers) for count in counts]

    def _spread(numbers: Sequence[float]) -> float:
        """The standard deviation."""
        mean = sum(numbers) / len(numbers)
        return math.sqrt(sum((number - mean) ** 2 for number in numbers) / len(numbers))

    return locals()


def _letters():
    """Embeddings on a map: which letters does the model hold for alike."""

    from notebook_tools import picture, svg

    VOWELS = "aeiou"
    Vectors = Mapping[str, Sequence[float]]

    def nearest(vectors: Vectors, letter: str, count: int = 3) -> list[tuple[str, float]]:
        """The letters whose vectors point most nearly the same way, nearest first, each with the cosine of the angle.

        1 is the same direction, 0 a right angle. Raises ValueError for a letter that has no vector.
        """
        if letter not in vectors:
            raise ValueError(f"There is no vector for {letter!r}: choose one of {' '.join(vectors)}.")
        others = [(other, _cosine(vectors[letter], vectors[other])) for other in vectors if other != letter]
        return sorted(others, key=lambda pair: -pair[1])[:count]

    def flat_map(vectors: Vectors) -> tuple[dict[str, tuple[float, float]], float]:
        """Each letter's place on the plane along which the vectors differ most, and the share of their variance on it.

        Principal components, by power iteration: https://en.wikipedia.org/wiki/Principal_component_analysis
        """
        means = [sum(column) / len(vectors) for column in zip(*vectors.values())]
        rows = [[x - mean for x, mean in zip(vector, means)] for vector in vectors.values()]
        total = sum(x * x for row in rows for x in row)
        places, found = [], 0.0
        for _ in range(2):
            # A start that is at right angles to the direction would never find it: no regular pattern.
            direction = [math.sin(3.0 * place + 1.0) for place in range(len(means))]
            for _ in range(500):
                along = [_dot(row, direction) for row in rows]
                direction = [_dot(along, column) for column in zip(*rows)]
                length = math.hypot(*direction) or 1.0
                direction = [x / length for x in direction]
            along = [_dot(row, direction) for row in rows]
            found += _dot(along, along)
            places.append(along)
            rows = [[x - share * d for x, d in zip(row, direction)] for row, share in zip(rows, along)]
        return dict(zip(vectors, zip(*places))), found / (total or 1.0)

    def apart(places: Mapping[str, tuple[float, float]], distance: float) -> dict[str, tuple[float, float]]:
        """The places, those that are nearer than `distance` to an earlier one moved to its right by just that."""
        moved: dict[str, tuple[float, float]] = {}
        for letter, (x, y) in sorted(places.items(), key=lambda item: item[1]):
            for x0, y0 in moved.values():
                if abs(x - x0) < distance and abs(y - y0) < distance:
                    x = x0 + distance
            moved[letter] = (x, y)
        return moved

    def draw(vectors: Vectors, title: str) -> None:
        """Show the letters on their map: vowels bold in a circle. Of two that cover each other, one is moved."""
        picture.show(drawing(vectors, title))

    def drawing(vectors: Vectors, title: str, width: float = svg.WIDE) -> svg.Picture:
        """The picture: a plane of letters."""
        places, share = flat_map(vectors)
        height = min(0.75 * width, 460)
        drawn = svg.Picture(width, height + 60, title, describe(vectors))
        (left, right), (low, high) = ((min(axis), max(axis)) for axis in zip(*places.values()))
        unit = min((width - 84) / (right - left or 1), (height - 60) / (high - low or 1))  # alike on both axes
        drawn.text(4, 12, "vowels in circles", "value", anchor="start", size=svg.SMALL)
        middle = ((left + right) / 2, (low + high) / 2)
        for letter, (x, y) in apart(places, 24 / unit).items():
            x, y = width / 2 - 8 + unit * (x - middle[0]), 30 + height / 2 - unit * (y - middle[1])
            if letter in VOWELS:
                drawn.dot(x, y, "value", 12, "paper")
            drawn.text(x, y, letter, "value" if letter in VOWELS else "ink", size=17, bold=letter in VOWELS)
        said = f"the plane of the largest differences, {100 * share:.0f}% of all variance"
        drawn.height = 4 + drawn.lines_of_text(4, height + 36, said, width - 8, "soft", anchor="start", size=svg.SMALL)
        return drawn

    def describe(vectors: Vectors) -> str:
        """What the map shows in words: the nearest letter of each vowel, and the closest pair of all."""
        pairs = [f"{letter} is {nearest(vectors, letter, 1)[0][0]}" for letter in VOWELS if letter in vectors]
        first, (second, cosine) = max(((a, nearest(vectors, a, 1)[0]) for a in vectors), key=lambda found: found[1][1])
        vowels = f"The nearest letter to {', to '.join(pairs)}. " if pairs else ""
        return (
            f"Letters as points, vowels in circles. {vowels}Closest of all are {first} and {second}, cosine {cosine:.2f}."
        )

    def _cosine(a: Sequence[float], b: Sequence[float]) -> float:
        return _dot(a, b) / (math.hypot(*a) * math.hypot(*b))

    def _dot(a: Sequence[float], b: Sequence[float]) -> float:
        return sum(x * y for x, y in zip(a, b))

    return locals()


def _loop():
    """Draw one step of training with its numbers: tokens, forward, loss, backward, Adam."""

    from notebook_tools import picture, svg

    def show(tokens: Sequence[str], nats: Sequence[float], before: float, after: float, moved: int, lr: float) -> None:
        """See `drawing`."""
        picture.show(drawing(tokens, nats, before, after, moved, lr))

    def drawing(
        tokens: Sequence[str],
        nats: Sequence[float],
        before: float,
        after: float,
        moved: int,
        lr: float,
        width: float = svg.WIDE,
    ) -> svg.Picture:
        """The picture. tokens: "BOS", the letters, "BOS". nats: the surprise at each token but the first. before, after:
        the loss of this name before and after the step. moved: how many parameters move, by about lr each.
        """
        drawn = svg.Picture(width, 0, "One step of training, with its numbers")
        count = len(tokens) - 1
        left = 96 if width >= 500 else 12
        across = min((width - left - 8) / count, 110)
        lift = 0 if width >= 500 else 20  # on a phone, the name of a row is above it
        y = 20.0 + lift

        def row(name: str, role: str = "ink") -> None:
            at = (4, y, "start") if lift == 0 else (left, y - 30, "start")
            drawn.text(at[0], at[1], name, role, anchor="start", size=svg.SMALL, bold=True)

        def boxes(words: Sequence[str], role: str, style: str = "tint") -> None:
            for place, word in enumerate(words):
                drawn.box(left + place * across + 4, y - 15, across - 8, 30, role, style, rounded=4)
                drawn.text(left + (place + 0.5) * across, y, word, size=svg.SMALL, on=style == "fill")

        def down(length: float, role: str, up: bool = False) -> None:
            for place in range(count):
                x = left + (place + 0.5) * across
                ends = [(x, y + 17), (x, y + 17 + length)]
                drawn.arrow(ends[::-1] if up else ends, role, 1.6)

        row("tokens")
        boxes(tokens[:-1], "value")
        down(22, "value")
        y += 62
        middle = left + count * across / 2
        drawn.box(left + 4, y - 17, count * across - 8, 34, "residual", "tint")
        drawn.text(middle, y, "forward: the GPT, one token after the other", size=svg.SMALL)
        down(22, "value")
        y += 62 + lift
        row("surprise")
        highest = max(nats)
        for place, (token, number) in enumerate(zip(tokens[1:], nats)):
            x = left + (place + 0.5) * across
            tall = 54 * number / highest
            drawn.box(x - 13, y + 54 - tall, 26, tall, "value", "fill", rounded=1)
            drawn.text(x, y + 45 - tall, f"{number:.2f}", "value", size=svg.SMALL)
            drawn.text(x, y + 66, f"at {token}", size=svg.SMALL)
            drawn.describe(f"At {token} the surprise is {number:.2f} nats.")
        y += 104
        drawn.box(left + 4, y - 17, count * across - 8, 34, "value", "paper")
        drawn.text(middle, y, f"loss: the mean, {before:.3f}", "value", size=svg.SMALL, bold=True)
        drawn.arrow([(middle, y + 18), (middle, y + 42)], "gradient", 3)
        y += 60
        drawn.box(left + 4, y - 17, count * across - 8, 34, "gradient", "tint")
        drawn.text(middle, y, f"backward: a gradient for each of {moved:,}", "gradient", size=svg.SMALL)
        drawn.arrow([(middle, y + 18), (middle, y + 42)], "gradient", 3)
        y += 60
        drawn.box(left + 4, y - 17, count * across - 8, 34, "ink", "paper")
        drawn.text(middle, y, f"Adam: each moves by up to about {lr:g}", size=svg.SMALL)
        y += 36
        said = f"the same name again: loss {after:.3f}"
        drawn.text(middle, y, said, "value", size=svg.SMALL, bold=True)
        drawn.describe(f"Loss {before:.3f}; {moved:,} parameters move by up to about {lr:g}; {said}.")
        drawn.height = y + 14
        return drawn

    return locals()


def _means():
    """Draw weighted means: a triangle of weights, the vectors that they weigh, and the mean of each row."""

    from notebook_tools import picture, svg

    CELL, TALL = 50, 34
    Vectors = Sequence[Sequence]

    def show(weights: Sequence[Sequence], vectors: Vectors, names: Sequence[str], title: str, of: str = "x") -> None:
        """Draw the weights of each row, the vectors and the weighted means. weights: row t has t + 1 of them; `Value`s
        or numbers. names: what is at each position. of: what the vectors are called.
        """
        picture.show(drawing(weights, vectors, names, title, of))

    def compared(queries: Vectors, keys: Vectors, softmax) -> list[list]:
        """The weights of each row: a learner's `softmax` of the dot products of its query with the keys up to its own.
        The vectors are lists of `Value`s.
        """
        rows: list[list] = []
        for place, query in enumerate(queries):
            rows.append(softmax([sum(map(mul, query, other)) for other in keys[: place + 1]]))
        return rows

    def drawing(
        weights: Sequence[Sequence],
        vectors: Vectors,
        names: Sequence[str],
        title: str,
        of: str = "x",
        width: float = svg.WIDE,
    ) -> svg.Picture:
        """The picture. Raises ValueError when a row has not one weight for each position up to its own."""
        rows = [[svg.plain(weight) for weight in row] for row in weights]
        for place, row in enumerate(rows):
            if len(row) != place + 1:
                raise ValueError(f"Row {place} has {len(row)} weights: it looks at {place + 1} positions, one weight each.")
        data = [[svg.plain(value) for value in vector] for vector in vectors]
        means = [[sum(w * vector[j] for w, vector in zip(row, data)) for j in range(len(data[0]))] for row in rows]
        size, long = len(rows), len(data[0])
        beside = width >= 500
        cell = CELL if beside else min(CELL, (width - 50) / size, (width - 90) / (2 * long))
        across = 44 + size * cell
        drawn = svg.Picture(width, 0, title)
        top = 40.0
        drawn.text(44 + size * cell / 2, 12, "weights", "attention", bold=True)
        for place, name in enumerate(names[:size]):
            drawn.text(44 + (place + 0.5) * cell, 32, name, "soft", size=svg.SMALL)
            drawn.text(38, top + (place + 0.5) * TALL, name, "soft", anchor="end", size=svg.SMALL)
        for place, row in enumerate(rows):
            for at, weight in enumerate(row):
                left, y = 44 + at * cell, top + place * TALL
                strength = 0.05 + 0.95 * weight
                drawn.box(left + 1, y + 1, cell - 2, TALL - 2, "attention", "fill", strength=strength, rounded=3)
                text = svg.number(weight, 3) if weight in (0, 1) else f"{weight:.2f}"
                drawn.text(left + cell / 2, y + TALL / 2, text, size=svg.SMALL, on=strength > 0.7)
            terms = ", ".join(f"{name} {weight:.3f}" for name, weight in zip(names, row))
            drawn.describe(f"{names[place]}: weights {terms}; mean {svg.as_vector(means[place])}.")
        if beside:
            gap = max((width - across - 2 * long * cell - 20) / 3, 26)
            left, second = across + gap, top
            middle = top + size * TALL / 2
            drawn.text(across + gap / 2, middle, "×", bold=True)
            drawn.text(left + long * cell + gap / 2, middle, "=", bold=True)
            _column(drawn, left, second, cell, data, of, "value")
            _column(drawn, left + long * cell + gap, second, cell, means, "means", "attention")
            drawn.height = top + size * TALL + 6
        else:
            second = top + size * TALL + 44
            _column(drawn, 44, second, cell, data, of, "value")
            drawn.text(44 + long * cell + 20, second + size * TALL / 2, "→", bold=True)
            _column(drawn, 44 + long * cell + 40, second, cell, means, "means", "attention")
            drawn.height = second + size * TALL + 6
        return drawn

    def _column(drawn: svg.Picture, left: float, top: float, cell: float, vectors: Vectors, name: str, role: str) -> None:
        drawn.text(left + len(vectors[0]) * cell / 2, top - 28 + (10 if top > 60 else 0), name, role, bold=True)
        for place, vector in enumerate(vectors):
            for at, value in enumerate(vector):
                x, y = left + at * cell, top + place * TALL
                drawn.box(x + 1, y + 1, cell - 2, TALL - 2, role, "tint", rounded=3)
                drawn.text(x + cell / 2, y + TALL / 2, svg.number(value, 3), size=svg.SMALL)

    return locals()


def _paths():
    """A narrow valley, and the paths that optimisers take through it."""

    from notebook_tools import chart, picture, svg

    Point = tuple[float, float]
    LOOKS = [("other", "ring"), ("value", "dot"), ("ink", "dot")]  # what it is compared with; what you built
    LEVELS = (0.1, 0.4, 1, 2, 3.5, 5.5, 8)

    def valley(x, y):
        """Nearly flat along x, steep along y, with the lowest point 0 at (0, 0). For `Value`s and numbers."""
        return 0.05 * (x * x) + 2.0 * (y * y)

    def walk(parameters: Sequence, move: Callable[[], None], steps: int, height: Callable = valley) -> list[Point]:
        """Measure the slopes with backward, call move, and so on; return where the two parameters were, start included.

        parameters: two `Value`s. move: changes their data by their grad, and sets grad to 0 afterwards.
        """
        points = [_place(parameters)]
        for _ in range(steps):
            height(*parameters).backward()
            move()
            points.append(_place(parameters))
        return points

    def descend(parameters: Sequence, lr: float) -> Callable[[], None]:
        """Plain descent as a `move` for `walk`: each parameter by lr times its slope, downhill."""

        def move() -> None:
            for number in parameters:
                number.data -= lr * number.grad
                number.grad = 0

        return move

    def draw(paths: dict[str, Sequence[Point]], title: str) -> None:
        """Show the paths, by name, on a map of the valley: a line for each height."""
        picture.show(drawing(paths, title))

    def drawing(paths: Mapping[str, Sequence[Point]], title: str, width: float = svg.WIDE) -> svg.Picture:
        """The picture. The lines of equal height are ellipses, and the lowest point is a cross."""
        said = f"A map of a long narrow valley with its lowest point at (0, 0). {describe(paths)}"
        drawn = svg.Picture(width, 380, title, said)
        entries = [(f"{name}, {_end(points)}", *look) for (name, points), look in zip(paths.items(), LOOKS)]
        top = chart.legend(drawn, 4, entries)
        place = (40, top + 28, width - 54, 380 - top - 76)
        plot = chart.Plot(drawn, place, chart.Scale(-9.5, 2.5), chart.Scale(-2.1, 2.1))
        plot.axes("x, gentle slope", "y, steep slope")
        around = [math.pi * step / 60 for step in range(121)]
        for level in LEVELS:
            a, b = math.sqrt(level / 0.05), math.sqrt(level / 2.0)  # the half axes of this height's ellipse
            plot.line([a * math.cos(t) for t in around], [b * math.sin(t) for t in around], "soft", 0.8)
        for (_, points), (role, mark) in zip(paths.items(), LOOKS):
            plot.line(*zip(*points), role, 1.8)
            plot.dots(*zip(*points), role, 3, "fill" if mark == "dot" else "paper")
        x, y = plot.at(0, 0)
        for slope in (-1, 1):
            drawn.line([(x - 7, y - 7 * slope), (x + 7, y + 7 * slope)], "ink", 3)
        return drawn

    def describe(paths: Mapping[str, Sequence[Point]]) -> str:
        """A sentence for each path: where it ends, and how often it crosses the valley's floor on the way."""
        sentences = []
        for name, points in paths.items():
            (x0, y0), (x1, y1) = points[0], points[-1]
            sentences.append(
                f"{name} goes from ({x0:.2f}, {y0:.2f}) to ({x1:.2f}, {y1:.2f}) in {len(points) - 1} steps "
                f"and crosses the floor of the valley {crossings(points)} times. Its last points are "
                f"{height_at_the_end(points):.4f} high on average."
            )
        return " ".join(sentences)

    def crossings(points: Sequence[Point]) -> int:
        """How often y changes its sign from one point to the next."""
        return sum(before[1] * after[1] < 0 for before, after in zip(points, points[1:]))

    def height_at_the_end(points: Sequence[Point], last: int = 10) -> float:
        """The mean height of the last points: one alone may be low by chance."""
        ends = points[-last:]
        return sum(valley(*point) for point in ends) / len(ends)

    def _place(parameters: Sequence) -> Point:
        return tuple(parameter.data for parameter in parameters)

    def _end(points: Sequence[Point]) -> str:
        return f"{height_at_the_end(points):.4f} high at the end"

    return locals()


def _products():
    """Draw linear as dot products: each row of the matrix with the vector, and both as arrows."""

    from notebook_tools import chart, picture, svg

    CELL = 34
    Matrix = Sequence[Sequence[float]]

    def show(x: Sequence, w: Sequence[Sequence], outputs: Sequence) -> None:
        """Draw a learner's `linear(x, w)` and its outputs: `Value`s or numbers, two to a row."""
        plain = [svg.plain(value) for value in x], [[svg.plain(value) for value in row] for row in w]
        picture.show(drawing(*plain, [svg.plain(value) for value in outputs]))

    def drawing(x: Sequence[float], w: Matrix, outputs: Sequence[float], width: float = svg.WIDE) -> svg.Picture:
        """The picture. Raises ValueError when there is not one output for each row."""
        if len(outputs) != len(w):
            raise ValueError(f"linear gave {len(outputs)} numbers for {len(w)} rows: it must give one for each.")
        beside = width >= 600
        side = 250
        table = 360 if beside else width
        high = 52 * len(w) + 40
        drawn = svg.Picture(
            width, max(high, side + 50) if beside else high + side + 60, "linear: a dot product for each row"
        )
        y = 14.0
        drawn.text(10 + CELL, y, "row of w", "soft", size=svg.SMALL)
        drawn.text(2 * CELL + 38 + CELL, y, "x", "soft", size=svg.SMALL)
        drawn.text(table - 62, y, "output", "soft", size=svg.SMALL)
        for count, (row, output) in enumerate(zip(w, outputs), start=1):
            y = 52 * count
            _cells(drawn, 10, y, row, "other")
            drawn.text(2 * CELL + 22, y, "·", bold=True)
            _cells(drawn, 2 * CELL + 36, y, x, "value")
            terms = " + ".join(svg.as_term(weight * value, 3) for weight, value in zip(row, x))
            drawn.text(4 * CELL + 46, y, f"= {terms} =", anchor="start", size=svg.SMALL)
            _cells(drawn, table - 82, y, [output], "value", "fill")
            drawn.describe(f"Row {count}, {svg.as_vector(row)}, times {svg.as_vector(x)} is {svg.number(output)}.")
        place = (table + 40, 16, side, side) if beside else (50, high + 10, side, side)
        reach = 1.15 * max(abs(value) for vector in (*w, x) for value in vector)
        scale = chart.Scale(-reach, reach)
        plot = chart.Plot(drawn, place, scale, scale)
        plot.axes()
        origin = plot.at(0, 0)
        for vector, role, name in [(x, "value", "x"), *((row, "other", f"row {i}") for i, row in enumerate(w, start=1))]:
            tip = plot.at(*vector[:2])
            drawn.arrow([origin, tip], role, 3.5 if role == "value" else 2)
            right = tip[0] >= origin[0] and role != "value"
            places = [
                (tip[0] + (7 if right else -7), tip[1], "start" if right else "end"),
                (tip[0], tip[1] - 12, "middle"),
                (tip[0], tip[1] + 12, "middle"),
            ]
            drawn.label(places, name, role, size=svg.SMALL, bold=role == "value", halo=True)
        return drawn

    def _cells(drawn: svg.Picture, left: float, y: float, row: Sequence[float], role: str, style: str = "tint") -> None:
        for place, value in enumerate(row):
            wide = CELL if style == "tint" else CELL + 8
            drawn.box(left + place * CELL, y - 15, wide - 3, 30, role, style, rounded=3)
            on = style == "fill"
            drawn.text(left + place * CELL + (wide - 3) / 2, y, svg.number(value, 3), bold=on, on=on)

    return locals()


def _reach():
    """Draw how much of a gradient reaches letters farther and farther back, for one model or several."""

    from notebook_tools import chart, picture, svg

    LOOKS = [("gradient", "line"), ("attention", "dash"), ("ink", "line")]

    def show(shares: Mapping[str, Sequence[float]], title: str) -> None:
        """A line for each model: the size of the gradient 1, 2, 3 ... letters back, as shares of that 1 letter back."""
        picture.show(drawing(shares, title))

    def drawing(shares: Mapping[str, Sequence[float]], title: str, width: float = svg.WIDE) -> svg.Picture:
        """The picture, in powers of ten."""
        drawn = svg.Picture(width, 320, title)
        top = chart.legend(drawn, 4, [(name, *look) for name, look in zip(shares, LOOKS)])
        found = [share for row in shares.values() for share in row if share > 0] or [1.0]
        farthest = max(len(row) for row in shares.values())
        scale = chart.Scale(min(0.09, min(found) / 2), max(1.2, max(found) * 1.5), log=True)
        place = (62, top + 30, width - 90, drawn.height - top - 84)
        plot = chart.Plot(drawn, place, chart.Scale(0.5, farthest + 0.5), scale)
        step = 1 if farthest <= 10 else 2
        plot.axes("letters back", "gradient, as a share of that 1 letter back", range(1, farthest + 1, step), show=_tick)
        for (name, row), (role, mark) in zip(shares.items(), LOOKS):
            places = range(1, len(row) + 1)
            plot.line(places, row, role, 2.5, "dash" if mark == "dash" else "")
            plot.dots(places, row, role, 4)
            parts = ", ".join(f"{share:.2g}" for share in row)
            drawn.describe(f"{name}, 1 to {len(row)} letters back: {parts}.")
        return drawn

    def _tick(value: float) -> str:
        return f"{value:g}" if value >= 0.01 else chart.power(value)

    return locals()


def _shapes():
    """Draw every list of one forward step at its length: the path of one token through the GPT."""

    from notebook_tools import picture, svg

    STREAM = 30  # where the residual stream runs
    LEFT = 84  # where lists begin
    CELL, TALL = 8.0, 14  # of a number in a list

    def show(config, seen: int = 3) -> None:
        """Draw the lists of a model of this `Config` while it reads its token number `seen`."""
        picture.show(drawing(config, seen))

    def drawing(config, seen: int = 3, width: float = svg.WIDE) -> svg.Picture:
        """The picture. seen: how many tokens have been read, this one included."""
        n, heads, hidden, vocab = config.n_embd, config.n_head, 4 * config.n_embd, config.vocab_size
        size = n // heads
        numbers = f"The residual stream is a list of {n} numbers."
        drawn = svg.Picture(width, 0, "The path of one token through the GPT: every list at its length", numbers)
        column = _Column(drawn, min(CELL, (width - LEFT - 12) / hidden))
        letter = column.list("row of wte: which letter", [n], "value")
        position = column.list("row of wpe: which position", [n], "value")
        start = column.list("their sum, after rmsnorm", [n], "residual", gap=20)
        column.join((letter, position), start, n)
        names = [f", layer {number}" for number in range(config.n_layer)] if config.n_layer > 1 else [""]
        for name in names:
            column.branch(f"attention{name}: rmsnorm", [n])
            column.list("query", [size] * heads, "attention", note=f"{heads} heads × {size}")
            column.list("keys, in the cache", [n], "attention", times=seen, note=f"{seen} tokens × {n}")
            column.list("values, in the cache", [n], "attention", times=seen, note=f"{seen} tokens × {n}")
            column.list("where heads look", [seen] * heads, "attention", note=f"{heads} heads × {seen}")
            column.list("heads, side by side", [size] * heads, "attention", note=f"{heads} heads × {size}")
            column.add("attn_wo", [n])
            column.branch(f"mlp{name}: rmsnorm", [n])
            column.list("mlp_fc1, then relu", [hidden], "value")
            column.add("mlp_fc2", [n])
        end = column.y - 4
        column.list("logits: lm_head times x", [vocab], "value", gap=14)
        column.list("softmax, probabilities", [vocab], "value")
        drawn.height = column.y + 4
        stream = [(LEFT - 2, start), (STREAM, start), (STREAM, end + 24), (LEFT - 6, end + 24)]
        drawn.arrow(stream, "residual", 6)
        for y in column.sums:
            drawn.dot(STREAM, y, "residual", 12, "paper")
            drawn.text(STREAM, y, "+", "residual", bold=True)
        drawn.text(STREAM, start - 16, f"x: {n}", "residual", size=svg.SMALL, bold=True)
        return drawn

    class _Column:
        """Lists from top to bottom, and where they leave the residual stream and come back to it."""

        def __init__(self, drawn: svg.Picture, cell: float) -> None:
            self.drawn, self.cell, self.y = drawn, cell, 6.0
            self.sums: list[float] = []

        def list(
            self, name: str, pieces: list[int], role: str, *, times: int = 1, note: str = "", gap: float = 10
        ) -> float:
            """A name and a list below it, in pieces; `times` of them below each other. The height of its middle."""
            total = sum(pieces)
            note = note or f"{total}"
            self.drawn.text(LEFT, self.y + 8, f"{name}: {note}", anchor="start", size=svg.SMALL)
            top = self.y + 18
            for row in range(times):
                x = float(LEFT)
                for piece in pieces:
                    y = top + row * (TALL / 2 + 2 if times > 1 else 0)
                    tall = TALL / 2 if times > 1 else TALL
                    self.drawn.box(x, y, piece * self.cell, tall, role, "tint", rounded=1)
                    marks = "".join(f"M{x + i * self.cell:.1f} {y:.1f}v{tall:.1f}" for i in range(1, piece))
                    self.drawn.curve(marks or "M0 0", role, 0.4)
                    x += piece * self.cell + 5
            bottom = top + (times * (TALL / 2 + 2) - 2 if times > 1 else TALL)
            self.drawn.describe(f"{name}: {note} numbers." if note == f"{total}" else f"{name}: {note}.")
            self.y = bottom + gap
            return (top + bottom) / 2

        def add(self, name: str, pieces: list[int]) -> float:
            """A list that is added to the residual stream."""
            y = self.list(f"{name}, added to x", pieces, "residual")
            self.drawn.arrow([(LEFT - 2, y), (STREAM + 14, y)], "residual", 2)
            self.sums.append(y)
            self.y += 10
            return y

        def join(self, heights: tuple[float, float], to: float, length: int) -> None:
            """Two lists of this length are added, and become a third."""
            right = LEFT + length * self.cell
            x = max(right + 40, max(text.right for text in self.drawn.texts) + 16)
            for y in heights:
                self.drawn.line([(right + 4, y), (x, y), (x, to - 12)], "value", 2)
            self.drawn.arrow([(x, to), (right + 6, to)], "residual", 2)
            self.drawn.dot(x, to, "residual", 12, "paper")
            self.drawn.text(x, to, "+", "residual", bold=True)

        def branch(self, name: str, pieces: list[int]) -> None:
            """A list that is computed from the residual stream."""
            y = self.list(name, pieces, "residual")
            self.drawn.arrow([(STREAM, y), (LEFT - 4, y)], "residual", 2)

    return locals()


def _shares():
    """Draw several ways to share out the same whole as bars, side by side: what softmax makes of scaled logits."""

    from notebook_tools import chart, picture, svg

    def show(labels: list[str], shares: dict[str, list[float]]) -> None:
        """One panel for each title in shares, one bar for each label, its number above it.

        Raises ValueError when a panel has not one number for each label.
        """
        picture.show(drawing(labels, shares))

    def drawing(labels: Sequence[str], shares: Mapping[str, Sequence[float]], width: float = svg.WIDE) -> svg.Picture:
        """The picture. A bar is a probability."""
        columns = min(len(shares), max(1, int(width // 160)))
        across, down = width / columns, 190
        rows = -(-len(shares) // columns)
        drawn = svg.Picture(width, rows * down, "Bars of probabilities")
        for index, (title, row) in enumerate(shares.items()):
            if len(row) != len(labels):
                raise ValueError(f"softmax gave {len(row)} numbers for {len(labels)} logits: it must give one for each.")
            left, top = index % columns * across, index // columns * down
            place = (left + 8, top + 30, across - 16, down - 66)
            plot = chart.Plot(drawn, place, chart.Scale(-0.6, len(labels) - 0.4), chart.Scale(0, 1.12))
            plot.axes(x_ticks=[], y_ticks=[])
            drawn.text(left + across / 2, top + 12, title, bold=True)
            drawn.line([(plot.left, plot.bottom), (plot.right, plot.bottom)], "soft", 1)
            for place_of, (label, share) in enumerate(zip(labels, row)):
                plot.bar(place_of, share, 0.66 * plot.width / len(labels), "value")
                x, y = plot.at(place_of, share)
                drawn.text(x, y - 10, f"{share:.2f}", "value", size=svg.SMALL)
                drawn.text(x, plot.bottom + 13, label, size=svg.SMALL)
            drawn.describe(f"{title}: " + ", ".join(f"{label} {share:.3f}" for label, share in zip(labels, row)) + ".")
        return drawn

    return locals()


def _slices():
    """Draw how heads share one vector: which numbers of the query and of every cached key and value each of them reads."""

    from notebook_tools import picture, svg

    CELL, TALL, NAME = 36, 30, 74
    Vectors = Sequence[Sequence]

    def show(query: Sequence, keys: Vectors, values: Vectors, n_head: int, attend) -> None:
        """Draw what each head gets, and what a learner's `attend` makes of it. The vectors: numbers or `Value`s."""
        picture.show(drawing(query, keys, values, n_head, attend))

    def drawing(
        query: Sequence, keys: Vectors, values: Vectors, n_head: int, attend, width: float = svg.WIDE
    ) -> svg.Picture:
        """The picture: a panel for each head. attend: called with vectors as they were given."""
        wide = len(query) // n_head
        panels = [
            (head * wide, attend(*(_cut(what, head * wide, wide) for what in (query, keys, values))))
            for head in range(n_head)
        ]
        rows = [("query", [query]), ("keys", keys), ("values", values)]
        high = sum(len(vectors) * TALL + 10 for _, vectors in rows)
        beside = width >= 600
        cell = min(CELL, (width - NAME - 8) / len(query))
        results = 0 if beside else 128
        drawn = svg.Picture(width, 0, f"{n_head} heads share {len(query)} numbers: each takes its own columns of every row")
        top = 0.0
        for head, (start, (output, weights)) in enumerate(panels):
            drawn.text(4, top + 12, f"head {head + 1}", "attention", anchor="start", bold=True)
            places = f"numbers {start} to {start + wide - 1} of every row"
            drawn.text(NAME, top + 12, places, "soft", anchor="start", size=svg.SMALL)
            y = top + 28
            begin = y
            drawn.box(NAME + start * cell - 3, begin - 3, wide * cell + 6, high - 4, "attention", "paper")
            for name, vectors in rows:
                drawn.text(NAME - 8, y + TALL / 2, name, "soft", anchor="end", size=svg.SMALL)
                for vector in vectors:
                    for at, value in enumerate(vector):
                        inside = start <= at < start + wide
                        x = NAME + at * cell
                        role = "attention" if inside else "other"
                        drawn.box(x + 1, y + 1, cell - 2, TALL - 2, role, "tint" if inside else "paper", rounded=3)
                        drawn.text(
                            x + cell / 2, y + TALL / 2, svg.number(svg.plain(value), 3), "ink" if inside else "other"
                        )
                    y += TALL
                y += 10
            mine = [svg.plain(number) for number in query[start : start + wide]]
            scores = [sum(map(mul, mine, map(svg.plain, key[start:]))) for key in keys]
            lines = [
                ("dot products", ", ".join(svg.number(score, 3) for score in scores)),
                (
                    f"divided by √{wide}",
                    ", ".join(f"{score / wide**0.5:.3f}".replace("-", "−") for score in scores),
                ),
                ("weights", ", ".join(f"{svg.plain(weight):.3f}" for weight in weights)),
                ("output", "[" + ", ".join(svg.number(svg.plain(number), 3) for number in output) + "]"),
            ]
            x, at = (NAME + len(query) * cell + 40, begin + 18) if beside else (NAME, begin + high + 8)
            if beside:
                drawn.arrow([(x - 32, begin + high / 2 - 4), (x - 8, begin + high / 2 - 4)], "attention")
            for name, text in lines:
                drawn.text(x, at, f"{name}:", "soft", anchor="start", size=svg.SMALL)
                bold = name == "output"
                drawn.text(x + 110, at, text, "attention" if bold else "ink", anchor="start", size=svg.SMALL, bold=bold)
                at += 26
            drawn.describe(f"Head {head + 1} takes {places}: {'; '.join(f'{name} {text}' for name, text in lines)}.")
            top = begin + high + results + 12
            if head < n_head - 1:
                drawn.grid([(4, top - 8), (width - 4, top - 8)])
                top += 4
        drawn.height = top - 8
        return drawn

    def _cut(vectors, start: int, wide: int):
        """A head's part of a vector, or of each vector in a list."""
        if isinstance(vectors[0], (list, tuple)):
            return [vector[start : start + wide] for vector in vectors]
        return vectors[start : start + wide]

    return locals()


def _steps():
    """Draw how far a numerical slope is off, for steps from large to tiny."""

    from notebook_tools import chart, picture, svg

    LOOKS = [("value", "line"), ("other", "dash"), ("ink", "line")]

    def show(steps: list[float], errors: dict[str, list[float]]) -> None:
        """One line for each name in errors: the error at each step, both axes in powers of ten."""
        picture.show(drawing(steps, errors))

    def drawing(steps: Sequence[float], errors: Mapping[str, Sequence[float]], width: float = svg.WIDE) -> svg.Picture:
        """The picture; an error of exactly 0 leaves a gap."""
        drawn = svg.Picture(width, 330, "Error of a numerical derivative, for steps from large to tiny")
        top = chart.legend(drawn, 4, [(name, *look) for name, look in zip(errors, LOOKS)])
        found = [error for row in errors.values() for error in row if error > 0] or [1.0]
        low, high = min(found) / 3, max(found) * 3
        place = (62, top + 30, width - 90, drawn.height - top - 84)
        plot = chart.Plot(drawn, place, chart.Scale(steps[0], steps[-1], log=True), chart.Scale(low, high, log=True))
        most = 6 if width < 500 else 12
        plot.axes("step h, smaller to the right", "error of the derivative", plot.x_scale.ticks(most), show=chart.power)
        for (name, row), (role, mark) in zip(errors.items(), LOOKS):
            there = [(step, error) for step, error in zip(steps, row) if error > 0]
            if there:
                plot.line(*zip(*there), role, 2.5, "dash" if mark == "dash" else "")
                plot.dots(*zip(*there), role, 3.5, "paper" if mark == "dash" else "fill")
            best = min(range(len(steps)), key=row.__getitem__)
            drawn.describe(
                f"{name}: from {row[0]:.0e} at h = {steps[0]:.0e} down to {row[best]:.0e} at h = {steps[best]:.0e}, "
                f"then {row[-1]:.0e} at h = {steps[-1]:.0e}."
            )
        return drawn

    return locals()


def _stream():
    """Draw the residual stream through a block: what each part reads from it, and what it adds."""

    from notebook_tools import picture, svg

    STREAM, STEP = 92, 108
    Update = tuple[str, Sequence, Sequence]  # the name of a part, what it reads (after the norm), what it returns

    def show(start: Sequence, updates: Sequence[Update], title: str = "The residual stream") -> None:
        """Draw x from top to bottom. updates: (name, normed, output) for each part; numbers or `Value`s."""
        picture.show(drawing(start, updates, title))

    def drawing(
        start: Sequence, updates: Sequence[Update], title: str = "The residual stream", width: float = svg.WIDE
    ) -> svg.Picture:
        """The picture. x after each part is x before it plus what the part returns."""
        x = [svg.plain(value) for value in start]
        width = min(width, 430)
        left = 190 if width > 400 else 150
        part = min(width - left - 8, 170)
        drawn = svg.Picture(width, 0, title, f"x begins as {_list(x)}.")
        y = 18.0
        stream = min(STREAM, left / 2 - 4)
        drawn.text(stream, y, f"x = {_list(x)}", "residual", bold=True, size=svg.SMALL)
        top = y + 14
        for name, normed, output in updates:
            normed, output = [svg.plain(value) for value in normed], [svg.plain(value) for value in output]
            x = [old + new for old, new in zip(x, output)]
            branch, join, last = top + 12, top + STEP - 26, top + STEP
            drawn.line([(stream, top), (stream, join - 12)], "residual", 6)
            drawn.arrow([(stream, branch), (left - 4, branch)], "residual", 2)
            drawn.text(left, branch, f"rmsnorm: {_list(normed)}", "ink", anchor="start", size=svg.SMALL)
            middle = (branch + join) / 2
            drawn.box(left, middle - 16, part, 32, "attention" if name == "attention" else "value", "tint")
            drawn.text(left + part / 2, middle, name, "attention" if name == "attention" else "value", bold=True)
            drawn.text(left, join, f"returns {_list(output)}", "ink", anchor="start", size=svg.SMALL)
            drawn.arrow([(left - 6, join), (stream + 14, join)], "residual", 2)
            drawn.dot(stream, join, "residual", 12, "paper")
            drawn.text(stream, join, "+", "residual", bold=True)
            drawn.line([(stream, join + 12), (stream, last)], "residual", 6)
            drawn.describe(f"{name} reads {_list(normed)} and adds {_list(output)}: x is {_list(x)}.")
            drawn.text(stream, last + 14, f"x = {_list(x)}", "residual", bold=True, size=svg.SMALL)
            top = last + 28
        drawn.height = top
        return drawn

    def _list(vector: Sequence[float]) -> str:
        return "[" + ", ".join(svg.number(round(value, 2), 3) for value in vector) + "]"

    return locals()


def _surprise():
    """Where in a name a model is surprised."""

    from notebook_tools import chart, picture, svg

    def by_letter(tokens: Sequence[int], mean_loss: Callable[[Sequence[int]], float]) -> list[float]:
        """The surprise at each predicted token, in nats, from a function that only gives the mean over a beginning.

        tokens: [bos, ..., bos]. mean_loss: of the first tokens, such as part 7's `sequence_loss` as a number. The sum up
        to one token less the sum up to the one before it is that token's own.
        """
        sums = [0.0] + [mean_loss(tokens[: end + 1]) * end for end in range(1, len(tokens))]
        return [after - before for before, after in zip(sums, sums[1:])]

    def draw(names: Mapping[str, Sequence[float]], title: str, even: float) -> None:
        """Show a row of bars for each name: the surprise at each letter and at the end. even: the loss of pure guessing."""
        picture.show(drawing(names, title, even))

    def drawing(names: Mapping[str, Sequence[float]], title: str, even: float, width: float = svg.WIDE) -> svg.Picture:
        """The picture. A letter above the dashed line surprises the model more than it would surprise pure guessing."""
        words = f"The dashed line is pure guessing, {even:.2f} nats. {describe(names)}"
        drawn = svg.Picture(width, 132 * len(names) + 24, title, words)
        chart.legend(drawn, 4, [("nats at each letter", "value", "fill"), (f"pure guessing: {even:.2f}", "ink", "dash")])
        highest = max(even, *(number for nats in names.values() for number in nats))
        widest = max(len(nats) for nats in names.values())
        for index, (name, nats) in enumerate(names.items()):
            top = 132 * index + 30
            wide = (width - 24) / widest
            plot = chart.Plot(
                drawn, (12, top + 36, width - 24, 68), chart.Scale(-0.5, widest - 0.5), chart.Scale(0, highest)
            )
            drawn.text(12, top + 6, f"{name}: {_mean(nats):.2f} nats per token", anchor="start", bold=True)
            drawn.line([(plot.left, plot.bottom), (plot.left + wide * len(nats), plot.bottom)], "soft", 1)
            _, level = plot.at(0, even)
            for place, (letter, number) in enumerate(zip([*name, "end"], nats)):
                plot.bar(place, number, 0.6 * wide, "value")
                x, y = plot.at(place, number)
                above = y - 9 if abs(y - 9 - level) > 8 else level - 9  # the dashed line runs through no number
                drawn.text(x, above, f"{number:.1f}", "value", size=12)
                drawn.text(x, plot.bottom + 13, letter, size=svg.SMALL)
            drawn.line([(plot.left, level), (plot.left + wide * len(nats), level)], "ink", 1.2, "dash")
        return drawn

    def describe(names: Mapping[str, Sequence[float]]) -> str:
        """For each name the mean surprise, and where it is largest and smallest."""
        sentences = []
        for name, nats in names.items():
            places = [*(f"letter {place}, {letter}," for place, letter in enumerate(name, start=1)), "the end"][: len(nats)]
            most, least = nats.index(max(nats)), nats.index(min(nats))
            sentences.append(
                f"{name}: {_mean(nats):.2f} nats per token, most at {places[most]} with {nats[most]:.1f}, "
                f"least at {places[least]} with {nats[least]:.1f}."
            )
        return " ".join(sentences)

    def _mean(numbers: Sequence[float]) -> float:
        return sum(numbers) / len(numbers)

    return locals()


def _tables():
    """Draw a table of bigram counts: rows are the tokens before, columns the tokens after, stronger is more often."""

    from notebook_tools import chart, picture, svg

    FEW = 10  # tokens; up to here the counts themselves stand in the fields

    def show(counts: list[list[int]], tokenizer) -> None:
        """Draw the counts of a learner's `bigram_counts`. Raises ValueError when they are not a square table."""
        labels = [*tokenizer.chars, "BOS"]
        if [len(row) for row in counts] != [len(labels)] * len(labels):
            raise ValueError(f"The table must have {len(labels)} rows and {len(labels)} columns: a token each, BOS last.")
        picture.show(drawing(counts, labels))

    def drawing(counts: Sequence[Sequence[int]], labels: Sequence[str], width: float = svg.WIDE) -> svg.Picture:
        """The picture: a field for each pair. The colour grows with the logarithm of the count."""
        side = min((width - 66) / len(labels), 44)
        top = 44 if width >= 500 or len(labels) <= FEW else 68
        drawn = svg.Picture(width, side * len(labels) + top + 8, "How often each token follows each other", "")
        drawn.description = _described(counts, labels)
        most = max(1, *(count for row in counts for count in row))
        shades = [0.0, *(10.0**power for power in range(math.floor(math.log10(most)) + 1))] if len(labels) > FEW else []
        drawn.text(4, 12, "rows: token before; columns: token after", "soft", anchor="start", size=svg.SMALL)
        x, y = (4, 34) if width < 500 or not shades else (width - 340, 12)
        for shade in shades:
            strength = _strength(shade, most)
            drawn.box(x, y - 7, 14, 14, "value", "fill", strength=0.05 + 0.95 * strength, rounded=0)
            name = f"{shade:,.0f}" if shade < 1000 else f"{shade / 1000:.0f}k"
            drawn.text(x + 18, y, name, "soft", anchor="start", size=svg.SMALL)
            x += 30 + svg.measure(name, svg.SMALL)
        strengths = [[_strength(count, most) for count in row] for row in counts]
        words = [[f"{count}" for count in row] for row in counts] if len(labels) <= FEW else None
        chart.heat_map(drawn, (42, top), side, strengths, (labels, labels), "value", words)
        return drawn

    def _strength(count: float, most: int) -> float:
        return math.log10(count + 1) / math.log10(most + 1)

    def _described(counts: Sequence[Sequence[int]], labels: Sequence[str]) -> str:
        """What can be seen: how many pairs, the commonest, how many fields are empty."""
        pairs = sorted(
            ((count, f"{labels[i]} then {labels[j]}") for i, row in enumerate(counts) for j, count in enumerate(row)),
            reverse=True,
        )
        common = ", ".join(f"{name} {count:,} times" for count, name in pairs[:4])
        empty = sum(count == 0 for count, _ in pairs)
        return (
            f"Table of {len(labels)} by {len(labels)} pairs of tokens, {sum(count for count, _ in pairs):,} counted. "
            f"Commonest: {common}. {empty} fields are 0."
        )

    return locals()


def _temperatures():
    """What a temperature does: to the next token's probabilities, and to the names."""

    from notebook_tools import chart, picture, svg

    LOWEST = 0.0001  # what the axis shows; less is drawn as this much

    def draw(by_temperature: Mapping[float, Sequence[float]], tokens: Sequence[str], title: str) -> None:
        """Show a row for each temperature: the probability of each token, on a scale of powers of ten."""
        picture.show(drawing(by_temperature, tokens, title))

    def drawing(
        by_temperature: Mapping[float, Sequence[float]], tokens: Sequence[str], title: str, width: float = svg.WIDE
    ) -> svg.Picture:
        """The picture. Where temperature 1 is among them, its probabilities are rings in each of the other rows."""
        drawn = svg.Picture(width, 140 * len(by_temperature) + 50, title, describe(by_temperature, tokens))
        own = by_temperature.get(1.0)
        entries = [("probability", "value", "dot")] + [("at temperature 1", "other", "ring")] * (own is not None)
        chart.legend(drawn, 4, entries)
        size = min(12, (width - 78) / (len(tokens) + 0.2))  # so that neighbours have room
        for index, (temperature, probabilities) in enumerate(by_temperature.items()):
            top = 140 * index + 30
            x_scale, y_scale = chart.Scale(-0.6, len(tokens) - 0.4), chart.Scale(LOWEST, 1.0, log=True)
            plot = chart.Plot(drawn, (54, top + 30, width - 78, 82), x_scale, y_scale)
            plot.axes(x_ticks=[], y_ticks=[0.0001, 0.01, 1.0])
            drawn.text(54, top + 10, f"temperature {temperature:g}", anchor="start", bold=True)
            for place, (token, share) in enumerate(zip(tokens, probabilities)):
                x, y = plot.at(place, max(share, LOWEST))
                drawn.line([(x, plot.bottom), (x, y)], "value", 2)
                if own is not None and temperature != 1.0:
                    drawn.dot(*plot.at(place, max(own[place], LOWEST)), "other", 3.5, "paper")
                drawn.dot(x, y, "value", 3.5)
                drawn.label([(x, plot.bottom + 12, "middle"), (x - 4, plot.bottom + 12, "start")], token, size=size)
        return drawn

    def describe(by_temperature: Mapping[float, Sequence[float]], tokens: Sequence[str]) -> str:
        """For each temperature the likeliest token, and how many tokens it takes to have nine draws out of ten."""
        sentences = []
        for temperature, probabilities in by_temperature.items():
            best = max(range(len(tokens)), key=lambda token: probabilities[token])
            sentences.append(
                f"At temperature {temperature:g} the likeliest is {tokens[best]} with {probabilities[best]:.2f}, "
                f"and {enough(probabilities)} tokens share nine tenths."
            )
        return " ".join(sentences)

    def enough(probabilities: Sequence[float], share: float = 0.9) -> int:
        """How many of the likeliest tokens it takes for their probabilities to sum to the share."""
        total = 0.0
        for count, probability in enumerate(sorted(probabilities, reverse=True), start=1):
            total += probability
            if total >= share:
                return count
        return len(probabilities)

    def columns(names_by_temperature: Mapping[float, Sequence[str]], known: set[str]) -> str:
        """The names in a column for each temperature, as text; a star behind those that are known, that is, in the data."""
        heads = [f"at {temperature:g}" for temperature in names_by_temperature]
        starred = [[f"{name}{'*' if name in known else ''}" for name in names] for names in names_by_temperature.values()]
        widths = [max(map(len, [head, *names])) for head, names in zip(heads, starred)]
        rows = [heads, *zip(*starred)]
        return "\n".join("   ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)

    return locals()


def _lesson():
    """What a notebook needs of the course: the learner's own modules, the data files, and the checks."""

    from notebook_tools import checks, explaining, finding

    def start(part: int) -> Lesson:
        """Begin the notebook of a part: find the learner's modules, and say where each one comes from."""
        lesson = Lesson(part, Path.cwd())
        print("\n".join(lesson.found.lines()))
        return lesson

    class Lesson:
        """One notebook in use. folder: where the notebook is."""

        def __init__(self, part: int, folder: Path) -> None:
            self.part = part
            self.folder = folder
            self.found = finding.find(part, folder)
            finding.install(self.found)
            sys.dont_write_bytecode = True  # its files know whole seconds only, too coarse for two saves within one
            self._seen: dict[str, int] = {}
            self._model = ""

        @contextlib.contextmanager
        def exploring(self) -> Iterator[None]:
            """Run code that uses the learner's modules as they are saved now; errors are explained in a sentence.

            A task that isn't written yet, a module that isn't there or doesn't load, an error in the learner's own code:
            each ends the cell with what to do, and the notebook goes on.
            """
            self._look_again()
            usual = gc.get_threshold()
            # Graphs have no cycles, and the usual search for cycles takes half of the time.
            gc.set_threshold(100_000, 20, 100)
            try:
                yield
            except Exception as error:  # whatever a learner's code raises
                print(explaining.explain(error, self.found))
            finally:
                gc.set_threshold(*usual)

        def check(self, task: str) -> float:
            """Check one task of the module next to this notebook, print the result, and return the points."""
            self._look_again()
            print("\n".join((report := checks.run(task, self.found.own, self.found.theirs.values())).lines))
            return report.earned

        def data(self, name: str) -> Path:
            """The path of a data file of the course, such as names.txt. Raises FileNotFoundError with a sentence."""
            for folder in (self.folder, self.folder / "datasets", *(above / "datasets" for above in self.folder.parents)):
                if (folder / name).is_file():
                    return folder / name
            raise FileNotFoundError(
                f"{name} is not next to this notebook: download it again from where you got the notebook."
            )

        def model_file(self) -> Path:
            """A trained model's path: the learner's, from `make capstone`, or else the course's. Prints which, once."""
            kept = (above / "runs" / "capstone.json" for above in (self.folder, *self.folder.parents))
            path = next((path for path in kept if path.is_file()), None)
            said = f"Your own model, trained by your capstone: {path}"
            if path is None:
                path = self.data("trained_weights.json")
                said = f"The course's trained model, {path.name}. After make capstone, your own is used instead."
            if said != self._model:
                self._model = said
                print(said)
            return path

        def _look_again(self) -> None:
            """Find the modules again, and reload all of them when one was saved: they use each other's classes."""
            self.found = finding.find(self.part, self.folder)
            finding.install(self.found)
            times = {name: path.stat().st_mtime_ns for name, path in self.found.modules.items()}
            if self._seen and times != self._seen:
                changed = ", ".join(f"{name}.py" for name in times if times[name] != self._seen.get(name))
                print(f"Reloaded, because it changed: {changed}. Values from earlier cells still use the old version.")
            if times != self._seen:
                for name in (*times, *self._seen, "weights"):  # weights.py makes Values, so it holds their class too
                    sys.modules.pop(name, None)
            self._seen = times

    return locals()


def _walks():
    """Draw backpropagation step by step, and why the order of its steps matters."""

    from notebook_tools import graph, picture, svg

    GAP = 18  # between panels
    RADIUS = 17  # of a value in the small pictures

    def show_steps() -> None:
        """Show the worked example of part 1, step by step."""
        picture.show(step_by_step(by_hand(), "Backpropagation through c = a·b + a, step by step"))

    def show_two_walks() -> None:
        """Show what a walk that does not wait computes on a diamond."""
        picture.show(two_walks(diamond(), "A value that is used twice: the naive walk and the right one"))

    def show_order() -> None:
        """Show how the topological order of the diamond is built."""
        picture.show(building_the_order(diamond(), "The topological order, built by a depth-first search"))

    def show_to_order() -> None:
        """Show the small graph whose order the learner writes down."""
        picture.show(graph.drawing(to_order(), "z = h·x + h, where h = a·b", known=()))

    def try_order(names: Sequence[str]) -> None:
        """Print what `backward` would compute with this list for the small graph, the first value first."""
        print(tried(to_order(), names))

    def order(nodes: graph.Nodes) -> list[int]:
        """The values, each after its inputs: the topological order that a depth-first search from the result finds."""
        found: list[int] = []

        def visit(key: int) -> None:
            if key not in found:
                for child, _ in nodes[key].inputs:
                    visit(child)
                found.append(key)

        visit(next(iter(nodes)))
        return found

    def pass_on(nodes: graph.Nodes, walk: Sequence[int]) -> list[dict[int, float]]:
        """The gradients at the beginning, and after each value of the walk has passed on its own."""
        grads = {next(iter(nodes)): 1.0}
        states = [dict(grads)]
        for key in walk:
            for child, slope in nodes[key].inputs:
                grads[child] = grads.get(child, 0.0) + grads.get(key, 0.0) * slope
            states.append(dict(grads))
        return states

    def naive(nodes: graph.Nodes) -> list[int]:
        """The walk that visits each value once, as soon as it is reached: it does not wait for the value's other uses."""
        found: list[int] = []

        def visit(key: int) -> None:
            if key not in found:
                found.append(key)
                for child, _ in nodes[key].inputs:
                    visit(child)

        visit(next(iter(nodes)))
        return found

    def tried(nodes: graph.Nodes, names: Sequence[str]) -> str:
        """What is wrong with a list of all values, or that each of them comes after its inputs."""
        keys = {node.name: key for key, node in nodes.items()}
        if unknown := [name for name in names if name not in keys]:
            return f"There is no {unknown[0]} in this graph. Its values: {', '.join(sorted(keys))}."
        if missing := [name for name in sorted(keys) if name not in names]:
            return f"Not yet: {', '.join(missing)} must be on the list, too."
        if repeated := [name for name in sorted(keys) if list(names).count(name) > 1]:
            return f"Not yet: {repeated[0]} is on the list twice, so it would pass on its gradient twice."
        walk = [keys[name] for name in reversed(names)]
        states, right = pass_on(nodes, walk), pass_on(nodes, list(reversed(order(nodes))))[-1]
        from_the_end = f"From its end, backward visits {', '.join(reversed(names))}."
        for value in names:
            inputs = [nodes[child].name for child, _ in nodes[keys[value]].inputs]
            late = next((name for name in inputs if names.index(name) > names.index(value)), None)
            if late is not None:
                had = svg.number(states[walk.index(keys[late])].get(keys[late], 0.0))
                wrong = [key for key in nodes if states[-1].get(key, 0.0) != right[key]]
                got = "".join(
                    f" {nodes[key].name} ends with {svg.number(states[-1].get(key, 0.0))} instead of "
                    f"{svg.number(right[key])}."
                    for key in wrong
                )
                return (
                    f"Not yet: {value} is on the list before its input {late}. {from_the_end} So {late} passes on its "
                    f"gradient, {had}, before {value} has added its share.{got}"
                )
        grads = ", ".join(f"{nodes[key].name} {svg.number(right[key])}" for key in walk)
        return (
            f"Right: each value is on the list after its inputs. {from_the_end} The gradients: {grads}. "
            "Other orders can be right, too."
        )

    def step_by_step(nodes: graph.Nodes, title: str, width: float = svg.WIDE) -> svg.Picture:
        """The values forward, then a panel for each value that passes on its gradient, the result first."""
        walk = [key for key in reversed(order(nodes)) if nodes[key].inputs]
        states = pass_on(nodes, walk)
        name = {key: node.name or svg.number(node.data) for key, node in nodes.items()}
        final = _with_gradients(nodes, states[-1])
        panels = [("Forward: each step computes a value and its local gradients.", {}, {})]
        for key, before, after in zip(walk, states, states[1:]):
            shares = []
            for child in dict.fromkeys(child for child, _ in nodes[key].inputs):
                slopes = [slope for other, slope in nodes[key].inputs if other == child]
                gain = sum(slopes) * before[key]
                had = svg.number(before.get(child, 0.0))
                total = f" ({had} + {svg.as_term(gain)} = {svg.number(after[child])})" if child in before else ""
                shares.append(f"{name[child]} gets {svg.number(gain)}{total}")
            begin = f"Backward: {name[key]} starts with gradient 1. It" if key == walk[0] else name[key]
            text = f"{begin} passes {svg.number(before[key])} times the local gradient to its inputs: {', '.join(shares)}."
            panels.append((text, after, {key: svg.number(before[key])}))
        return _stacked(final, panels, title, width, graph.describe(final))

    def two_walks(nodes: graph.Nodes, title: str, width: float = svg.WIDE) -> svg.Picture:
        """The naive walk, which goes wrong, and the right one: the number at a box says when it passes on its gradient."""
        panels, said = [], []
        right = pass_on(nodes, list(reversed(order(nodes))))[-1]
        for label, walk in (("Naive walk", naive(nodes)), ("Topological order", list(reversed(order(nodes))))):
            states = pass_on(nodes, walk)
            names = ", ".join(nodes[key].name for key in walk)
            wrong = [key for key in nodes if states[-1][key] != right[key]]
            text = f"{label}: {names}."
            if wrong:
                early = next(key for at, key in enumerate(walk) if states[at].get(key) != states[-1][key])
                then = states[walk.index(early)][early]
                whole = svg.number(right[early])
                text += f" {nodes[early].name} passes on {svg.number(then)}, and its gradient becomes {whole} only later."
                text += "".join(
                    f" So {nodes[key].name} gets {svg.number(states[-1][key])} instead of {svg.number(right[key])}."
                    for key in wrong
                )
            else:
                text += " Each value waits for all values that use it."
            marks = {key: str(at) for at, key in enumerate(walk, start=1)}
            notes = {key: f"not {svg.number(right[key])}" for key in wrong}
            if wrong:
                notes[early] = f"passed on {svg.number(then)}"
            panels.append((text, states[-1], {}, marks, notes))
            said.append(text)
        return _stacked(_with_gradients(nodes, right), panels, title, width, " ".join(said))

    def building_the_order(nodes: graph.Nodes, title: str, width: float = svg.WIDE) -> svg.Picture:
        """The depth-first search from the result: a panel for each value that goes on the list."""
        columns = 3 if width >= 600 else 2 if width >= 440 else 1
        across = width / columns
        upright = graph.Diagram(nodes, grads=False)
        xs, ys = ([point[axis] for point in upright.middle.values()] for axis in (0, 1))
        unit = (across - 2 * RADIUS - 24) / (max(xs) - min(xs))
        height = max((max(ys) - min(ys)) * 0.75, 2 * RADIUS) + 2 * RADIUS
        full = order(nodes)
        down = height + 98
        rows = -(-len(full) // columns)
        rule = "A value goes on the list once all of its inputs are on it."
        drawn = svg.Picture(width, 0, title, rule)
        begin = drawn.lines_of_text(6, 12, rule, width - 12, anchor="start", size=svg.SMALL, bold=True) + 2
        for index, key in enumerate(full):
            listed, path = full[: index + 1], _path_to(key, nodes, full[:index])
            left, top = index % columns * across, begin + index // columns * down
            node = nodes[key]
            inputs = " and ".join(dict.fromkeys(nodes[child].name for child, _ in node.inputs))
            verb = "is" if len({child for child, _ in node.inputs}) == 1 else "are"
            walked = " → ".join(nodes[step].name for step in path)
            text = f"{walked}: {node.name} has no inputs." if not inputs else f"{walked}: {inputs} {verb} on the list."
            drawn.describe(f"Step {index + 1}: {text} The list: {', '.join(nodes[one].name for one in listed)}.")
            drawn.lines_of_text(left + 6, top + 12, f"{index + 1}. {text}", across - 14, anchor="start", size=svg.SMALL)
            place = {
                one: (left + RADIUS + 8 + (x - min(xs)) * unit, top + 44 + RADIUS + (y - min(ys)) * 0.75)
                for one, (x, y) in upright.middle.items()
            }
            for (child, parent), stations in upright.lines.items():
                points = [place[station] for station in stations]
                on_path = child in path and parent in path
                drawn.line(points, "ink" if on_path else "soft", 3 if on_path else 1)
            for one in nodes:
                drawn.dot(*place[one], "value" if one in listed else "ink" if one in path else "soft", RADIUS, "paper")
                if one in listed:
                    drawn.dot(*place[one], "value", RADIUS, "fill")
                drawn.text(*place[one], nodes[one].name, bold=one in path, on=one in listed)
            y = top + 44 + height + 18
            drawn.text(left + 6, y, "list:", "soft", anchor="start", size=svg.SMALL)
            for at, one in enumerate(listed):
                x = left + 48 + 28 * at
                drawn.box(x, y - 13, 25, 26, "value", "tint", rounded=3)
                drawn.text(x + 12.5, y, nodes[one].name, bold=one == key)
        back = ", ".join(nodes[one].name for one in reversed(full))
        drawn.text(
            6, begin + rows * down + 8, f"backward walks the list from its end: {back}", anchor="start", size=svg.SMALL
        )
        drawn.describe(f"backward walks the list from its end: {back}.")
        drawn.height = begin + rows * down + 24
        return drawn

    def by_hand() -> dict[int, graph.Node]:
        """c = a·b + a at a = 2, b = 3."""
        c, d, a, b = range(4)
        return {
            c: graph.Node("c", "+", 8.0, 1.0, ((d, 1.0), (a, 1.0))),
            d: graph.Node("d", "×", 6.0, 1.0, ((a, 3.0), (b, 2.0))),
            a: graph.Node("a", "", 2.0, 4.0),
            b: graph.Node("b", "", 3.0, 2.0),
        }

    def to_order() -> dict[int, graph.Node]:
        """z = h·x + h with h = a·b, at a = 2, b = 3, x = 2: h is near the result on one path and farther on the other."""
        z, m, h, x, a, b = range(6)
        return {
            z: graph.Node("z", "+", 18.0, inputs=((m, 1.0), (h, 1.0))),
            m: graph.Node("m", "×", 12.0, inputs=((h, 2.0), (x, 6.0))),
            h: graph.Node("h", "×", 6.0, inputs=((a, 3.0), (b, 2.0))),
            x: graph.Node("x", "", 2.0),
            a: graph.Node("a", "", 2.0),
            b: graph.Node("b", "", 3.0),
        }

    def diamond() -> dict[int, graph.Node]:
        """x → a, a → b and c, b·c: a is used twice, and was itself computed from x. x = 1, a = 3x, b = 2a, c = a + 1."""
        y, b, c, a, x = range(5)
        nodes = {
            y: graph.Node("y", "×", 24.0, inputs=((b, 4.0), (c, 6.0))),
            b: graph.Node("b", "×2", 6.0, inputs=((a, 2.0),)),
            c: graph.Node("c", "+1", 4.0, inputs=((a, 1.0),)),
            a: graph.Node("a", "×3", 3.0, inputs=((x, 3.0),)),
            x: graph.Node("x", "", 1.0),
        }
        return _with_gradients(nodes, pass_on(nodes, list(reversed(order(nodes))))[-1])

    def _with_gradients(nodes: graph.Nodes, grads: Mapping[int, float]) -> dict[int, graph.Node]:
        return {key: replace(node, grad=grads[key]) for key, node in nodes.items()}

    def _path_to(key: int, nodes: graph.Nodes, listed: Sequence[int]) -> list[int]:
        """The values that the search is in when it reaches this one: the first way from the result past what is listed."""

        def search(at: int) -> list[int] | None:
            if at == key:
                return [at]
            for child, _ in nodes[at].inputs:
                if child not in listed and (rest := search(child)):
                    return [at, *rest]
            return None

        return search(next(iter(nodes))) or [key]

    def _stacked(nodes: graph.Nodes, panels: Sequence[tuple], title: str, width: float, description: str) -> svg.Picture:
        """Panels below each other: a text, the known gradients, the values that pass theirs on, marks and notes."""
        diagram = graph.Diagram(nodes)
        if diagram.width > width:
            diagram = graph.Diagram(nodes, upright=True)
        heights = [
            len(svg.wrap(panel[0], width - 12, svg.SMALL)) * 1.35 * svg.SMALL + diagram.height + 16 for panel in panels
        ]
        drawn = svg.Picture(width, sum(heights) + GAP * (len(panels) - 1), title, description)
        top = 0.0
        for (text, paid, hot, *more), height in zip(panels, heights):
            below = drawn.lines_of_text(4, top + 10, text, width - 12, anchor="start", size=svg.SMALL)
            left = max((width - diagram.width) / 2, 0)
            diagram.draw(drawn, left, below + 4, paid, hot, *more)
            top += height + GAP
            if panels[-1][0] != text:
                drawn.grid([(4, top - GAP / 2), (width - 4, top - GAP / 2)])
        return drawn

    return locals()


SECTIONS = {
    "svg": _svg,
    "checks": _checks,
    "finding": _finding,
    "reading": _reading,
    "removing": _removing,
    "chart": _chart,
    "picture": _picture,
    "explaining": _explaining,
    "arrows": _arrows,
    "bars": _bars,
    "cache": _cache,
    "curves": _curves,
    "gradients": _gradients,
    "graph": _graph,
    "growth": _growth,
    "heads": _heads,
    "histograms": _histograms,
    "letters": _letters,
    "loop": _loop,
    "means": _means,
    "paths": _paths,
    "products": _products,
    "reach": _reach,
    "shapes": _shapes,
    "shares": _shares,
    "slices": _slices,
    "steps": _steps,
    "stream": _stream,
    "surprise": _surprise,
    "tables": _tables,
    "temperatures": _temperatures,
    "lesson": _lesson,
    "walks": _walks,
}
PUBLIC = {"Lesson": "lesson", "start": "lesson"}


def __getattr__(name: str):
    """Let notebooks write `from notebook_tools import start` or `from notebook_tools import heads`."""
    if name in PUBLIC:
        return getattr(globals().get(PUBLIC[name]) or __getattr__(PUBLIC[name]), name)
    if name not in SECTIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = section = SimpleNamespace(**SECTIONS[name]())
    return section
