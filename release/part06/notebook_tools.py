"""What the notebooks share: finding the learner's modules, running the checks, and pictures with a text alternative.

The course generates this file from its notebook_tools/. There is nothing to edit here.
"""

from __future__ import annotations

import base64
import contextlib
import html
import importlib.util
import io
import json
import math
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace


def _picture():
    """Show a figure with its text alternative. The colours are told apart by colour-blind readers too."""

    # Okabe and Ito, Color Universal Design, 2008: https://jfly.uni-koeln.de/color/
    COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]
    HEAT = "cividis"  # one direction from dark to light, alike for every kind of colour vision

    def new(width: float, height: float):
        """An empty matplotlib figure of so many inches. It is shown by `show` alone: pyplot knows nothing of it."""
        from matplotlib.figure import Figure

        return Figure(figsize=(width, height), layout="constrained")

    def show(figure, description: str) -> None:
        """Display a matplotlib figure. description: what a reader who can't see it needs to know."""
        import matplotlib.pyplot as plt
        from IPython.display import display

        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=110, bbox_inches="tight", metadata={"Software": None})
        plt.close(figure)  # else the notebook shows a figure of pyplot's a second time
        image = base64.b64encode(buffer.getvalue()).decode("ascii")
        picture = f'<img alt="{html.escape(description)}" src="data:image/png;base64,{image}">'
        display({"text/html": picture, "text/plain": f"[Picture: {description}]"}, raw=True)

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
        return Checked(_lines(report, module), report["earned"])

    def _grader(module: Path) -> list[str] | None:
        """How to call the grader: the one in the course's folder above the module, or else the installed one."""
        for above in module.parents:
            if (above / "autograder" / "__main__.py").is_file():
                return [str(above / "autograder" / "__main__.py")]
        return ["-m", "autograder"] if importlib.util.find_spec("autograder") else None

    def _lines(report: dict, module: Path) -> list[str]:
        """One line per check, the first failing check in full, and the points."""
        points = f"{report['earned']:g} of {report['possible']:g} points."
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
    """Where a learner's modules are: next to the notebook, in the folders of the other parts, in exercises/."""

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
        "9": {"module": "part09_understanding", "title": "Understanding", "needs": ["part01_autograd", "part04_parameters"]},
        "10": {"module": "part10_experiments", "title": "Experiments", "needs": ["part01_autograd", "part02_tokenizer", "part03_layers", "part04_parameters", "part05_gpt", "part06_adam", "part07_training", "part08_generation"]},
    }
    WHERE_TO_PUT = "Put the folder of its part next to this folder, or the file next to this notebook."

    @dataclass(frozen=True)
    class Found:
        """The modules of a part and of those that it builds on. own: the file that the part is written in."""

        title: str
        own: Path
        needed: tuple[str, ...]
        modules: dict[str, Path]

        def lines(self) -> list[str]:
            """What the learner reads at the start of a notebook."""
            lines = [f"{self.title}. You write {self.own.name}; this notebook uses:"]
            for name in self.needed:
                place = self.modules.get(name)
                lines.append(f"  {name}.py  " + (f"from {place.parent}" if place else f"not found. {WHERE_TO_PUT}"))
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
        return Found(f"Part {part}, {facts['title']}", own, (*facts["needs"], facts["module"]), modules)

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


