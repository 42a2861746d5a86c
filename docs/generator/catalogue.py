"""The catalogue of known mistakes: a page for each task, with an entry for each mistake that its checks recognise.

The entries are written when the site is built, from the part's misconceptions.toml and mistake_examples.json, from
mistake_families.toml, and from the wrong code as far as it may be shown. A page in docs/mistakes/ has one line, which
this module replaces:

    % The known mistakes of task 5.2
    % All known mistakes
    % All kinds of mistakes

An entry's address is its task and its id, such as mistakes/5.2.html#attn-wo-left-out, and never changes.
"""

from __future__ import annotations

import functools
import json
import re
from html import escape

from sphinx.application import Sphinx

from autograder.course import SUITES, Part, Task, parts, read_toml
from autograder.grading.checks import checks_of
from autograder.grading.misconceptions import Misconception, misconceptions
from generator.wrong_code import wrong_code

LEFT_OUT = "no_catalogue"  # the tag for a site without the catalogue
FOLDER = "mistakes"
TASK_LINE = re.compile(r"^% The known mistakes of task (\S+)$", re.MULTILINE)
ALL_LINE = re.compile(r"^% All known mistakes$", re.MULTILINE)
KINDS_LINE = re.compile(r"^% All kinds of mistakes$", re.MULTILINE)
# How names in ids are written in a title. Sphinx must make the same id of the title, so the only sign is a hyphen.
NAMES = {"bos": "BOS", "relu": "ReLU", "gelu": "GELU", "mlp": "MLP", "none": "None", "lm head": "lm-head",
         "head dim": "head-dim", "n head": "n-head", "on step": "on-step", "attn wo": "attn-wo"}  # fmt: skip
SMALL = {"attn-wo", "e", "eps", "exp", "fc1", "head-dim", "lm-head", "log", "m", "on-step", "rmsnorm", "std", "v", "wo"}


def escaped(text: str) -> str:
    """Plain text as Markdown that shows just that."""
    return "".join("\\" + char if char in r"\`*_{}[]<>#$~|^" else char for char in text)


def prose(text: str) -> str:
    """A sentence as Markdown: text between backticks is code, everything else is shown as it is."""
    pieces = " ".join(text.split()).split("`")
    return "".join(f"`{piece}`" if i % 2 else escaped(piece) for i, piece in enumerate(pieces))


def title(mistake: Misconception) -> str:
    """The heading of an entry, from the id: `bos-first` is `BOS first`."""
    text = mistake.id.replace("-", " ")
    for name, written in NAMES.items():
        text = re.sub(rf"\b{name}\b", written, text)
    return text if text.split()[0] in SMALL else text[0].upper() + text[1:]


@functools.cache
def families() -> dict[str, dict[str, str]]:
    """The kinds of mistakes, by id."""
    return read_toml(SUITES / "mistake_families.toml")["families"]


@functools.cache
def examples(part: Part) -> dict[str, dict]:
    """The input that shows each mistake of a part, by id."""
    return json.loads((part.suite / "mistake_examples.json").read_text(encoding="utf-8"))["examples"]


def tasks() -> list[tuple[Part, Task, list[Misconception]]]:
    """The tasks with known mistakes, in order."""
    found = [
        (part, task, [m for m in misconceptions(part) if m.task == task.id]) for part in parts() for task in part.tasks
    ]
    return [each for each in found if each[2]]


def count(number: int) -> str:
    return f"{number} known mistakes" if number > 1 else "one known mistake"


def link(mistake: Misconception, folder: str = "") -> str:
    """A link to an entry. folder: where the catalogue is, seen from the page."""
    return f"[{escaped(title(mistake))}]({folder}{mistake.task}.md#{mistake.id})"


def seen(message: list[str]) -> list[str]:
    """What the check printed, a row for each line. Unlike a block of code, it fits the width of a phone."""
    rows = [line.partition(":") for line in message]
    html = [
        f"<dt>{escape(name)}</dt><dd><code>{escape(what.strip(), quote=False)}</code></dd>" for name, _, what in rows
    ]
    return ['<dl class="seen">', *html, "</dl>"]


def entry(part: Part, mistake: Misconception) -> str:
    """The entry of one mistake."""
    family, example = families()[mistake.family], examples(part)[mistake.id]
    check = next(check for check in checks_of(part) if check.name == example["check"])
    others = example.get("fail", 1) - 1
    more = "" if not others else ", and so does one more check" if others == 1 else f", and so do {others} more checks"
    lines = [f"## {title(mistake)}", ""]
    if check.hidden:
        lines += [f"**What you see.** Only a hidden check fails: *{escaped(check.title)}*. Its input stays hidden.", ""]
    else:
        lines += [f"**What you see.** The check *{escaped(check.title)}* fails{more}:", ""]
        lines += [*seen(example["seen"]), ""]
    lines += [f"**What is wrong.** {prose(mistake.says)}", ""]
    if code := wrong_code(part, mistake):
        lines += ["The wrong code:", "", "```python", code, "```", ""]
    kind = f"[{escaped(family['title'])}](kinds.md#{mistake.family})"
    lines += [f"**Why it happens.** {prose(mistake.why or family['why'])} *Kind: {kind}.*", ""]
    lines += [f"**What to try.** {prose(family['try'])}", ""]
    return "\n".join(lines)


