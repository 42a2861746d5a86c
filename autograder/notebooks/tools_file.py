"""Write the package notebook_tools/ as one file, notebook_tools.py, for the folder of a released part.

Students then see one file in place of a folder. Each module becomes a function that returns the names it defines, so
modules may use the same names. A section runs when a notebook first imports it.
"""

from __future__ import annotations

import ast
import functools
import json
import sys
import textwrap
from graphlib import TopologicalSorter
from pathlib import Path

from autograder.notebooks.lesson_notebooks import TOOLS

# finding.py reads the list of parts with this expression. In the one file, the list itself takes its place.
READS_COURSE = 'json.loads(Path(__file__).with_name("course.json").read_text(encoding="utf-8"))'

HEAD = '''"""{summary}

The course generates this file from its notebook_tools/. There is nothing to edit here.
"""

from __future__ import annotations

{imports}


'''
FOOT = '''SECTIONS = {{
{sections}
}}
PUBLIC = {public}


def __getattr__(name: str):
    """Let notebooks write `from notebook_tools import start` or `from notebook_tools import heads`."""
    if name in PUBLIC:
        return getattr(globals().get(PUBLIC[name]) or __getattr__(PUBLIC[name]), name)
    if name not in SECTIONS:
        raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
    globals()[name] = section = SimpleNamespace(**SECTIONS[name]())
    return section
'''


@functools.cache
def tools_file(tools: Path = TOOLS) -> bytes:
    """Return the content of notebook_tools.py. A section's own imports stay in it, except those of the standard
    library, which are merged at the top."""
    sources = {path.stem: path.read_text(encoding="utf-8") for path in sorted(tools.glob("*.py"))}
    package = ast.parse(sources.pop("__init__"))
    public = {name.name: node.module.rpartition(".")[2] for node in _imports(package) for name in node.names}
    trees = {name: ast.parse(source) for name, source in sources.items()}
    needs = {name: _siblings(tree, tools.name) for name, tree in trees.items()}
    order = list(TopologicalSorter(needs).static_order())
    standard = {"from types import SimpleNamespace"}
    sections = []
    for name in order:
        lines = sources[name].splitlines()
        for node in reversed(_imports(trees[name])):
            module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            if module.partition(".")[0] in sys.stdlib_module_names:
                if module != "__future__":
                    standard |= _one_by_one(node)
                del lines[node.lineno - 1 : node.end_lineno]
        body = "\n".join(lines)
        if name == "finding":
            course = json.loads((tools / "course.json").read_text(encoding="utf-8"))
            parts = [f"    {json.dumps(number)}: {json.dumps(facts)}," for number, facts in course.items()]
            body = _replace_once(body, READS_COURSE, "\n".join(["{", *parts, "}"]))
        body = textwrap.indent(_without_gaps(body), "    ")
        sections.append(f"def _{name}():\n{body}\n\n    return locals()\n\n\n")
    head = HEAD.format(summary=ast.get_docstring(package), imports="\n".join(_merged(standard)))
    foot = FOOT.format(sections="\n".join(f'    "{name}": _{name},' for name in order), public=json.dumps(public))
    return (head + "".join(sections) + foot).encode("utf-8")


def _imports(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    """The imports at the top of a module, in order."""
    return [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]


def _siblings(tree: ast.Module, package: str) -> set[str]:
    """The modules of the package that a module imports."""
    froms = [node for node in _imports(tree) if isinstance(node, ast.ImportFrom) and node.module == package]
    return {name.name for node in froms for name in node.names}


def _one_by_one(node: ast.Import | ast.ImportFrom) -> set[str]:
    """An import statement as statements that import one name each."""
    start = f"from {node.module} import" if isinstance(node, ast.ImportFrom) else "import"
    return {f"{start} {ast.unparse(name)}" for name in node.names}


def _merged(statements: set[str]) -> list[str]:
    """Imports of one name each, as sorted lines with the names of a module together."""
    plain = sorted(line for line in statements if line.startswith("import "))
    names: dict[str, list[str]] = {}
    for line in sorted(statements - set(plain)):
        start, _, name = line.partition(" import ")
        names.setdefault(start, []).append(name)
    return plain + [f"{start} import {', '.join(group)}" for start, group in names.items()]


def _without_gaps(text: str) -> str:
    """The text with at most one empty line in a row, as inside a function."""
    lines = text.splitlines()
    return "\n".join(line for before, line in zip([None, *lines], lines) if line or before).strip()


def _replace_once(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise ValueError(f"notebook_tools/finding.py must read the list of parts once, with: {old}")
    return text.replace(old, new)
