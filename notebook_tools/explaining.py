"""Explain an error in a cell in a sentence or two: what it means and what to do."""

from __future__ import annotations

import traceback
from pathlib import Path

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
