"""`page`: the course as a static web page. Python, the editor and the checks run in the learner's browser.

Python is Pyodide and the editor CodeMirror; both come from npm, as browser/package-lock.json pins them. Everything is
in the folder, so a page asks no other host for anything, and its service worker keeps it for use without a network.
The checks are the recorded ones of the students' zip: nothing that is shipped to a page is secret. A page that a
self-learner builds for their own use has the solutions, too, and the hidden checks.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
import shutil
import subprocess
import zlib
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path

from autograder.bundle.board_recording import recorded_board
from autograder.bundle.capstone_recording import recorded_capstone
from autograder.bundle.class_page import ClassPage
from autograder.bundle.page_example import example, recorded_verdict
from autograder.bundle.recording import SEEDS, Extent, together
from autograder.bundle.recordings import recorded
from autograder.bundle.replay import needed_for
from autograder.bundle.students_zip import MODULES, STUDENT
from autograder.bundle.zip_file import write_zip
from autograder.course import EXERCISES, HERE, RECIPE_FILE, ROOT, SOLUTIONS, Part, parts
from autograder.errors import Failure
from autograder.grading.checks import checks_of
from autograder.learner.hints import SECTION
from autograder.notebooks.lesson_notebooks import notebook_path, read_notebook
from autograder.notebooks.lesson_page import lesson_cells, markdown_as_html
from autograder.stubs import GIVEN, fresh_stubs

SOURCE = ROOT / "browser"
SIGN = ROOT / "docs" / "_static" / "brand" / "icon.svg"
MARK = "page.json"  # in every built page: a folder without it is never replaced
PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
ENTRIES = {"page.js": "page.mjs", "interpreter.js": "interpreter.worker.mjs"}
MORE_MODULES = """backups learner/__init__ learner/hints learner/local_state bundle/capstone_replay capstone/agreement
    bundle/recipe_replay capstone/capstone_checks capstone/card_drawing capstone/run_result leaderboard/__init__
    leaderboard/noise leaderboard/recipe_answers leaderboard/recipe_source leaderboard/score_lines
    leaderboard/recipe_probes leaderboard/token_permutation""".split()
CAPSTONE_PROBES = ("training_probes.py", "step_probes.py")
LARGE = 100_000  # bytes of a file
MOST_TO_LOAD = 10_000_000  # bytes of a first visit, if the server compresses files
CHECKER = ("checker.py", "errand.py")  # of browser/python
# In a page with the solutions: the modules for what only it has, and what they read of each part.
PRACTICE_MODULES = """grading/hidden_conditions grading/store learner/achievements learner/harden
    learner/last_results learner/machine learner/merge_bases learner/mistake_edits learner/planted
    learner/recall_cards recall/__init__ recall/ask recall/bench recall/changed_code recall/make_questions
    recall/question stubs viva/__init__ viva/questions viva/recorded_run viva/recorder viva/student_code""".split()
PRACTICE_FILES = ("files.py", "hints.md", "misconceptions.toml", "probes.py", "viva.py")
DATASETS = ("names.txt",)
# Where a browser gives Python less room, and what the page says about it. Freeing a chain of 1,500 values that refer to
# each other ends a browser's Python.
SMALLER = {"chain": lambda a, factors, length: (a, factors, length // 50)}
# Parts whose checks train a model. Later verdicts must take at most 0.6 s, so these replay fewer recorded inputs.
FEWER_SEEDS = {7: SEEDS[:1], 8: SEEDS[:1]}
NOTES = {
    "backward_follows_a_chain_of_50_000_values": "In the browser, the chains have 100 and 1,000 values: Python has "
    "less memory for calls here. A backward that calls itself fails all the same."
}

SMALLER_CELLS = {
    "for length in (100, 5_000, 50_000):": "for length in (10, 100, 1_000):  # a browser has no room for 50,000"
}
# What the lessons say about a terminal, and what to do on the page in its place.
ON_THE_PAGE = {
    "Run the check below, or `make check part=0.1` in a terminal, **before** you write anything,\n"
    "then write `square`, save, and run it again.": "Choose *Check* **before** you write anything. Then write `square` "
    "and check again.",
    "In a terminal, that is `make check part=1.1`, or `make watch`, which checks each time you save.": "Ctrl-S checks.",
    "and save and check after each of them, with `make check part=1.4`:": "and check after each of them:",
    "In a terminal, run this in the folder of your file:\n"
    '`python -c "from part01_autograd import Value as V; a = V(2.0); (a * V(3.0) + a).backward()"`. Delete the print '
    "again.": "Run that cell: it shows what your code prints. Then delete the print again.",
}
# Some lessons ask the learner to change a cell.
EDITABLE = (
    'contenteditable="plaintext-only" role="textbox" aria-multiline="true" '
    'spellcheck="false" autocapitalize="off" tabindex="0"'
)


class NoPage(Failure):
    """The page can't be built; the message says what was wrong and what to do."""


