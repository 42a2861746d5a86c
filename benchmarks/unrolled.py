"""The floor for training in pure Python: lists of floats, and every loop over a vector written out. Nobody should have
to read the text that it generates and runs. It has no functions to call, no sizes but the course's own, and no caches.

`train` gives the same losses as those of the other versions in speed.py. `microgpt_fast` has the same idea in a form
for readers; speed.md shows how much time that costs.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from math import exp, log, sqrt
from operator import mul

from part02_tokenizer import Tokenizer
from part04_parameters import Config, init_state_dict
from part06_adam import linear_decay

LAYER = ("attn_wq", "attn_wk", "attn_wv", "attn_wo", "mlp_fc1", "mlp_fc2")
NAMES = ("wte", "wpe", "lm_head", *(f"layer0.{name}" for name in LAYER))
N, HEADS, HEAD, HIDDEN = 16, 4, 4, 64


def _names(letter: str, count: int) -> str:
    return "".join(f"{letter}{i}, " for i in range(count))


def _dot(a: str, b: str, count: int) -> str:
    return " + ".join(f"{a}{i} * {b}{i}" for i in range(count))


def _times(matrix: str, vector: str, count: int) -> str:
    """Each row of a matrix times a vector in variables."""
    return f"[{_dot('w', vector, count)} for {_names('w', count)} in {matrix}]"


def _norm(y: str, x: str, scale: str) -> list[str]:
    return [
        f"{scale} = ({_dot(x, x, N)}) / {N} + 1e-5",
        f"{scale} = {scale} ** -0.5",
        *(f"{y}{i} = {x}{i} * {scale}" for i in range(N)),
    ]


def _norm_backward(dx: str, dy: str, x: str, scale: str, plus: str = "") -> list[str]:
    """dx = scale * dy - scale ** 3 * x * (dy . x) / n, plus what came another way."""
    add = [f" + {plus}{i}" if plus else "" for i in range(N)]
    lines = [f"p = {scale} ** 3 * ({_dot(dy, x, N)}) / {N}"]
    return lines + [f"{dx}{i} = {dy}{i} * {scale} - {x}{i} * p{add[i]}" for i in range(N)]


def _forward() -> list[str]:
    """One position."""
    lines = [f"{_names('e', N)} = [a + b for a, b in zip(wte[token], wpe[t])]"]
    lines += [*_norm("x", "e", "s0"), *_norm("y", "x", "s1")]
    for name in "qkv":
        lines.append(f"{_names(name, N)} = {_times('w' + name, 'y', N)}")
    for h in range(HEADS):
        ours = range(h * HEAD, (h + 1) * HEAD)
        lines.append(f"keys{h}.append(({''.join(f'k{i}, ' for i in ours)}))")
        lines.append(f"values{h}.append(({''.join(f'v{i}, ' for i in ours)}))")
        lines += [f"column{i}.append(v{i})" for i in ours]
        scores = " + ".join(f"{letter} * q{i}" for letter, i in zip("abcd", ours))
        lines.append(f"a{h} = [({scores}) * 0.5 for a, b, c, d in keys{h}]")
        lines.append(f"largest = max(a{h})")
        lines.append(f"a{h} = [exp(score - largest) for score in a{h}]")
        lines.append(f"total = sum(a{h})")
        lines.append(f"a{h} = [e / total for e in a{h}]")
        lines += [f"o{i} = sum(map(mul, a{h}, column{i}))" for i in ours]
    lines.append(f"{_names('z', N)} = {_times('wo', 'o', N)}")
    lines += [f"r{i} = x{i} + z{i}" for i in range(N)]
    lines += _norm("m", "r", "s2")
    lines.append(f"hidden = {_times('fc1', 'm', N)}")
    lines.append(f"{_names('h', HIDDEN)} = hidden = [h if h > 0 else 0.0 for h in hidden]")
    lines.append(f"{_names('z', N)} = {_times('fc2', 'h', HIDDEN)}")
    lines += [f"f{i} = r{i} + z{i}" for i in range(N)]
    lines.append(f"logits = {_times('lm_head', 'f', N)}")
    lines += ["largest = max(logits)", "logits = [exp(logit - largest) for logit in logits]", "total = sum(logits)"]
    lines += ["target = tokens[t + 1]", "loss -= log(logits[target] / total)"]
    lines += ["scale = 1 / (total * count)", "d_logits = [p * scale for p in logits]", "d_logits[target] -= 1 / count"]
    saved = [f"({_names(letter, N)})" for letter in "exyqormf"]
    lines.append(f"saved.append(({', '.join(saved)}, a0, a1, a2, a3, s0, s1, s2, hidden, d_logits))")
    return lines


def _backward(vocab_size: int) -> list[str]:
    """One position, the last one first."""
    saved = [f"({_names(letter, N)})" for letter in "exyqormf"]
    lines = [f"({', '.join(saved)}, a0, a1, a2, a3, s0, s1, s2, hidden, d_logits) = saved[t]"]
    lines.append(f"{_names('g', vocab_size)} = d_logits")
    lines.append(f"{_names('u', N)} = d_f = {_times('lm_head_t', 'g', vocab_size)}")
    lines.append(f"d_hidden = {_times('fc2_t', 'u', N)}")
    lines.append(f"{_names('g', HIDDEN)} = d_hidden = [g if h > 0 else 0.0 for g, h in zip(d_hidden, hidden)]")
    lines.append(f"{_names('z', N)} = {_times('fc1_t', 'g', HIDDEN)}")
    lines += _norm_backward("u", "z", "r", "s2", plus="u")
    lines.append(f"d_r = ({_names('u', N)})")
    lines.append(f"{_names('o', N)} = {_times('wo_t', 'u', N)}")
    for h in range(HEADS):
        ours = range(h * HEAD, (h + 1) * HEAD)
        values = " + ".join(f"{letter} * o{i}" for letter, i in zip("abcd", ours))
        lines.append(f"g = [{values} for a, b, c, d in values{h}]")
        lines.append(f"mean = sum(map(mul, a{h}, g))")
        lines.append(f"g = [w * (d - mean) * 0.5 for w, d in zip(a{h}, g)]")
        gained = [f"d{i}" for i in ours]
        lines.append(" = ".join([*(f"d{i}" for i in ours), "0.0"]))
        adding = "; ".join(f"{name} += s * {letter}" for name, letter in zip(gained, "abcd"))
        lines.append(f"for s, (a, b, c, d) in zip(g, keys{h}): {adding}")
        keys = ", ".join(f"{letter} + s * q{i}" for letter, i in zip("abcd", ours))
        lines.append(f"d_keys{h}[: t + 1] = [({keys}) for s, (a, b, c, d) in zip(g, d_keys{h})]")
        values = ", ".join(f"{letter} + s * o{i}" for letter, i in zip("abcd", ours))
        lines.append(f"d_values{h}[: t + 1] = [({values}) for s, (a, b, c, d) in zip(a{h}, d_values{h})]")
    for letter, gradients in (("k", "d_keys"), ("v", "d_values")):
        for h in range(HEADS):
            lines.append(f"{''.join(f'{letter}{i}, ' for i in range(h * HEAD, (h + 1) * HEAD))} = {gradients}{h}[t]")
    for result, letter, name in zip("zcb", "dkv", "qkv"):
        lines.append(f"{_names(result, N)} = {_times(f'w{name}_t', letter, N)}")
    lines += [f"z{i} += c{i} + b{i}" for i in range(N)]
    lines += _norm_backward("u", "z", "x", "s1", plus="u")
    lines += _norm_backward("z", "u", "e", "s0")
    lines.append(f"d_e = ({_names('z', N)})")
    heads = ", ".join(f"({_names(letter, N)})" for letter in "dkv")
    lines.append(f"back.append((d_logits, d_f, d_hidden, d_r, {heads}))")
    lines += ["g_wte[token] = [a + b for a, b in zip(g_wte[token], d_e)]", "g_wpe[t] = d_e"]
    return lines


@functools.cache
def _step(vocab_size: int) -> Callable:
    """The function for one name: the loss, and the gradient as a flat list."""
    lists = [f"{name}{h}" for name in ("keys", "values") for h in range(HEADS)] + [f"column{i}" for i in range(N)]
    lines = ["def step(tokens, count, weights, outer):", "    wte, wpe, lm_head, wq, wk, wv, wo, fc1, fc2 = weights"]
    lines += [f"    {name} = []" for name in [*lists, "saved", "back"]] + ["    loss = 0.0"]
    lines += ["    for t, token in enumerate(tokens[:count]):", *(f"        {line}" for line in _forward())]
    for name in ("lm_head", "wq", "wk", "wv", "wo", "fc1", "fc2"):
        lines.append(f"    {name}_t = list(zip(*{name}))")
    for h in range(HEADS):
        lines += [
            f"    d_keys{h} = [(0.0, 0.0, 0.0, 0.0)] * count",
            f"    d_values{h} = [(0.0, 0.0, 0.0, 0.0)] * count",
        ]
    lines.append(f"    g_wte = [[0.0] * {N}] * len(wte)")
    lines.append(f"    g_wpe = [[0.0] * {N}] * len(wpe)")
    lines += ["    for t in range(count - 1, -1, -1):", "        token = tokens[t]"]
    lines += [f"        {line}" for line in _backward(vocab_size)]
    lines += ["    e, x, y, q, o, r, m, f, _, _, _, _, _, _, _, hidden, _ = map(list, zip(*saved))"]
    lines += ["    back.reverse()", "    d_logits, d_f, d_hidden, d_r, d_q, d_k, d_v = zip(*back)"]
    lines += ["    grads = [g for row in g_wte for g in row]", "    for row in g_wpe: grads += row"]
    # In the order of the state dict: the output's and the input's columns of each matrix.
    for d_y, xs in (("d_logits", "f"), ("d_q", "y"), ("d_k", "y"), ("d_v", "y"), ("d_r", "o"), ("d_hidden", "m")):
        lines.append(f"    grads += outer(list(zip(*{xs})), zip(*{d_y}))")
    lines += ["    grads += outer(list(zip(*hidden)), zip(*d_f))", "    return loss / count, grads"]
    space = {"exp": exp, "log": log, "mul": mul}
    exec("\n".join(lines), space)
    return space["step"]


@functools.cache
def _outer(count: int) -> Callable:
    """The gradient of a matrix, from the columns of its inputs and outputs at `count` positions."""
    products = _dot("w", "x", count)
    return eval(f"lambda xs, d_ys: [{products} for {_names('x', count)} in d_ys for {_names('w', count)} in xs]")


def train(docs: list[str], num_steps: int, rng: random.Random, on_step: Callable | None = None) -> None:
    """As part 7's, for the default config."""
    docs = list(docs)
    rng.shuffle(docs)
    tokenizer = Tokenizer(docs)
    config = Config(vocab_size=tokenizer.vocab_size)
    state_dict = init_state_dict(config, rng)
    w = [value.data for name in NAMES for row in state_dict[name] for value in row]
    shapes = [(len(state_dict[name]), len(state_dict[name][0])) for name in NAMES]
    m = v = [0.0] * len(w)
    step_of = _step(config.vocab_size)
    beta1, beta2 = 0.85, 0.99
    for step in range(num_steps):
        tokens = tokenizer.encode(docs[step % len(docs)])
        count = min(config.block_size, len(tokens) - 1)
        weights, start = [], 0
        for rows, width in shapes:
            end = start + rows * width
            weights.append([w[i : i + width] for i in range(start, end, width)])
            start = end
        loss, grads = step_of(tokens, count, weights, _outer(count))
        scale = ((1 - beta2 ** (step + 1)) / (1 - beta2)) ** 0.5
        rate = linear_decay(step, num_steps) * scale * (1 - beta1) / (1 - beta1 ** (step + 1))
        eps = 1e-8 * scale
        m = [beta1 * a + g for a, g in zip(m, grads)]
        v = [beta2 * a + g * g for a, g in zip(v, grads)]
        w = [a - rate * b / (root + eps) for a, b, root in zip(w, m, map(sqrt, v))]
        if on_step is not None:
            on_step(step, loss)
