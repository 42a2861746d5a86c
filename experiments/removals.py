"""What each part of a trained model is worth: the loss without it."""

from __future__ import annotations

from collections.abc import Iterator

from autograder import model
from autograder.text import listed, plural
from experiments import plots, words
from experiments.training import loss_on, split, spread, train

TITLE = "The model without one of its parts"
QUESTION = """What does each part of a trained model contribute? We train the model, remove one part, and measure the
held-out loss again. To remove a head, we set its columns of `attn_wo` to 0; for attention, all of `attn_wo`; for the
MLP, `mlp_fc2`. To remove *positions*, we replace each row of `wpe` by the mean of all rows, so that the model no longer
knows where a letter is. The table shows by how much the loss increases."""
SEEDS = 10
TRAINS = True
NAMES_PER_STEP = (1, 32)
REMOVED = ("head 1", "head 2", "head 3", "head 4", "attention", "MLP", "attention and MLP", "positions")


def measure(seeds: int, steps: int) -> dict:
    """The held-out loss of the whole model, and the increase for each part that is removed."""
    docs, held_out = split()
    rows = []
    for count in NAMES_PER_STEP:
        whole: list[float] = []
        increases: dict[str, list[float]] = {name: [] for name in REMOVED}
        for seed in range(1, seeds + 1):
            trained = train(docs, seed, steps, names_per_step=count)
            whole.append(loss_on(held_out, trained))
            for name, weights in without_each(trained.weights, trained.config):
                increases[name].append(loss_on(held_out, trained._replace(weights=weights)) - whole[-1])
        increase = {name: spread(values) for name, values in increases.items()}
        rows.append({"names": count, "held_out": spread(whole), "increase": increase})
    return {"rows": rows}


def without_each(weights: model.Weights, config: model.Sizes) -> Iterator[tuple[str, model.Weights]]:
    """For each of REMOVED, its name and the weights of a one-layer model without it."""
    wo, fc2, wpe = weights["layer0.attn_wo"], weights["layer0.mlp_fc2"], weights["wpe"]
    head_dim = config.n_embd // config.n_head
    for head in range(config.n_head):
        cut = wo.copy()
        cut[:, head * head_dim : (head + 1) * head_dim] = 0
        yield f"head {head + 1}", {**weights, "layer0.attn_wo": cut}
    yield "attention", {**weights, "layer0.attn_wo": 0 * wo}
    yield "MLP", {**weights, "layer0.mlp_fc2": 0 * fc2}
    yield "attention and MLP", {**weights, "layer0.attn_wo": 0 * wo, "layer0.mlp_fc2": 0 * fc2}
    yield "positions", {**weights, "wpe": 0 * wpe + wpe.mean(axis=0)}


def _names(row: dict) -> str:
    return f"{plural(row['names'], 'name')} per step"


def table(figures: dict) -> list[str]:
    """A row per part."""
    heads = ["without", *(f"names per step: {row['names']}" for row in figures["rows"])]
    rows = [[name, *(words.mean_sd(row["increase"][name]) for row in figures["rows"])] for name in REMOVED]
    whole = ["(whole model: its loss)", *(words.mean_sd(row["held_out"]) for row in figures["rows"])]
    return words.table(heads, [whole, *rows])


def findings(figures: dict) -> str:
    """The conclusion, in words."""
    few, many = figures["rows"]
    worth = [f"{row['increase']['attention']['mean']:.3f} with {_names(row)}" for row in (few, many)]
    heads = [f"{many['increase'][name]['mean']:.3f}" for name in REMOVED[:4]]
    return (
        f"Attention is worth {listed(worth)}. After 1,000 single names the model has hardly learned to use it: its "
        "predictions depend on the last letter, its position, and what the MLP makes of both. With more names, "
        f"attention matters, and every head contributes ({listed(heads)}; single models differ more than these means). "
        f"Positions are the most valuable part, {few['increase']['positions']['mean']:.3f} and "
        f"{many['increase']['positions']['mean']:.3f}: they tell the beginning of a name from its end."
    )


def describe(figures: dict) -> str:
    """The picture in words, for its alternative text."""
    parts = []
    for row in figures["rows"]:
        losses = [f"{name} {row['increase'][name]['mean']:.3f}" for name in REMOVED]
        parts.append(f"{_names(row)}: {', '.join(losses)}")
    return f"By how much the loss rises without a part. {'; '.join(parts)}."


def draw(figures: dict, figure) -> None:
    """The increase for each part, one mark for each number of names per step."""
    axes = figure.subplots()
    axes.set(ylabel="increase of the held-out loss", xlim=(-0.5, len(REMOVED) - 0.5))
    for number, row in enumerate(figures["rows"]):
        spreads = [row["increase"][name] for name in REMOVED]
        places = [place + 0.15 * (2 * number - 1) for place in range(len(REMOVED))]
        plots.draw_spread(axes, places, spreads, number, line=False, label=_names(row))
    plots.set_places(axes.xaxis, range(len(REMOVED)), [name.replace(" ", "\n") for name in REMOVED])
    axes.tick_params(axis="x", labelsize=9)
    axes.grid(visible=False, axis="x")
    axes.legend(loc="upper left")