class NoTools(NoPage):
    """Node.js, npm or the packages are missing on this machine."""


def make_page(
    to: Path,
    wanted: Sequence[Part] | None = None,
    on_progress: Callable[[str], None] = lambda words: None,
    of_class: ClassPage | None = None,
    solutions: bool = False,
) -> Path:
    """Build the page with these parts (all when None) in a folder, and return it. Raises NoPage.

    of_class: the class whose dates and links the page shows, if it is for one. solutions: add the hidden checks,
    `recall`, `harden` and the achievements, with the solutions and the known mistakes that they need. Never publish
    such a page.

    The folder must be empty or hold a page, which is replaced once the new one is complete.
    """
    if to.exists() and not to.is_dir():
        raise NoPage(f"{to} is a file: choose an empty folder, or a new one.")
    if to.is_dir() and any(to.iterdir()) and not (to / MARK).is_file():
        raise NoPage(f"{to} holds something other than a page: choose an empty folder, or a new one.")
    wanted = parts() if wanted is None else wanted
    modules = _node_modules(on_progress)
    building = to.with_name(f"{to.name}-unfinished")
    shutil.rmtree(building, ignore_errors=True)
    try:
        building.mkdir(parents=True)
        _write(building, wanted, modules, on_progress, of_class, solutions)
        if to.exists():
            shutil.rmtree(to)
        building.rename(to)
    except OSError as error:
        raise NoPage(f"The page can't be built in {to} ({error.filename or to}: {error.strerror}).") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return to


def bytes_to_load(path: Path) -> int:
    """Bytes to load for a first visit: of all files in a page's folder, or of one file, gzipped as servers do."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(len(zlib.compress(file.read_bytes(), 6)) for file in files if file.is_file())


def _write(
    folder: Path,
    wanted: Sequence[Part],
    modules: Path,
    on_progress: Callable[[str], None],
    of_class: ClassPage | None,
    solutions: bool,
) -> None:
    for name in PYODIDE:
        (folder / "pyodide").mkdir(exist_ok=True)
        shutil.copyfile(modules / "pyodide" / name, folder / "pyodide" / name)
    lock = json.loads((modules / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))
    _write_json(folder / "pyodide" / "pyodide-lock.json", {**lock, "packages": {}})  # none of them is in the folder
    (folder / "lessons").mkdir()
    for part in wanted:
        (folder / "lessons" / f"{part.name}.html").write_text(lesson(part), encoding="utf-8")
    on_progress("Recording the capstone, which takes a minute the first time ...")
    (folder / "capstone.json").write_bytes(recorded_capstone())  # the page loads it after a run of training
    checker = _checker_files(wanted, on_progress)
    checker |= _practice_files(wanted, on_progress) if solutions else {}
    write_zip(folder / "checker.zip", checker, tight_from=LARGE)  # it has 8 MB of recorded answers
    write_zip(folder / "learner.zip", _learner_files())
    loaded = ["checker.zip", "learner.zip", *(f"pyodide/{name}" for name in PYODIDE if not name.endswith("js"))]
    sizes = {name: (folder / name).stat().st_size for name in loaded}
    more = {**_example(wanted, checker), "practice": solutions, "sizes": sizes}
    _write_json(folder / "course.json", {**course_data(wanted, of_class), **more})
    for source in (SOURCE / "page.css", SOURCE / "page.webmanifest", SIGN):
        shutil.copyfile(source, folder / source.name)
    shutil.copyfile(SOURCE / "page.html", folder / "index.html")
    (folder / "LICENCES.txt").write_text(_licences(modules), encoding="utf-8")
    on_progress("Bundling the page's program ...")
    for bundled, source in ENTRIES.items():
        _bundle(SOURCE / "src" / source, folder / bundled)
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for name in files:
        digest.update(name.encode("utf-8") + b"\0" + (folder / name).read_bytes())
    manifest = {"version": digest.hexdigest()[:16], "files": ["./", *files]}
    _bundle(SOURCE / "src" / "service_worker.mjs", folder / "service_worker.js", f"__MANIFEST__={json.dumps(manifest)}")
    numbers = [part.number for part in wanted]
    _write_json(folder / MARK, {"version": manifest["version"], "parts": numbers, "solutions": solutions})


def _node_modules(on_progress: Callable[[str], None]) -> Path:
    """The folder of the npm packages, as the lock file pins them. Raises NoPage."""
    _node()
    modules = SOURCE / "node_modules"
    locked = (SOURCE / "package-lock.json").read_bytes()
    mark = modules / ".installed"
    digest = hashlib.sha256(locked).hexdigest()
    if mark.is_file() and mark.read_text(encoding="ascii") == digest:
        return modules
    npm = shutil.which("npm")
    if npm is None:
        raise NoTools("The page needs npm, which comes with Node.js 20 or newer: install it, then run this again.")
    on_progress("Fetching Pyodide and the editor from npm (25 MB) ...")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True, encoding="utf-8", errors="replace")
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["npm printed no reason"]
        raise NoTools(f"npm could not fetch the packages of {SOURCE} ({last[0]}). Is there a network? Run it again.")
    mark.write_text(digest, encoding="ascii")
    return modules


@functools.cache
def _node() -> str:
    """The program of Node.js. Raises NoTools."""
    node = shutil.which("node")
    if node is None:
        raise NoTools("The page needs Node.js 20 or newer: install it, then run this again.")
    said = subprocess.run(
        [node, "--version"], capture_output=True, text=True, encoding="utf-8", errors="replace"
    ).stdout
    if int((re.match(r"v(\d+)", said) or [0, 0])[1]) < 20:
        raise NoTools(f"The page needs Node.js 20 or newer, and {node} is {said.strip()}: install a newer one.")
    return node


def _bundle(entry: Path, to: Path, definition: str = "") -> None:
    """One program for the browser, from its modules. Raises NoPage."""
    esbuild = SOURCE / "node_modules" / "esbuild" / "bin" / "esbuild"
    options = ["--bundle", "--minify", "--format=esm", "--target=es2022", "--external:node:*", "--log-level=error"]
    command = [_node(), str(esbuild), str(entry), *options, f"--outfile={to}"]
    command += [f"--define:{definition}"] if definition else []
    done = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True, encoding="utf-8", errors="replace")
    if done.returncode != 0:
        raise NoPage(f"{entry} can't be bundled: {done.stderr.strip()[:500]}")


def course_data(wanted: Sequence[Part], of_class: ClassPage | None = None) -> dict:
    """What the page's program reads: parts, tasks and stubs, and the dates and links of a class."""
    due = of_class.due if of_class else {}
    stubs = {**fresh_stubs(), RECIPE_FILE: (EXERCISES / RECIPE_FILE).read_text(encoding="utf-8")}
    rows = [
        {
            "number": part.number,
            "name": part.name,
            "title": part.title,
            "file": part.file_name,
            "minutes": part.minutes,
            "due": due.get(part.name, ""),
            "tasks": [
                {
                    "id": task.id,
                    "title": task.title,
                    "defines": task.defines[0].rpartition(".")[2] if task.defines else "",
                }
                for task in part.tasks
            ],
        }
        for part in wanted
    ]
    of = {"links": list(of_class.links.items()), "zone": of_class.zone if due else ""} if of_class else {}
    return {
        "parts": rows,
        **of,
        "notes": NOTES,
        "stubs": {name: stubs[name] for name in (*(part.file_name for part in wanted), RECIPE_FILE)},
    }