def task_page(task_id: str) -> str:
    """The page of a task."""
    part, task, mistakes = next(each for each in tasks() if each[1].id == task_id)
    command = f"`make check part={task.id}`"
    lines = [
        f"# Known mistakes: {task.id} {escaped(task.title)}",
        "",
        f"{command} recognises {count(len(mistakes))} by what your code returns, however it is written. Each entry "
        "shows a small input that makes the difference visible, what is wrong, why it happens, and what to try next. "
        f"It does not show the solution. If your mistake is not here, `make hint part={task.id}` gives a hint for your "
        "first failing check.",
        "",
        f"[Part {part.number}: {escaped(part.title)}](../learner/{part.name}.md) · [All known mistakes](index.md) · "
        "[Kinds of mistakes](kinds.md)",
        "",
    ]
    return "\n".join([*lines, *(entry(part, mistake) for mistake in mistakes)])


def all_mistakes() -> str:
    """The list of all mistakes by part and task, each with its sentence, folded up by task."""
    lines, last = [], None
    for part, task, mistakes in tasks():
        if part is not last:
            lines += [f"## Part {part.number}: {escaped(part.title)}", ""]
            last = part
        lines += [f"<details><summary>{task.id} {escape(task.title)}: {count(len(mistakes))}</summary>", ""]
        lines += [f"[The page of {task.id}]({task.id}.md)", ""]
        lines += [f"- {link(mistake)}: {prose(mistake.says)}" for mistake in mistakes]
        lines += ["", "</details>", ""]
    hidden = [f"{task.id} {task.title} <{task.id}>" for _, task, _ in tasks()]
    return "\n".join([*lines, "```{toctree}", ":hidden:", ":titlesonly:", "", "kinds", *hidden, "```"])


def all_kinds() -> str:
    """The kinds of mistakes, those with most members first, each with its explanation and its members."""
    members: dict[str, list[Misconception]] = {name: [] for name in families()}
    for _, _, mistakes in tasks():
        for mistake in mistakes:
            members[mistake.family].append(mistake)
    lines = []
    for name in sorted(members, key=lambda name: -len(members[name])):
        family = families()[name]
        lines += [f"({name})=", f"## {escaped(family['title'])}", "", prose(family["why"]), ""]
        lines += [f"**What to try.** {prose(family['try'])}", ""]
        lines += [f"<details><summary>{count(len(members[name]))}</summary>", ""]
        lines += [f"- {mistake.task} {link(mistake)}" for mistake in members[name]]
        lines += ["", "</details>", ""]
    return "\n".join(lines)


def common_mistakes(part: Part, linked: bool) -> str:
    """The common mistakes of a part with their sentences, and links to the pages with all of them. linked: whether the
    site has the catalogue.
    """
    chosen = [mistake for mistake in misconceptions(part) if mistake.common]
    folder = f"../{FOLDER}/"
    names = [link(mistake, folder) if linked else escaped(title(mistake)) for mistake in chosen]
    lines = [f"- **{name}** ({mistake.task}). {prose(mistake.says)}" for name, mistake in zip(names, chosen)]
    if linked:
        of_part = [(task, mistakes) for each, task, mistakes in tasks() if each is part]
        pages = [f"[{task.id} {escaped(task.title)}]({folder}{task.id}.md) ({len(found)})" for task, found in of_part]
        total = sum(len(found) for _, found in of_part)
        lines += [
            "",
            f"The checks of this part recognise {total} mistakes. Each has an entry with a small input that shows it:",
        ]
        lines += [" · ".join(pages) + "."]
    return "\n".join(lines)


def catalogue_line() -> str:
    """The sentence on the front page that links to the catalogue."""
    total = sum(len(mistakes) for _, _, mistakes in tasks())
    return f"The checks recognise [{total} mistakes]({FOLDER}/index.md): what you see, why it happens, and what to try."


def setup(app: Sphinx) -> dict[str, bool]:
    def read(app: Sphinx, name: str, source: list[str]) -> None:
        if not name.startswith(f"{FOLDER}/"):
            return
        for part in parts():
            app.env.note_dependency(str(part.suite / "misconceptions.toml"))
        source[0] = TASK_LINE.sub(lambda match: task_page(match[1]), source[0])
        source[0] = ALL_LINE.sub(lambda _: all_mistakes(), source[0])
        source[0] = KINDS_LINE.sub(lambda _: all_kinds(), source[0])

    def scripts(app: Sphinx, name: str, *_: object) -> None:
        if name == f"{FOLDER}/index":
            app.add_js_file("filter.js")

    app.connect("source-read", read)
    app.connect("html-page-context", scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
