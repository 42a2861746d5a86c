"""The same model in PyTorch, compared with the other versions over 1,000 steps. Optional: needs torch.

    python experiments/microgpt_torch.py                  compares and times, where torch is installed
    python experiments/microgpt_torch.py --steps 50       fewer steps
    python experiments/microgpt_torch.py --out FILE       writes the page, docs/experiments/pytorch.md for the course's

Run `pip install torch` in a separate environment: 200 MB to download. Nothing else in the course needs it.

Here, one call replaces what the parts write out: autograd is `loss.backward()`, the loops over heads and positions are
another dimension, and Adam is `torch.optim.Adam`. It uses float64, like Python.
Shapes: T positions, n = n_embd, d = n_embd / n_head.
"""

from __future__ import annotations

import argparse
import datetime
import platform
import random
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
for folder in (ROOT, ROOT / "solutions"):
    sys.path.insert(0, str(folder))

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    torch = None

NAMES = ROOT / "datasets" / "names.txt"
NEAR = 1e-6  # the largest allowed difference of a loss or a gradient from the scalar model's


def forward(inputs, weights, config):
    """The logits after each of T tokens, T × vocab_size. Part 5's `gpt`, all positions at once."""
    length, n = len(inputs), config.n_embd
    x = rmsnorm(weights["wte"][inputs] + weights["wpe"][:length])  # T × n
    for layer in range(config.n_layer):
        matrix = {name: weights[f"layer{layer}.{name}"] for name in ("attn_wq", "attn_wk", "attn_wv", "attn_wo")}
        normed = rmsnorm(x)
        q, k, v = (
            F.linear(normed, matrix[name]).view(length, config.n_head, n // config.n_head).transpose(0, 1)
            for name in ("attn_wq", "attn_wk", "attn_wv")
        )  # heads × T × d
        heads = F.scaled_dot_product_attention(q, k, v, is_causal=True)  # scale 1/√d, with the causal mask
        x = x + F.linear(heads.transpose(0, 1).reshape(length, n), matrix["attn_wo"])
        hidden = F.relu(F.linear(rmsnorm(x), weights[f"layer{layer}.mlp_fc1"]))  # T × 4n
        x = x + F.linear(hidden, weights[f"layer{layer}.mlp_fc2"])
    return F.linear(x, weights["lm_head"])


def rmsnorm(x):
    """Part 3's rmsnorm of each row."""
    return F.rms_norm(x, x.shape[-1:], eps=1e-5)


def loss_of(tokens, weights, config):
    """Part 7's sequence_loss: cross-entropy is softmax, logarithm and mean in one."""
    count = min(config.block_size, len(tokens) - 1)
    logits = forward(torch.tensor(tokens[:count]), weights, config)
    return F.cross_entropy(logits, torch.tensor(tokens[1 : count + 1]))


def as_tensors(state_dict) -> dict:
    """The reference's matrices of Values as tensors that collect gradients."""
    return {
        name: torch.tensor([[value.data for value in row] for row in rows], dtype=torch.float64, requires_grad=True)
        for name, rows in state_dict.items()
    }


def train(docs: list[str], num_steps: int, rng: random.Random) -> list[float]:
    """Part 7's train with the same draws. Returns the loss of each step."""
    from part02_tokenizer import Tokenizer
    from part04_parameters import Config, init_state_dict

    docs = list(docs)
    rng.shuffle(docs)
    tokenizer = Tokenizer(docs)
    config = Config(vocab_size=tokenizer.vocab_size)
    weights = as_tensors(init_state_dict(config, rng))
    optimizer = torch.optim.Adam(weights.values(), betas=(0.85, 0.99), eps=1e-8)
    losses = []
    for step in range(num_steps):
        optimizer.param_groups[0]["lr"] = 0.01 * (1 - step / num_steps)
        optimizer.zero_grad()
        loss = loss_of(tokenizer.encode(docs[step % len(docs)]), weights, config)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def differences(seed: int = 42) -> tuple[float, float]:
    """The largest difference from the scalar model: of the losses of three names, and of any number's gradient."""
    from part02_tokenizer import Tokenizer
    from part04_parameters import Config, init_state_dict
    from part07_training import sequence_loss

    config, tokenizer = Config(n_layer=2), Tokenizer(["abcdefghijklmnopqrstuvwxyz"])
    of_losses = of_gradients = 0.0
    for number, name in enumerate(("emma", "bo", "maximilianthesecond")):  # the last one is cut at block_size
        state_dict = init_state_dict(config, random.Random(seed + number), std=0.3)
        weights, tokens = as_tensors(state_dict), tokenizer.encode(name)
        scalar, loss = sequence_loss(tokens, state_dict, config), loss_of(tokens, weights, config)
        scalar.backward()
        loss.backward()
        of_losses = max(of_losses, abs(scalar.data - loss.item()))
        for key, rows in state_dict.items():
            gradient = torch.tensor([[value.grad for value in row] for row in rows], dtype=torch.float64)
            of_gradients = max(of_gradients, (gradient - weights[key].grad).abs().max().item())
    return of_losses, of_gradients


def versions() -> dict:
    """For each version, a function that trains: it maps names, steps and a generator to the losses."""
    import microgpt_fast
    import part07_training

    from autograder import model

    return {
        "scalar, the reference": lambda docs, steps, rng: part07_training.train(docs, steps, rng=rng).losses,
        "hand-derived gradients on lists, `microgpt_fast`": lambda docs, steps, rng: (
            microgpt_fast.train(docs, steps, rng).losses
        ),
        "hand-derived gradients in numpy, the grader's": lambda docs, steps, rng: (
            model.replay(docs, steps, rng=rng).losses
        ),
        "PyTorch, one thread": train,
    }


def page(steps: int) -> str:
    """Compare and time the versions; return the page as Markdown. Raises SystemExit if one is not the same model."""
    torch.set_num_threads(1)  # more threads slow down such a small model, and seconds on one processor can be compared
    of_losses, of_gradients = differences()
    if max(of_losses, of_gradients) > NEAR:
        raise SystemExit(f"Not the same model: losses differ by {of_losses:.1e}, gradients by {of_gradients:.1e}.")
    docs, by_version = NAMES.read_text(encoding="utf-8").split(), {}
    train(docs, 1, random.Random(0))  # a first step, which is not timed, loads PyTorch's libraries
    for name, training in versions().items():
        began = time.process_time()
        losses = training(docs, steps, random.Random(42))
        by_version[name] = losses, time.process_time() - began
        print(f"{name:36} {by_version[name][1]:8.2f} s", flush=True)
    scalar, seconds = by_version["scalar, the reference"]
    lines = [
        "# The same model in PyTorch",
        "",
        "A library does in one call what the course writes out in plain Python. "
        "`experiments/microgpt_torch.py` is the same model in PyTorch. Compare it with parts 1 to 7.",
        "",
        f"`python experiments/microgpt_torch.py`, {datetime.date.today().isoformat()}, "
        f"Python {platform.python_version()}, PyTorch {torch.__version__}, "
        f"names.txt, seed 42, {steps:,} steps of one name. Before training, over three names, losses "
        f"differ from the scalar model's by at most {of_losses:.0e}, gradients by at most {of_gradients:.0e}.",
        "",
        "| version | processor s | speed-up | loss of step 1 | last loss | largest difference of a loss |",
        "|---|---|---|---|---|---|",
    ]
    for name, (losses, used) in by_version.items():
        difference = max(abs(a - b) for a, b in zip(losses, scalar))
        cells = [
            name,
            f"{used:.2f}",
            f"{seconds / used:.0f}",
            f"{losses[0]:.4f}",
            f"{losses[-1]:.4f}",
            f"{difference:.0e}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "PyTorch is not faster than numpy here: a step consists of a hundred calls on tiny matrices, and the "
        "overhead of the calls dominates. It is worth it for larger matrices, many names per step, or a graphics "
        "card; and you don't have to write a backward pass.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Compare, time and print; with --out, write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--out", type=Path, help="a file for the page")
    options = parser.parse_args()
    if options.steps < 1:
        parser.error(f"--steps {options.steps}: use at least one step.")
    if torch is None:
        print("Skipped: torch is not installed. To compare, run pip install torch in a separate environment.")
        return
    text = page(options.steps)
    print(text)
    if options.out:
        with open(options.out, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)


if __name__ == "__main__":
    main()
