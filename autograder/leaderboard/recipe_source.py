"""A recipe as source: which recipes may run, and when two recipes are the same program."""

from __future__ import annotations

import ast
import builtins
import functools
import getpass
import hashlib
import lzma
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.course import EXERCISES, LARGEST_FILE, RECIPE_FILE, parts
from autograder.errors import Failure
from autograder.files import shown_path
from autograder.grading.sources import inspect_source, is_text
from autograder.sandbox import BOARD
from autograder.text import clean_text

# The limits in numbers.
NUM_STEPS = 1000
RUNS = 3
TRIES = 5  # per learner in 24 hours
LARGEST_BATCH = 32  # names per step
LARGEST_STD = 10.0
LARGEST_COMPRESSED = 6 * 1024  # bytes of source after xz: 4,192 weights of the model, as floats, would take 30 KB
# xz's strongest preset, but with a dictionary of the largest file's size instead of 64 MB. The result is as short.
STRONGEST_COMPRESSION = {
    "id": lzma.FILTER_LZMA2,
    "preset": 9 | lzma.PRESET_EXTREME,
    "dict_size": LARGEST_FILE,
}

# The sandbox's limit is for a try, so each of its runs gets a share; the control has a separate limit. Processor time
# and waiting count, but not the time in which other programs use the processors: MachineBusy costs no entry or try.
SHARE = BOARD.cpu_seconds // RUNS
LIMITS = replace(BOARD, cpu_seconds=SHARE, call_seconds=10.0, total_seconds=2.0 * SHARE)

METHOD_NAMES = {"METHOD", "SHOW_METHOD"}  # constants of a recipe, which describe it to the class
LONGEST_METHOD = 130  # characters of the METHOD that are shown

FILE_NAME = RECIPE_FILE
STUB = EXERCISES / FILE_NAME


class RecipeError(Failure):
    """The recipe has no score; the message is a sentence for its author."""


@dataclass(frozen=True)
class RecipeSource:
    """A recipe that may run. shape: a hash that is independent of formatting, comments and names."""

    content: bytes
    sha256: str
    shape: str


def read_source(path: Path) -> RecipeSource:
    """The recipe in a file, or in a folder as leaderboard_recipe.py. Raises RecipeError."""
    path = path / FILE_NAME if path.is_dir() else path
    try:
        with open(path, "rb") as file:
            return check_source(file.read(LARGEST_FILE + 1))
    except OSError as error:
        restore = f" Restore it: git restore exercises/{FILE_NAME}" if path == STUB else ""
        raise RecipeError(f"{shown_path(path)} can't be read ({error.strerror}).{restore}") from error


def stub_shape() -> str:
    """The shape of the recipe that the course gives to everybody. Raises RecipeError."""
    try:
        return check_source(STUB.read_bytes()).shape
    except OSError as error:
        problem = f"can't be read ({error.strerror})"
    except RecipeError as error:
        problem = f"is not a recipe. {str(error).rstrip('.')}"
    raise RecipeError(
        f"Nothing was scored. To recognise copies, the board needs the course's own recipe, but {shown_path(STUB)} "
        f"{problem}. Restore it: git restore exercises/{FILE_NAME}"
    )