def _example(wanted: Sequence[Part], checker: Mapping[str, bytes]) -> dict:
    """The front page's example with its verdict, which is on the screen before Python is loaded."""
    shown = example()
    if shown.part not in {part.number for part in wanted}:
        return {}
    report = recorded_verdict(shown, checker)
    return {"example": {"part": shown.part, "task": shown.task, "code": shown.code, "report": report}}


def extent(part: Part, hidden: bool = False) -> Extent:
    """What the page needs of a part's checks."""
    return Extent(SMALLER, FEWER_SEEDS.get(part.number, SEEDS), hidden)


def _checker_files(wanted: Sequence[Part], on_progress: Callable[[str], None]) -> dict[str, bytes]:
    """The grader as the students' zip has it, with the recorded checks."""
    files = {f"autograder/{name}.py": (HERE / f"{name}.py").read_bytes() for name in (*MODULES, *MORE_MODULES)}
    files |= {f"autograder/sandbox/{path.name}": path.read_bytes() for path in (HERE / "sandbox").glob("*.py")}
    files["autograder/course.toml"] = (HERE / "course.toml").read_bytes()
    files["autograder/bundle/board.json"] = recorded_board()
    files["autograder/capstone/__init__.py"] = b""  # the engine's own imports what needs numpy
    files["autograder/command_table/table.py"] = (STUDENT / "table.py").read_bytes()
    files |= {f"browser/{name}": (SOURCE / "python" / name).read_bytes() for name in CHECKER}
    stubs = fresh_stubs()
    files |= {f"exercises/{name}": stubs[name].encode("utf-8") for name in GIVEN}
    for part in wanted:
        on_progress(f"Recording part {part.number}, {part.title} ...")
        files |= {f"autograder/parts/{part.name}/{name}": data for name, data in recorded(part, extent(part)).items()}
        files[f"autograder/parts/{part.name}/hints.md"] = _public_hints(part).encode("utf-8")
    return files


