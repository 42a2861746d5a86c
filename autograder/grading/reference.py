"""The reference as text: how its functions are called, and cut to what a part may use of the others."""

from __future__ import annotations

import ast
import functools
import re

from autograder.course import SOLUTIONS, Part, parts
from autograder.grading.sources import functions_of


def signature(part: Part, name: str) -> str | None:
    """How a function or method of the part, or of one that it needs, is called, as the stub has it: `softmax(logits)`.
    None if there is none.
    """
    known = [part, *(other for other in parts() if other.module in part.needs)]
    return next((signatures(other)[name] for other in known if name in signatures(other)), None)


@functools.cache
def signatures(part: Part) -> dict[str, str]:
    """How every function and method of the part is called, by its dotted name."""
    calls = {}
    for name, function in functions_of(ast.parse((SOLUTIONS / part.file_name).read_text(encoding="utf-8"))).items():
        for argument in ast.walk(function.node.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        calls[name] = f"{name}({re.sub('^self(, )?', '', ast.unparse(function.node.args))})"
    return calls


@functools.cache
def reference_files(part: Part) -> dict[str, bytes]:
    """The reference of the other parts, each cut to the names that this part may use: file name -> source."""
    files = {}
    for module, names in part.needs.items():
        source = (SOLUTIONS / f"{module}.py").read_text(encoding="utf-8")
        files[f"{module}.py"] = tree_shake(source, set(names)).encode("utf-8")
    return files


def _names_used(definition: ast.stmt) -> set[str]:
    """The names that a definition uses from outside; of a function not those of its own variables."""
    names = [node for node in ast.walk(definition) if isinstance(node, ast.Name)]
    own = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return {node.id for node in names} - (own if isinstance(definition, ast.FunctionDef) else set())


def tree_shake(source: str, keep: set[str]) -> str:
    """The source with those top-level definitions only, and what they use."""
    tree = ast.parse(source)
    defined = {}
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            defined[node.name] = node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            defined[node.targets[0].id] = node
    unknown = keep - set(defined)
    if unknown:
        raise ValueError(f"course.toml asks for names that the reference does not have: {', '.join(sorted(unknown))}.")
    used, to_visit = set(), sorted(keep)
    while to_visit:
        name = to_visit.pop()
        if name not in used:
            used.add(name)
            if name in defined:
                to_visit += _names_used(defined[name])
    statements = []
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)) and getattr(node, "module", None) != "__future__":
            node.names = [alias for alias in node.names if (alias.asname or alias.name) in used]
            statements += [node] if node.names else []
        elif any(node is defined.get(name) for name in used) or isinstance(node, ast.ImportFrom):
            statements.append(node)
    return ast.unparse(ast.Module(statements, [])) + "\n"
