"""Run a learner's notebook in the sandbox: cell after cell in one namespace. Standard library only."""

import ast
import contextlib
import io
import os
import sys

LONGEST_TEXT = 20_000  # characters to keep of a cell's output and of its value
PICTURES = ("matplotlib", "IPython", "numpy")
ROOT = os.path.dirname(os.path.abspath(__file__))


class NoPictures:
    """Replace matplotlib by an ImportError that says why pictures can't be drawn here."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in PICTURES:
            raise ImportError("the grader runs notebooks without pictures: " + name + " is not available")


class Bounded(io.StringIO):
    """Keep only the beginning of the output."""

    def write(self, text):
        if self.tell() < LONGEST_TEXT:
            super().write(text[: LONGEST_TEXT - self.tell()])
        return len(text)


namespace = {"__name__": "__main__"}
os.chdir(os.path.join(ROOT, "submission"))
sys.path.append(ROOT)
sys.meta_path.insert(0, NoPictures())


def run_cell(source):
    """A cell's result: its output, the value of its last line, and the error that ended it."""
    printed, value, error = Bounded(), "", ""
    try:
        body = ast.parse(source).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            exec(compile(ast.Module(body, []), "cell", "exec"), namespace)
            if last is not None:
                result = eval(compile(ast.Expression(last.value), "cell", "eval"), namespace)
                value = "" if result is None else repr(result)[:LONGEST_TEXT]
    except BaseException as problem:
        text = str(problem)
        error = type(problem).__name__[:80] + ": " + text[:500]
    return [printed.getvalue(), str(value), error]