def _public_hints(part: Part) -> str:
    """The hints of a part, without those for its hidden checks, which would describe them."""
    hidden = {check.name for check in checks_of(part) if check.hidden}
    text = (part.suite / "hints.md").read_text(encoding="utf-8")
    return SECTION.sub(lambda section: "" if section[1] in hidden else section[0], text)


def _practice_files(wanted: Sequence[Part], on_progress: Callable[[str], None]) -> dict[str, bytes]:
    """What a page with the solutions has in addition to the checker, or in place of its files: the hidden checks, the
    modules of `recall`, `harden` and the achievements, the reference, the known mistakes.
    """
    files = {f"autograder/{name}.py": (HERE / f"{name}.py").read_bytes() for name in PRACTICE_MODULES}
    files["browser/practice.py"] = (SOURCE / "python" / "practice.py").read_bytes()
    files["autograder/learner/achievements.toml"] = (HERE / "learner" / "achievements.toml").read_bytes()
    for part in needed_for(wanted):
        files[f"solutions/{part.file_name}"] = (SOLUTIONS / part.file_name).read_bytes()
    for part in wanted:
        on_progress(f"Recording the hidden checks of part {part.number}, {part.title} ...")
        every = together(recorded(part, extent(part)), recorded(part, extent(part, hidden=True)))
        files |= {f"autograder/parts/{part.name}/{name}": data for name, data in every.items()}
        paths = [part.suite / name for name in PRACTICE_FILES]
        files |= {f"autograder/parts/{part.name}/{path.name}": path.read_bytes() for path in paths if path.exists()}
    return files


def _learner_files() -> dict[str, bytes]:
    """What runs next to the learner's code: the probes' server, the lessons' tools and the names."""
    files = {f"serving/{name}": (SOURCE / "python" / name).read_bytes() for name in ("learner.py", "training.py")}
    files |= {f"serving/{name}": (HERE / "capstone" / name).read_bytes() for name in CAPSTONE_PROBES}
    files["serving/worker.py"] = (HERE / "sandbox" / "worker.py").read_bytes()
    for path in sorted((ROOT / "notebook_tools").iterdir()):
        if path.suffix in (".py", ".json"):
            files[f"notebook_tools/{path.name}"] = path.read_bytes()
    stubs = fresh_stubs()
    files |= {f"given/{name}": stubs[name].encode("utf-8") for name in GIVEN}
    files |= {f"datasets/{name}": (ROOT / "datasets" / name).read_bytes() for name in DATASETS}
    return files


def lesson(part: Part) -> str:
    """A part's lesson as HTML: the text of its notebook, and its cells of code, each with a button that runs it."""
    blocks = []
    (start,) = (cell["source"] for cell in read_notebook(notebook_path(part))["cells"] if cell["id"].endswith("-start"))
    blocks.append(f'<pre class="start" hidden>{escape(start)}</pre>')  # the page runs it before the first cell
    for cell in lesson_cells(part):
        text = cell["source"]
        if cell["cell_type"] == "markdown":
            for in_a_terminal, on_the_page in ON_THE_PAGE.items():
                text = text.replace(in_a_terminal, on_the_page)
            blocks.append(_html(text))
        elif "lesson.check(" not in text:
            for large, small in SMALLER_CELLS.items():
                text = text.replace(large, small)
            blocks.append(f'<div class="cell"><pre><code {EDITABLE}>{escape(text)}</code></pre></div>')
    return "\n".join(blocks) + "\n"


def _html(markdown: str) -> str:
    """A notebook's text as HTML, with headings one level below the page's own."""
    rendered = markdown_as_html(re.sub(r"^# .*\n", "", markdown, count=1))  # the page says the part's title itself
    return re.sub(r"<(/?)h([1-4])>", lambda found: f"<{found[1]}h{int(found[2]) + 1}>", rendered)


def _licences(modules: Path) -> str:
    """The licences of what the page holds, as each package brings it."""
    texts = ["The course: text CC BY 4.0, code MIT. The page holds these packages, too:\n"]
    for path in sorted(modules.glob("**/package.json")):
        facts = json.loads(path.read_text(encoding="utf-8"))
        if not facts.get("version") or "esbuild" in facts["name"]:
            continue
        texts.append(f"{facts['name']} {facts['version']}: {facts.get('license', 'see its package')}")
        texts += [file.read_text(encoding="utf-8") for file in sorted(path.parent.glob("LICENSE*"))]
    return "\n".join(texts) + "\n"


def _write_json(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")