def this_user() -> str:
    """The id of the current user: the login name, or the number if the system has no name for it, as in containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid{os.getuid()}"


def learner_of(path: Path) -> str:
    """The owner of a recipe, by its path: `ada/leaderboard_recipe.py` and `ada.py` are ada's. The course's own
    exercises/ belong to the user.
    """
    folder = path if path.is_dir() else path.parent
    if folder.resolve() == STUB.parent:
        return this_user()
    return folder.resolve().name if path.is_dir() or path.name == FILE_NAME else path.stem


def check_source(content: bytes) -> RecipeSource:
    """A recipe from its source. Raises RecipeError if it is too long, has a syntax error or imports other packages."""
    source = inspect_source(content)
    if source.problem:
        raise RecipeError(f"Line {source.line}: {source.problem}" if source.line else source.problem)
    for module, line in _imported_parts(content):
        raise RecipeError(
            f"Line {line}: The recipe imports {module}. A recipe must be self-contained: copy the code that you need."
        )
    size = len(lzma.compress(content, filters=[STRONGEST_COMPRESSION]))
    if size > LARGEST_COMPRESSED:
        raise RecipeError(
            f"The recipe has {size:,} bytes after compression; the maximum is {LARGEST_COMPRESSED:,}. A recipe "
            "describes how to train and must not contain weights."
        )
    return RecipeSource(content, hashlib.sha256(content).hexdigest(), shape_of(content))


def _imported_parts(content: bytes) -> Iterator[tuple[str, int]]:
    """The course's own modules that the source imports, and where."""
    ours = {part.module for part in parts()}
    for node in ast.walk(ast.parse(content)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in [node.module] if isinstance(node, ast.ImportFrom) else names:
            if name in ours:
                yield name, node.lineno


@dataclass(frozen=True)
class Method:
    """How a recipe trains, in words that are safe to print. public: whether the board shows it before it closes."""

    words: str = ""
    public: bool = False


@functools.lru_cache(maxsize=256)
def method_of(content: bytes) -> Method:
    """Read the constants METHOD and SHOW_METHOD of a recipe. The recipe is not run."""
    try:
        body = ast.parse(content).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Method()
    constants = {name: value for statement in body for name, value in [_constant(statement)] if name in METHOD_NAMES}
    words = constants.get("METHOD")
    shown = " ".join(clean_text(words, LONGEST_METHOD).split()) if type(words) is str else ""
    return Method(shown, constants.get("SHOW_METHOD") is True)


def _constant(statement: ast.stmt) -> tuple[str, object]:
    """The name and the value of `NAME = constant`; an empty name for any other statement."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    if len(targets) == 1 and isinstance(targets[0], ast.Name) and isinstance(statement.value, ast.Constant):
        return targets[0].id, statement.value.value
    return "", None


def shape_of(content: bytes) -> str:
    """The hash of the program without its comments, docstrings, formatting, type hints and names.

    Numbers, texts, and the names of attributes and built-in functions stay, because they determine the behaviour.
    METHOD and SHOW_METHOD don't, unless the program reads them.
    """
    tree = ast.parse(content)
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    tree.body = [statement for statement in tree.body if _constant(statement)[0] not in METHOD_NAMES - read]
    tree = _Anonymous(tree).visit(tree)
    return hashlib.sha256(ast.dump(tree).encode("utf-8", "surrogatepass")).hexdigest()


class _Anonymous(ast.NodeTransformer):
    """Replace every name by its number in the order of appearance."""

    def __init__(self, tree: ast.AST) -> None:
        self.numbers: dict[str, str] = {}
        stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        stored |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        self.given = set(dir(builtins)) - stored  # a variable may be called `sum`

    def _number(self, name: str) -> str:
        if name in self.given:
            return name
        return self.numbers.setdefault(name, f"n{len(self.numbers)}")

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            node.body = [statement for statement in node.body if not is_text(statement)] or [ast.Pass()]
        for field in ("returns", "annotation", "type_comment"):
            if getattr(node, field, None) is not None and not isinstance(node, ast.AnnAssign):
                setattr(node, field, None)
        for field in ("id", "arg", "name", "asname"):
            if isinstance(getattr(node, field, None), str) and not isinstance(node, ast.alias):
                setattr(node, field, self._number(getattr(node, field)))
        if isinstance(node, ast.alias):
            self._number(node.asname or node.name)
            node.asname = None
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            node.names = [self._number(name) for name in node.names]
        return super().generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:  # noqa: N802 - ast finds it by this name
        if node.value is None:
            return ast.Pass()
        return self.visit(ast.Assign([node.target], node.value))