def _arrows():
    """Draw vectors of two numbers before and after a layer, with the circle on which their mean square is 1."""

    from notebook_tools import picture

    def show(before: list[list[float]], after: list[list[float]]) -> None:
        """One thin arrow for each vector before, one thick arrow of the same colour for what became of it."""
        figure = picture.new(5.4, 5.0)
        axes = figure.add_subplot(aspect="equal")
        reach = 1.15 * max(abs(number) for vector in (*before, *after) for number in vector)
        around = [math.pi * step / 90 for step in range(181)]
        axes.plot([math.sqrt(2) * math.cos(a) for a in around], [math.sqrt(2) * math.sin(a) for a in around], "k:", lw=1)
        words = []
        for number, (old, new) in enumerate(zip(before, after), start=1):
            colour = picture.COLOURS[number - 1]
            for vector, width, style in ((old, 1.0, "--"), (new, 3.0, "-")):
                look = {
                    "arrowstyle": "->",
                    "color": colour,
                    "linewidth": width,
                    "linestyle": style,
                    "shrinkA": 0,
                    "shrinkB": 0,
                }
                axes.annotate("", xy=vector, xytext=(0, 0), arrowprops=look)
            axes.plot(*old, "o", color=colour, markersize=5)
            axes.annotate(str(number), old, xytext=(6, 5), textcoords="offset points", fontsize=11)
            words.append(f"{number}: ({old[0]:g}, {old[1]:g}) becomes ({new[0]:.2f}, {new[1]:.2f})")
        axes.set(xlim=(-reach, reach), ylim=(-reach, reach), xlabel="first number", ylabel="second number")
        axes.set_title("dashed to a dot: before. thick: after. dotted circle: mean square 1", fontsize=10)
        picture.show(figure, "Arrows from the origin before and after. " + "; ".join(words) + ".")

    return locals()


