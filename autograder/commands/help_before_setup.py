"""The text of --help before anything is installed, read from the commands' source. Standard library only.

The usual help comes from typer, and typer must first be installed, which takes minutes.
"""

from __future__ import annotations

import ast
import functools
import inspect
import os
import textwrap
from collections.abc import Iterator

from autograder.command_table import group_in, modules, summaries

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WIDTH = 78


def help_text(arguments: list[str]) -> str:
    """The help for the command in these arguments; a list of all commands if there is none."""
    words = [argument for argument in arguments if not argument.startswith("-")]
    module = modules().get(words[0]) if words else None
    if module is None:
        return _list("COMMAND", summaries())
    group = group_in(module)
    functions = dict(_functions_in(f"autograder.commands.{module}" if module else "autograder.cli"))
    name = words[1] if group and len(words) > 1 else "" if group else words[0]
    if name in functions:
        return "\n".join(_about(f"{group or ''} {name}".strip(), *functions[name]))
    first_paragraphs = {
        name: inspect.cleandoc(ast.get_docstring(function) or "").split("\n\n")[0]
        for name, (function, _) in functions.items()
    }
    return _list(f"{group} COMMAND", {"Commands": first_paragraphs})


def _list(words: str, sections: dict[str, dict[str, str]]) -> str:
    lines = [f"Usage: python -m autograder {words} [OPTIONS]", ""]
    for title, entries in sections.items():
        lines += [f"{title}:", *(_entry(*entry) for entry in entries.items()), ""]
    return "\n".join([*lines, "For more about a command: COMMAND --help", ""])


def _about(name: str, function: ast.FunctionDef, module: str) -> Iterator[str]:
    parameters = [(argument.arg, *_declared(argument.annotation, module)) for argument in function.args.args]
    arguments, options = [], []
    for parameter, kind, call, where in parameters:
        if call is None:
            continue
        words = {each.arg: _text(each.value, where) for each in call.keywords}
        names = [_text(each, where) for each in call.args]
        if call.func.attr == "Argument":
            arguments.append((words.get("metavar") or parameter.upper(), words.get("help", "")))
        else:
            names = ", ".join(names) or f"--{parameter.replace('_', '-')}"
            value = "" if kind == "bool" else f" {words.get('metavar') or f'<{kind.lower()}>'}"
            options.append((names + value, words.get("help", "")))
    yield " ".join(["Usage: python -m autograder", name, "[OPTIONS]", *(metavar for metavar, _ in arguments)])
    yield ""
    for paragraph in inspect.cleandoc(ast.get_docstring(function) or "").split("\n\n"):
        yield _filled(paragraph, "  ", "  ") + "\n"
    for heading, entries in ("Arguments", arguments), ("Options", [*options, ("-h, --help", "Show this message.")]):
        if entries:
            yield "\n".join([f"{heading}:", *(_entry(*entry) for entry in entries)]) + "\n"


def _entry(name: str, words: str) -> str:
    first = f"  {name}  " if len(name) > 20 else f"  {name:<20}  "
    return _filled(words, first, " " * 24) or first


def _filled(words: str, first: str, indent: str) -> str:
    return textwrap.fill(
        " ".join(words.split()), WIDTH, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False
    )


def _functions_in(module: str) -> Iterator[tuple[str, tuple[ast.FunctionDef, str]]]:
    """Map each command of a module to its function and the module that defines it."""
    for node in _source(module).body:
        if isinstance(node, ast.ImportFrom) and any(each.name == "app" for each in node.names):
            yield from _functions_in(node.module)
        for decorator in getattr(node, "decorator_list", ()):
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "app.command":
                yield (decorator.args[0].value if decorator.args else node.name), (node, module)


@functools.cache
def _source(module: str) -> ast.Module:
    with open(os.path.join(HERE, *module.split(".")[1:]) + ".py", encoding="utf-8") as file:
        return ast.parse(file.read())


def _resolved(node: ast.expr, module: str) -> tuple[ast.expr, str]:
    """The expression that a name is bound to, and the module that contains it."""
    while isinstance(node, ast.Name):
        for line in _source(module).body:
            if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == node.id:
                node = line.value
                break
            if isinstance(line, ast.ImportFrom) and any(each.name == node.id for each in line.names):
                module = line.module
                break
        else:
            break
    return node, module


def _declared(annotation: ast.expr, module: str) -> tuple[str, ast.Call | None, str]:
    """The type of a parameter, its typer.Option or typer.Argument (None when it has none), and their module."""
    node, module = _resolved(annotation, module)
    if not isinstance(node, ast.Subscript) or ast.unparse(node.value) != "Annotated":
        return "", None, module
    kind, call = node.slice.elts
    return ast.unparse(kind).split(" | ")[0].removeprefix("list[").rstrip("]"), call, module


def _text(node: ast.expr, module: str) -> str:
    node, _ = _resolved(node, module)
    return str(node.value) if isinstance(node, ast.Constant) else ""
