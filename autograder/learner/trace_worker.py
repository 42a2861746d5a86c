"""Runs in a worker, as its probes: the forward pass on a name, with every vector on its way. Standard library only."""

import sys

import part03_layers
import part05_gpt
from part01_autograd import Value
from part04_parameters import Config

# Whether attention has run, how many norms there were since the token or since attention -> names of what goes in and
# comes out.
PLACES_OF_NORMS = {
    (False, 1): ("wte + wpe", "rmsnorm 1"),
    (False, 2): ("into rmsnorm 2", "rmsnorm 2"),
    (True, 1): ("x + attention", "rmsnorm 3"),
}
EXTRA_NORM = ("into extra norm", "extra norm")


def forward(tokens, sizes, matrices):
    """Read the tokens one after the other. Returns {"steps": per position a list of [label, numbers], "problem": what
    stopped it, or ""}.
    """
    config = Config(**sizes)
    state_dict = {name: [[Value(number) for number in row] for row in rows] for name, rows in matrices.items()}
    names = {id(matrix): name for name, matrix in state_dict.items()}
    keys, values = ([[] for _ in range(config.n_layer)] for _ in "kv")
    steps, counts, inside = [], {}, []  # inside: the head whose attend is running

    def note(label, vector):
        steps[-1].append([label, numbers(vector)])

    def nth(kind):
        counts[kind] = counts.get(kind, 0) + 1
        return counts[kind]

    def linear(function, x, w, *more):
        if inside and id(w) not in names:  # attend's own arithmetic, where others write sum(...)
            return function(x, w, *more)
        name = names.get(id(w), f"linear {nth('linear')}")
        before = {"mlp_fc2": "relu", "attn_wo": "heads joined", "lm_head": "x + mlp"}.get(name.rpartition(".")[2])
        if before:
            note(before, x)
        result = function(x, w, *more)
        if name != "lm_head":  # what gpt returns is noted below
            note(name, result)
        return result

    def rmsnorm(function, x, *more):
        before, after = PLACES_OF_NORMS.get((counts.get("head", 0) > 0, nth("norm")), EXTRA_NORM)
        note(before, x)
        result = function(x, *more)
        note(after, result)
        return result

    def attend(function, query, *more):
        head = nth("head")
        counts["norm"] = 0  # counted from 0 again after attention
        inside.append(head)
        result = function(query, *more)
        inside.pop()
        note(f"head {head} weights", result[1])
        note(f"head {head} output", result[0])
        return result

    def softmax(function, logits, *more):
        if inside:
            note(f"head {inside[-1]} scores", logits)
        return function(logits, *more)

    hook(part03_layers, "linear", linear)
    hook(part03_layers, "rmsnorm", rmsnorm)
    hook(part03_layers, "softmax", softmax)
    hook(part05_gpt, "attend", attend)
    try:
        for position, token in enumerate(tokens):
            steps.append([])
            counts.clear()
            logits = part05_gpt.gpt(token, position, keys, values, state_dict, config)
            note("logits", logits)
    except Exception as error:
        return {"steps": steps, "problem": described(error)}
    return {"steps": steps, "problem": ""}


def hook(home, name, around):
    """Replace a function, wherever parts 3 and 5 hold it, by one that calls `around(function, *arguments)`."""
    function = getattr(home, name)

    def hooked(*arguments, **named):
        return around(function, *arguments, *named.values())

    for module in (part03_layers, part05_gpt):
        for key, value in list(vars(module).items()):
            if value is function:
                setattr(module, key, hooked)


def numbers(vector):
    """The plain numbers of a list of Values; [] where it is no such list."""
    try:
        return [float(getattr(value, "data", value)) for value in vector]
    except (TypeError, ValueError):
        return []


def described(error):
    """The error with the last line of a part that it passed."""
    where, trace = "", sys.exc_info()[2]
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2]
        if file.startswith("part"):
            where = f"{file}, line {trace.tb_lineno}: "
        trace = trace.tb_next
    if isinstance(error, NotImplementedError):
        return f"{where}{error} is not written yet"
    return f"{where}{type(error).__name__}: {error}"