def _curves():
    """The loss, step by step, against lines to beat."""

    from matplotlib.figure import Figure

    from notebook_tools import picture

    LINE_STYLES = ["--", ":", "-."]

    def draw(losses: Sequence[float], lines: dict[str, float], title: str, window: int = 10) -> None:
        """Show the loss of each step as a dot, the running mean of the last `window` steps as a line, and level lines.

        lines: names and losses of what the model is compared with, such as {"pairs of letters": 2.453}.
        """
        figure = Figure(figsize=(8.2, 4.2), layout="constrained")
        axes = figure.subplots()
        steps = range(1, len(losses) + 1)
        axes.plot(steps, losses, ".", color=picture.COLOURS[5], markersize=5 if len(losses) < 200 else 3, label="one step")
        axes.plot(steps, running_mean(losses, window), color=picture.COLOURS[0], label=f"mean of the last {window} steps")
        for (name, height), style, colour in zip(lines.items(), LINE_STYLES, picture.COLOURS[1:]):
            axes.axhline(height, linestyle=style, color=colour, label=f"{name}: {height:.3f}")
        axes.set(xlabel="step", ylabel="loss, nats per token", title=title, xlim=(0, len(losses) + 1))
        figure.legend(loc="outside lower center", ncols=2, frameon=False)
        picture.show(figure, f"{title}. {describe(losses, lines, window)}")

    def running_mean(numbers: Sequence[float], window: int) -> list[float]:
        """The mean of each number and of those before it, at most `window` together."""
        means = []
        for end in range(1, len(numbers) + 1):
            last = numbers[max(0, end - window) : end]
            means.append(sum(last) / len(last))
        return means

    def describe(losses: Sequence[float], lines: dict[str, float], window: int) -> str:
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

    from matplotlib.figure import Figure

    from notebook_tools import picture

    MARKS = ["o", "s", "^", "D"]

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
        names = list(next(iter(models.values())))
        positive = [size for found in models.values() for size in found.values() if size > 0]
        if not positive:
            raise ValueError("No gradient reaches any matrix: somewhere on the way to the loss a number replaced a Value.")
        figure = Figure(figsize=(8.2, 0.32 * len(names) + 1.6), layout="constrained")
        axes = figure.subplots()
        for (model, found), mark, colour in zip(models.items(), MARKS, picture.COLOURS):
            present = [(found[name], row) for row, name in enumerate(names) if found[name] > 0]
            xs, ys = zip(*present) if present else ((), ())
            axes.plot(xs, ys, mark, linestyle="none", color=colour, markersize=8, label=model)
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xscale("log")
        axes.set_xlim(10 ** math.floor(math.log10(min(positive))), 10 ** math.ceil(math.log10(max(positive))))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.grid(axis="both", color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set(xlabel="size of the gradient (root mean square); each line to the right is ten times as much", title=title)
        figure.legend(loc="outside lower center", ncols=len(models), frameon=False)
        picture.show(figure, f"{title}. {describe(models)}")

    def describe(models: dict[str, dict[str, float]]) -> str:
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
    """Draw a computation graph: each value a box with its number and its gradient, the result on the right."""

    from notebook_tools import picture

    MOST_BOXES = 40  # more can't be read
    WIDTH, HEIGHT, APART = 1.25, 0.66, 1.75  # of a box; columns are APART from each other, rows 1

    def show(result, **names) -> None:
        """Draw the graph below a `Value`, such as `show(c, a=a, b=b)`: the names stand in the boxes of their values.

        Raises ValueError when the value remembers no other, and when there are too many to draw.
        """
        below = {id(value): children(value) for value in _all_values(result)}
        if not below[id(result)]:
            raise ValueError(
                "No graph to draw: no attribute of this Value holds the Values that it was computed from. Does your "
                "operator hand its children to the new Value, and does __init__ keep them?"
            )
        called = {id(value): name for name, value in names.items()}
        figure, described = _drawing(result, below, called)
        picture.show(figure, described)

    def children(value) -> list:
        """The values that this one was computed from, each once, under whatever names the learner's class keeps them."""
        kind, found = type(value), {}
        slots = [name for base in kind.__mro__ for name in _as_tuple(getattr(base, "__slots__", ()))]
        for name in [*slots, *getattr(value, "__dict__", {})]:
            for other in _values_in(getattr(value, name, None), kind):
                if other is not value:
                    found[id(other)] = other
        return list(found.values())

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

    def _columns(values: list, below: dict[int, list]) -> tuple[list[list[int]], dict[tuple[int, int], list[int]]]:
        """Which box stands in which column, the result's first, and by which stations each line runs, child to parent.

        A line that skips a column gets an empty place in it, named by a negative number, so that it crosses no box.
        """
        level = dict.fromkeys(map(id, values), 0)
        for _ in values:  # as often as the longest path could need
            for value in values:
                for child in below[id(value)]:
                    level[id(child)] = max(level[id(child)], level[id(value)] + 1)
        columns: list[list[int]] = [[] for _ in range(max(level.values()) + 1)]
        for value in values:
            columns[level[id(value)]].append(id(value))
        lines, empty = {}, 0
        for value in values:
            for child in below[id(value)]:
                stations = [id(child)]
                for column in range(level[id(child)] - 1, level[id(value)], -1):
                    empty -= 1
                    columns[column].append(empty)
                    stations.append(empty)
                lines[id(child), id(value)] = [*stations, id(value)]
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
        return {key: (-APART * i, height[key]) for i, column in enumerate(columns) for key in column}

    def _drawing(result, below: dict[int, list], called: dict[int, str]):
        """The figure, and the same in words."""
        from matplotlib.patches import FancyBboxPatch

        values = _all_values(result)
        columns, lines = _columns(values, below)
        place = _places(columns, lines)
        tallest = max(len(column) for column in columns)
        figure = picture.new(1.5 * len(columns) + 0.5, 0.95 * tallest + 0.3)
        axes = figure.add_subplot()
        axes.set(xlim=(-APART * (len(columns) - 1) - 0.8, 0.8), ylim=(-tallest / 2, tallest / 2), aspect="equal")
        axes.axis("off")
        for stations in lines.values():
            xs, ys = zip(*(place[key] for key in stations))
            axes.plot(xs, ys, color="0.45", linewidth=1.3, zorder=1)
            x, y = (xs[-2] + xs[-1]) / 2, (ys[-2] + ys[-1]) / 2
            axes.annotate(
                "", xytext=(x, y), xy=(x + (xs[-1] - x) / 9, y + (ys[-1] - y) / 9), arrowprops={"arrowstyle": "->"}
            )
        words = []
        for value in values:
            x, y = place[id(value)]
            name = called.get(id(value), "result" if value is result else "")
            colour = picture.COLOURS[1] if value is result else "0.45" if below[id(value)] else picture.COLOURS[0]
            corner = (x - WIDTH / 2, y - HEIGHT / 2)
            box = FancyBboxPatch(corner, WIDTH, HEIGHT, boxstyle="round,pad=0,rounding_size=0.1", zorder=2)
            box.set(facecolor="white", edgecolor=colour, linewidth=1.8)
            axes.add_patch(box)
            text = [name] * bool(name) + [f"data {value.data:.4g}", f"grad {value.grad:.4g}"]
            axes.text(x, y, "\n".join(text), ha="center", va="center", fontsize=8.5, zorder=3)
            words.append(_in_words(value, below, called))
        return figure, f"Computation graph of {len(values)} values, from the result back. " + "; ".join(words) + "."

    def _in_words(value, below: dict[int, list], called: dict[int, str]) -> str:
        """`c: data 8, gradient 1, made of 6 and a`: values without a name are called by their number."""
        name = called.get(id(value), f"{value.data:.4g}")
        made = " and ".join(called.get(id(child), f"{child.data:.4g}") for child in below[id(value)])
        return f"{name}: data {value.data:.4g}, gradient {value.grad:.4g}" + (f", made of {made}" if made else "")

    return locals()


def _growth():
    """How costs grow with the length of a text."""

    from matplotlib.figure import Figure

    from notebook_tools import picture

    STYLES = ["-", "--", "-.", ":"]
    Costs = Mapping[str, Callable[[int], int]]  # by name, as functions of the length

    def draw(costs: Costs, longest: Sequence[int], title: str) -> None:
        """Show the costs over the length, once for each of the longest lengths, from near to far."""
        figure = Figure(figsize=(8.2, 3.9), layout="constrained")
        figure.suptitle(title)
        for axes, end in zip(figure.subplots(1, len(longest), squeeze=False)[0], longest):
            lengths = range(1, end + 1)
            for (name, cost), style, colour in zip(costs.items(), STYLES, picture.COLOURS):
                label = name if end == longest[0] else None
                axes.plot(lengths, [cost(length) for length in lengths], style, color=colour, label=label, linewidth=2)
            axes.yaxis.set_major_formatter("{x:,.0f}")
            axes.xaxis.get_major_locator().set_params(integer=True)
            axes.set(xlabel="length, tokens", title=f"up to {end} tokens", xlim=(0, end * 1.02), ylim=(0, None))
        figure.supylabel("how many", fontsize="medium")
        figure.legend(loc="outside lower center", ncols=len(costs), frameon=False)
        picture.show(figure, f"{title}. {describe(costs, longest)}")

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

    from matplotlib.figure import Figure

    from notebook_tools import picture

    AHEAD = "#d9d9d9"  # grey, which the heat colours don't have: positions that can't be seen yet

    def draw(maps: Sequence[Sequence[Sequence[float]]], characters: Sequence[str], title: str) -> None:
        """Show the maps of the heads of one layer, side by side in rows of two.

        maps: [head][query][key], the query in row t has t + 1 keys; the weights as plain numbers. characters: what
        stands at each position, such as ["BOS", "e", "m", "m", "a"].
        """
        rows = (len(maps) + 1) // 2
        figure = Figure(figsize=(8.2, 3.7 * rows + 0.4), layout="constrained")
        figure.suptitle(title)
        grid = figure.subplots(rows, 2, squeeze=False).flatten()
        for head, (axes, rows_of_weights) in enumerate(zip(grid, maps)):
            image = _draw_head(axes, rows_of_weights, characters)
            axes.set_title(f"head {head}", fontsize=11)
        for axes in grid[len(maps) :]:
            axes.set_axis_off()
        figure.colorbar(image, ax=list(grid), label="weight", shrink=0.6)
        picture.show(figure, f"{title}. A square for each head. {describe(maps)}")

    def describe(maps: Sequence[Sequence[Sequence[float]]]) -> str:
        """A sentence for each head: where its weight goes, on average over the rows that have a choice."""
        sentences = []
        for head, rows in enumerate(maps):
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

    def _draw_head(axes, rows: Sequence[Sequence[float]], characters: Sequence[str]):
        size = len(rows)
        square = [[*row, *[float("nan")] * (size - len(row))] for row in rows]
        axes.set_facecolor(AHEAD)
        image = axes.imshow(square, cmap=picture.HEAT, vmin=0, vmax=1)
        names = list(characters)[:size]
        axes.set_xticks(range(size), names, rotation=90 if size > 9 else 0, fontsize=9)
        axes.set_yticks(range(size), names, fontsize=9)
        axes.set_xlabel("looks at")
        axes.set_ylabel("reads")
        if size <= 9:
            for query, row in enumerate(rows):
                for key, weight in enumerate(row):
                    ink = "black" if weight > 0.5 else "white"
                    axes.text(key, query, f"{weight:.2f}", ha="center", va="center", fontsize=7.5, color=ink)
        return image

    return locals()


def _histograms():
    """Draw how the numbers of each matrix are spread, before training and after."""

    from notebook_tools import picture

    def show(before: dict[str, list[float]], after: dict[str, list[float]]) -> None:
        """One panel for each matrix that is in both: an outline for before, filled bars for after, the spread of each."""
        names = [name for name in before if name in after]
        if not names:
            raise ValueError("No matrix has the same name before and after: compare the keys of your dict with 4.1.")
        figure = picture.new(8.6, 2.0 * math.ceil(len(names) / 3) + 0.4)
        panels = figure.subplots(math.ceil(len(names) / 3), 3, sharex=True, squeeze=False).flat
        reach = max(abs(number) for name in names for number in (*before[name], *after[name]))
        edges = [reach * (step / 30 - 1) for step in range(61)]
        words = []
        for axes, name in zip(panels, names):
            axes.hist(after[name], edges, density=True, color=picture.COLOURS[4], label="after")
            axes.hist(before[name], edges, density=True, histtype="step", color=picture.COLOURS[0], lw=1.8, label="before")
            axes.set_title(f"{name}: {_spread(before[name]):.2f} to {_spread(after[name]):.2f}", fontsize=9)
            axes.set_yticks([])
            words.append(f"{name} {_spread(before[name]):.2f} before, {_spread(after[name]):.2f} after")
        for axes in panels:
            axes.axis("off")
        for axes in figure.axes[: len(names)][-3:]:
            axes.set_xlabel("value; the taller, the more of it", fontsize="small")
        figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
        picture.show(figure, "Histograms of each matrix before and after training. Spread: " + "; ".join(words) + ".")

    def _spread(numbers: list[float]) -> float:
        """The standard deviation."""
        mean = sum(numbers) / len(numbers)
        return math.sqrt(sum((number - mean) ** 2 for number in numbers) / len(numbers))

    return locals()


def _letters():
    """Embeddings on a map: which letters does the model hold for alike."""

    import numpy as np
    from matplotlib.figure import Figure

    from notebook_tools import picture

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

        Principal components: the first two singular vectors of the centred matrix.
        https://en.wikipedia.org/wiki/Principal_component_analysis
        """
        matrix = np.array([list(vector) for vector in vectors.values()])
        centred = matrix - matrix.mean(axis=0)
        _, lengths, directions = np.linalg.svd(centred, full_matrices=False)
        places = centred @ directions[:2].T
        share = float((lengths[:2] ** 2).sum() / (lengths**2).sum())
        return {letter: (float(x), float(y)) for letter, (x, y) in zip(vectors, places)}, share

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
        places, share = flat_map(vectors)
        figure = Figure(figsize=(7.4, 5.6), layout="constrained")
        axes = figure.subplots()
        for letter, (x, y) in apart(places, 0.06).items():
            vowel = letter in VOWELS
            ring = {"boxstyle": "circle,pad=0.25", "fc": "white", "ec": picture.COLOURS[1]} if vowel else None
            axes.text(
                x,
                y,
                letter,
                ha="center",
                va="center",
                fontsize=13,
                color=picture.COLOURS[1 if vowel else 0],
                fontweight="bold" if vowel else "normal",
                bbox=ring,
            )
        xs, ys = zip(*places.values())
        axes.set(xlim=(min(xs) - 0.15, max(xs) + 0.15), ylim=(min(ys) - 0.15, max(ys) + 0.15), title=title)
        axes.set_xlabel(f"the two directions with the largest differences, {100 * share:.0f}% of all variance")
        picture.show(figure, f"{title}. {describe(vectors)}")

    def describe(vectors: Vectors) -> str:
        """What the map shows in words: the nearest letter of each vowel, and the closest pair of all."""
        pairs = [f"{letter} is {nearest(vectors, letter, 1)[0][0]}" for letter in VOWELS if letter in vectors]
        first, (second, cosine) = max(((a, nearest(vectors, a, 1)[0]) for a in vectors), key=lambda found: found[1][1])
        vowels = f"The nearest letter to {', to '.join(pairs)}. " if pairs else ""
        return (
            f"Letters as points, vowels in circles. {vowels}Closest of all are {first} and {second}, cosine {cosine:.2f}."
        )

    def _cosine(a: Sequence[float], b: Sequence[float]) -> float:
        a, b = np.array(list(a)), np.array(list(b))
        return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))

    return locals()


def _paths():
    """A narrow valley, and the paths that optimisers take through it."""

    import numpy as np
    from matplotlib.figure import Figure

    from notebook_tools import picture

    Point = tuple[float, float]
    STYLES = [("-o", picture.COLOURS[1]), ("-s", picture.COLOURS[0]), ("-^", picture.COLOURS[2])]

    def valley(x, y):
        """Nearly flat along x, steep along y, with the lowest point 0 at (0, 0). For `Value`s, numbers and arrays."""
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
        """Show the paths, by name, on a map of the valley: lines of equal height, darker where it is lower."""
        x, y = np.meshgrid(np.linspace(-9.5, 2.5, 120), np.linspace(-2.1, 2.1, 120))
        figure = Figure(figsize=(8.2, 3.9), layout="constrained")
        axes = figure.subplots()
        levels = [0, 0.1, 0.4, 1, 2, 3.5, 5.5, 8, 14]
        axes.contourf(x, y, valley(x, y), levels=levels, cmap="Greys_r", vmin=-14, vmax=9)
        axes.contour(x, y, valley(x, y), levels=levels[1:], colors="white", linewidths=0.7)
        for (name, points), (style, colour) in zip(paths.items(), STYLES):
            axes.plot(*zip(*points), style, color=colour, markersize=4, linewidth=1.4, label=f"{name}, {_end(points)}")
        axes.plot(0, 0, "*", color="black", markersize=13, label="the lowest point")
        axes.set(xlim=(-9.5, 2.5), ylim=(-2.1, 2.1), xlabel="x: flat this way", ylabel="y: steep this way", title=title)
        figure.legend(loc="outside lower center", ncols=len(paths) + 1, frameon=False)
        picture.show(figure, f"{title}. A map of a long narrow valley with its lowest point at (0, 0). {describe(paths)}")

    def describe(paths: dict[str, Sequence[Point]]) -> str:
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


def _shares():
    """Draw several ways to share out the same whole as bars, side by side: what softmax makes of scaled logits."""

    from notebook_tools import picture

    def show(labels: list[str], shares: dict[str, list[float]]) -> None:
        """One panel for each title in shares, one bar for each label, its number above it.

        Raises ValueError when a panel has not one number for each label.
        """
        figure = picture.new(2.6 * len(shares), 2.8)
        panels = figure.subplots(1, len(shares), sharey=True, squeeze=False)[0]
        words = []
        for axes, colour, (title, row) in zip(panels, picture.COLOURS, shares.items()):
            if len(row) != len(labels):
                raise ValueError(f"softmax gave {len(row)} numbers for {len(labels)} logits: it must give one for each.")
            bars = axes.bar(labels, row, color=colour)
            axes.bar_label(bars, [f"{share:.3f}" for share in row], fontsize=9, padding=2)
            axes.set(title=title, ylim=(0, 1.1))
            axes.spines[["top", "right"]].set_visible(False)
            words.append(f"{title}: " + ", ".join(f"{label} {share:.3f}" for label, share in zip(labels, row)))
        panels[0].set_ylabel("probability")
        picture.show(figure, "Bars of probabilities. " + "; ".join(words) + ".")

    return locals()


def _steps():
    """Draw how far a numerical slope is off, for steps from large to tiny."""

    from notebook_tools import picture

    def show(steps: list[float], errors: dict[str, list[float]]) -> None:
        """One line for each name in errors: the error at each step, both axes in powers of ten."""
        figure = picture.new(6.4, 3.8)
        axes = figure.add_subplot()
        words = []
        for (name, row), colour, mark in zip(errors.items(), picture.COLOURS, "os^"):
            axes.loglog(steps, row, color=colour, marker=mark, label=name)  # an error of exactly 0 leaves a gap
            best = min(range(len(steps)), key=row.__getitem__)
            words.append(
                f"{name}: from {row[0]:.0e} at h = {steps[0]:.0e} down to {row[best]:.0e} at h = {steps[best]:.0e}, "
                f"then {row[-1]:.0e} at h = {steps[-1]:.0e}"
            )
        axes.invert_xaxis()
        axes.set(xlabel="step h (smaller to the right)", ylabel="error of the slope")
        axes.legend(frameon=False)
        axes.grid(alpha=0.3)
        picture.show(figure, "Error of the slope over the step. " + "; ".join(words) + ".")

    return locals()


def _surprise():
    """Where in a name a model is surprised."""

    from matplotlib.figure import Figure

    from notebook_tools import picture

    def by_letter(tokens: Sequence[int], mean_loss: Callable[[Sequence[int]], float]) -> list[float]:
        """The surprise at each predicted token, in nats, from a function that only gives the mean over a beginning.

        tokens: [bos, ..., bos]. mean_loss: of the first tokens, such as part 7's `sequence_loss` as a number. The sum up
        to one token less the sum up to the one before it is that token's own.
        """
        sums = [0.0] + [mean_loss(tokens[: end + 1]) * end for end in range(1, len(tokens))]
        return [after - before for before, after in zip(sums, sums[1:])]

    def draw(names: Mapping[str, Sequence[float]], title: str, even: float) -> None:
        """Show a row of bars for each name: the surprise at each letter and at the end. even: the loss of pure guessing."""
        figure = Figure(figsize=(8.2, 1.5 * len(names) + 1.0), layout="constrained")
        rows = figure.subplots(len(names), 1, squeeze=False)[:, 0]
        figure.suptitle(title)
        widest = max(len(nats) for nats in names.values())
        highest = max(max(nats) for nats in names.values()) + 1.3
        for axes, (name, nats) in zip(rows, names.items()):
            axes.bar(range(len(nats)), nats, color=picture.COLOURS[0])
            axes.axhline(even, color=picture.COLOURS[1], linestyle="--", linewidth=1)
            for place, number in enumerate(nats):
                label = axes.text(place, number + 0.15, f"{number:.1f}", ha="center", va="bottom", fontsize=8)
                label.set_bbox({"fc": "white", "ec": "none", "pad": 0.6})
            axes.set_xticks(range(len(nats)), [*name, "end"])
            axes.set(xlim=(-0.6, widest - 0.4), ylim=(0, highest))
            axes.set_ylabel("nats", fontsize=9)
            axes.text(0.99, 0.9, f"{name}: {_mean(nats):.2f}", transform=axes.transAxes, ha="right", va="top")
        picture.show(figure, f"{title}. The dashed line is pure guessing, {even:.2f} nats. {describe(names)}")

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
    """Draw a table of bigram counts: rows are the tokens before, columns the tokens after, darker is rarer."""

    from notebook_tools import picture

    FEW = 10  # tokens; up to here the counts themselves stand in the fields

    def show(counts: list[list[int]], tokenizer) -> None:
        """Draw the counts of a learner's `bigram_counts`. Raises ValueError when they are not a square table."""
        labels = [*tokenizer.chars, "BOS"]
        if [len(row) for row in counts] != [len(labels)] * len(labels):
            raise ValueError(f"The table must have {len(labels)} rows and {len(labels)} columns: a token each, BOS last.")
        few = len(labels) <= FEW
        side = 1.6 + 0.42 * len(labels) if few else 8.2
        figure = picture.new(side, side * 0.88)
        axes = figure.add_subplot()
        image = axes.imshow([[math.log10(count + 1) for count in row] for row in counts], cmap=picture.HEAT)
        axes.set_xticks(range(len(labels)), labels, fontsize=9)
        axes.set_yticks(range(len(labels)), labels, fontsize=9)
        axes.set(xlabel="token after", ylabel="token before")
        bright = max(math.log10(count + 1) for row in counts for count in row) / 2
        for i, row in enumerate(counts if few else []):
            for j, count in enumerate(row):
                axes.text(j, i, count, ha="center", va="center", color="black" if math.log10(count + 1) > bright else "w")
        if not few:
            ticks = range(math.ceil(image.norm.vmax))
            bar = figure.colorbar(image, ticks=[math.log10(10**tick + 1) for tick in ticks], shrink=0.8)
            bar.ax.set_yticklabels([f"{10**tick:,}" for tick in ticks])
            bar.set_label("how often (darkest: never; the scale is logarithmic)")
        picture.show(figure, _described(counts, labels))

    def _described(counts: list[list[int]], labels: list[str]) -> str:
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

    from matplotlib.figure import Figure

    from notebook_tools import picture

    def draw(by_temperature: Mapping[float, Sequence[float]], tokens: Sequence[str], title: str) -> None:
        """Show a row of bars for each temperature: the probability of each token."""
        figure = Figure(figsize=(8.2, 1.55 * len(by_temperature) + 0.8), layout="constrained")
        rows = figure.subplots(len(by_temperature), 1, sharex=True, squeeze=False)[:, 0]
        figure.suptitle(title)
        for axes, (temperature, probabilities), colour in zip(rows, by_temperature.items(), picture.COLOURS):
            axes.bar(range(len(tokens)), probabilities, color=colour)
            axes.set_ylim(0, 1)
            axes.text(0.99, 0.85, f"temperature {temperature:g}", transform=axes.transAxes, ha="right", va="top")
            axes.set_ylabel("probability", fontsize=8)
        rows[-1].set_xticks(range(len(tokens)), tokens, fontsize=9)
        picture.show(figure, f"{title}. {describe(by_temperature, tokens)}")

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
        files = {path.resolve() for path in found.modules.values()}
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

        @contextlib.contextmanager
        def exploring(self) -> Iterator[None]:
            """Run code that uses the learner's modules as they are saved now; errors are explained in a sentence.

            A task that isn't written yet, a module that isn't there or doesn't load, an error in the learner's own code:
            each ends the cell with what to do, and the notebook goes on.
            """
            self._look_again()
            try:
                yield
            except Exception as error:  # whatever a learner's code raises
                print(explaining.explain(error, self.found))

        def check(self, task: str) -> float:
            """Check one task of the module next to this notebook, print the result, and return the points."""
            self._look_again()
            print("\n".join((report := checks.run(task, self.found.own, self.found.modules.values())).lines))
            return report.earned

        def data(self, name: str) -> Path:
            """The path of a data file of the course, such as names.txt. Raises FileNotFoundError with a sentence."""
            for folder in (self.folder, self.folder / "datasets", *(above / "datasets" for above in self.folder.parents)):
                if (folder / name).is_file():
                    return folder / name
            raise FileNotFoundError(
                f"{name} is not next to this notebook: download it again from where you got the notebook."
            )

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


SECTIONS = {
    "picture": _picture,
    "checks": _checks,
    "finding": _finding,
    "reading": _reading,
    "arrows": _arrows,
    "curves": _curves,
    "gradients": _gradients,
    "graph": _graph,
    "growth": _growth,
    "heads": _heads,
    "histograms": _histograms,
    "letters": _letters,
    "paths": _paths,
    "shares": _shares,
    "steps": _steps,
    "surprise": _surprise,
    "tables": _tables,
    "temperatures": _temperatures,
    "explaining": _explaining,
    "lesson": _lesson,
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
