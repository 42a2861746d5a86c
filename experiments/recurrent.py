"""A recurrent network with as many parameters, on the same names: loss, time, and how far back a gradient reaches."""

from __future__ import annotations

import gc
import random
import sys
import time

import numpy as np

from autograder import model
from autograder.course import SOLUTIONS
from autograder.text import listed
from experiments import plots, rnn_model, words
from experiments.training import loss_on, parameters, split, spread, train

TITLE = "A recurrent network against the GPT"
QUESTION = """Why transformers and not recurrent networks (RNNs)? An RNN with 43 hidden numbers has about as many
parameters as the GPT. Both train with the same recipe: the same names in the same order, one per step, Adam with the
same learning rates. *Gradient* is the size of the gradient of a loss with respect to the vector of a letter read
earlier, as a share of that for the letter just read; both models are trained, the names have at least eight letters.
*Recall* is another task: random letters, and at the end the model must repeat the first one. Times are processor
time for the forward and the backward pass of one text; *`Value`* is the course's code, the other rows are numpy."""
SEEDS = 10
TRAINS = True
MANY = 32  # names per step, for the second comparison of losses
FARTHEST = 7  # letters back
SHOWN = (1, 2, 4, 7)  # of them in the table
NAMES_READ = 150  # for the gradients
GAPS = (2, 4, 8, 14)  # letters between the one to remember and the end
TESTS = 300  # texts of the recall task
LENGTHS = (16, 64, 256)  # tokens, for the times in numpy
REPEATS = 3  # of each time; the shortest counts
GPT, RNN = "GPT", "RNN"


def measure(seeds: int, steps: int) -> dict:
    """Losses, gradients, recall and times of both models, over the seeds."""
    docs, held_out = split()
    names = [name for name in held_out if len(name) > FARTHEST][:NAMES_READ]
    losses, many, reached = ({GPT: [], RNN: []} for _ in range(3))
    for seed in range(1, seeds + 1):
        gpt = train(docs, seed, steps)
        rnn, chars = rnn_model.train(docs, seed, steps)
        losses[GPT].append(loss_on(held_out, gpt))
        losses[RNN].append(_rnn_loss(held_out, rnn, chars))
        many[GPT].append(loss_on(held_out, train(docs, seed, steps, names_per_step=MANY)))
        many[RNN].append(_rnn_loss(held_out, *rnn_model.train(docs, seed, steps, MANY)))
        reached[GPT].append(_mean_shares([_gpt_gradients(name, gpt) for name in names]))
        reached[RNN].append(_mean_shares([_rnn_gradients(name, rnn, chars) for name in names]))
    return {
        "parameters": {GPT: parameters(), RNN: sum(rows * columns for rows, columns in rnn_model.shapes().values())},
        **{
            name: {kind: {**spread(values), "by_seed": values} for kind, values in of_kinds.items()}
            for name, of_kinds in (("held_out", losses), ("held_out_many", many))
        },
        "gradient": {kind: [spread(at) for at in zip(*values)] for kind, values in reached.items()},
        "recall": {
            kind: [spread([_recall(kind, gap, seed, steps) for seed in range(1, seeds + 1)]) for gap in GAPS]
            for kind in (GPT, RNN)
        },
        "value_ms": _value_times(held_out, seeds),
        "numpy_ms": {kind: [spread(_numpy_times(kind, length, seeds)) for length in LENGTHS] for kind in (GPT, RNN)},
    }


def _rnn_loss(held_out: list[str], weights: model.Weights, chars: list[str]) -> float:
    return model.held_out_loss(held_out, weights, model.Sizes(), chars, rnn_model.PASSES)


def _mean_shares(norms: list[list[float]]) -> list[float]:
    """Norms by name and distance: the mean of each distance, as a share of that at distance 0."""
    means = np.array(norms).mean(axis=0)
    return (means / means[0]).tolist()


def _gpt_gradients(name: str, trained: model.Replayed) -> list[float]:
    """For the loss after the letter at position FARTHEST + 1: the size of its gradient at each distance back.

    The input vector at a position is a row of wte plus a row of wpe, so its gradient is that of the row of wpe. Later
    tokens don't change earlier losses: one loss is the difference of two sums.
    """
    tokens = model.encode(name, trained.chars)[: FARTHEST + 3]  # BOS, eight letters, what follows
    total = 0.0
    for end, sign in ((len(tokens), 1), (len(tokens) - 1, -1)):
        _, gradient = model.loss_and_gradient([tokens[:end]], trained.weights, trained.config)
        total = total + sign * (end - 1) * gradient["wpe"]
    norms = np.linalg.norm(total, axis=1)
    return [norms[FARTHEST + 1 - back] for back in range(FARTHEST + 1)]


def _rnn_gradients(name: str, weights: model.Weights, chars: list[str]) -> list[float]:
    """The same for the RNN, whose input vector is a row of rnn_in."""
    tokens = model.encode(name, chars)[: FARTHEST + 3]
    inputs = np.array([tokens[:-1]])
    logits, h = rnn_model.forward(inputs, weights)
    d_logits = _gradient_of_last_loss(logits, tokens[-1])
    norms = np.linalg.norm(rnn_model.gradients(d_logits, inputs, weights, h).inputs[:, 0], axis=1)
    return [norms[FARTHEST + 1 - back] for back in range(FARTHEST + 1)]


def _gradient_of_last_loss(logits: np.ndarray, answer: int) -> np.ndarray:
    """The gradient of the last prediction's loss with respect to the logits of one text: 0 at all other positions."""
    d_logits = np.zeros_like(logits)
    exps = np.exp(logits[0, -1] - logits[0, -1].max())
    d_logits[0, -1] = exps / exps.sum()
    d_logits[0, -1, answer] -= 1
    return d_logits


def _recall(kind: str, gap: int, seed: int, steps: int) -> float:
    """Train on texts that end with their first letter, and return how often the trained model predicts it. Only the
    last prediction counts: the others are of random letters.
    """
    rng, config, adam = random.Random(seed), model.Sizes(block_size=max(16, gap + 2)), model.AdamState()
    weights = model.draw_weights(config, rng) if kind == GPT else rnn_model.draw_weights(rng)
    passes = model.STANDARD_PASSES if kind == GPT else rnn_model.PASSES

    def texts(count: int) -> np.ndarray:
        letters = np.array([[rng.randrange(26) for _ in range(gap + 1)] for _ in range(count)])
        return np.column_stack([np.full(count, 26), letters])  # the answer is the letter at place 1

    for step in range(steps):
        inputs = texts(1)
        logits, activations = passes.forward(inputs, weights, config)
        d_logits = _gradient_of_last_loss(logits, inputs[0, 1])
        gradients = passes.backward(d_logits, inputs, weights, activations)
        model.adam_step(weights, gradients, adam, 0.01 * (1 - step / steps))
    inputs = texts(TESTS)
    said = passes.forward(inputs, weights, config)[0][:, -1].argmax(axis=1)
    return float((said == inputs[:, 1]).mean())


def _value_times(held_out: list[str], seeds: int) -> dict[str, dict]:
    """Milliseconds for the loss of a name and its gradient with the course's `Value`, over the same names."""
    if str(SOLUTIONS) not in sys.path:
        sys.path.insert(0, str(SOLUTIONS))
    from part01_autograd import Value
    from part04_parameters import Config, init_state_dict
    from part07_training import sequence_loss

    chars, config, taken = sorted(set("".join(held_out))), Config(), {GPT: [], RNN: []}
    for seed in range(1, seeds + 1):
        rng = random.Random(seed)
        state_dict = init_state_dict(config, rng)
        matrices = {
            name: [[Value(number) for number in row] for row in matrix.tolist()]
            for name, matrix in rnn_model.draw_weights(rng).items()
        }
        names = [model.encode(name, chars) for name in rng.sample([n for n in held_out if len(n) < 15], 3)]
        for kind, loss in ((GPT, (sequence_loss, state_dict, config)), (RNN, (rnn_model.scalar_loss, matrices))):
            seconds = [_shortest(_loss_and_backward, tokens, *loss) for tokens in names]
            taken[kind].append(1000 * sum(seconds) / len(seconds))
    return {kind: spread(values) for kind, values in taken.items()}


def _numpy_times(kind: str, length: int, seeds: int) -> list[float]:
    """Milliseconds for the loss of one text of this many tokens and its gradient in numpy, for each seed."""
    times = []
    for seed in range(1, seeds + 1):
        rng, config = random.Random(seed), model.Sizes(block_size=length)
        weights = model.draw_weights(config, rng) if kind == GPT else rnn_model.draw_weights(rng)
        passes = model.STANDARD_PASSES if kind == GPT else rnn_model.PASSES
        text = [rng.randrange(27) for _ in range(length + 1)]
        times.append(1000 * _shortest(model.loss_and_gradient, [text], weights, config, passes))
    return times


def _loss_and_backward(tokens, loss, *model_of_it) -> None:
    loss(tokens, *model_of_it).backward()


def _shortest(call, *arguments) -> float:
    """The shortest processor time of some calls: what else the machine does can only make one longer."""
    was_on, times = gc.isenabled(), []
    gc.disable()
    try:
        for _ in range(REPEATS):
            began = time.process_time()
            call(*arguments)
            times.append(time.process_time() - began)
    finally:
        if was_on:
            gc.enable()
    return min(times)


def table(figures: dict) -> list[str]:
    """A row per quantity."""
    counts = figures["parameters"]
    rows = [["parameters", *(f"{counts[kind]:,}" for kind in (GPT, RNN))]]

    def add(name: str, spreads: dict, place: int | None = None, digits: int = 3, factor: float = 1.0) -> None:
        cells = [spreads[kind] if place is None else spreads[kind][place] for kind in (GPT, RNN)]
        cells = [{key: factor * cell[key] for key in ("mean", "sd")} for cell in cells]
        rows.append([name, *(words.mean_sd(cell, digits) for cell in cells)])

    add("held-out loss", figures["held_out"])
    add(f"held-out loss, {MANY} names per step", figures["held_out_many"])
    for back in SHOWN:
        letters = "1 letter" if back == 1 else f"{back} letters"
        add(f"gradient, {letters} back, %", figures["gradient"], back, 1, 100)
    for place, gap in enumerate(GAPS):
        add(f"recall across {gap} letters, % right", figures["recall"], place, 0, 100)
    add("`Value`, ms per name", figures["value_ms"], digits=0)
    for place, length in enumerate(LENGTHS):
        add(f"numpy, {length} tokens, ms", figures["numpy_ms"], place, 2)
    return words.table(["measured", GPT, RNN], rows)


def findings(figures: dict) -> str:
    """The conclusion, in words."""
    times = figures["numpy_ms"]
    difference, with_many = (
        words.paired(figures[name][GPT]["by_seed"], figures[name][RNN]["by_seed"])
        for name in ("held_out", "held_out_many")
    )
    gradient, recall = (
        {kind: [100 * at["mean"] for at in figures[name][kind]] for kind in (GPT, RNN)}
        for name in ("gradient", "recall")
    )
    slower = [times[RNN][place]["mean"] / times[GPT][place]["mean"] for place in range(len(LENGTHS))]
    ratios = listed([f"{ratio:.1f} (for {length} tokens)" for ratio, length in zip(slower, LENGTHS)]) + " times"
    milliseconds = {kind: f"{figures['value_ms'][kind]['mean']:.0f} ms" for kind in (GPT, RNN)}
    return (
        f"**On names, the RNN does as well.** Its held-out loss minus the GPT's is {difference}. With {MANY} names per "
        f"step, it is {with_many}. Names are short: little of what matters is far back.\n\n"
        f"**The RNN's gradient shrinks with the distance.** From 1 to {FARTHEST} letters back it falls from "
        f"{gradient[RNN][1]:.0f}% to {gradient[RNN][FARTHEST]:.0f}%, because it passes through every step between. The "
        f"GPT's goes from {gradient[GPT][1]:.1f}% to {gradient[GPT][FARTHEST]:.1f}%: every earlier letter is one step "
        "away. (The GPT's shares are small because most of its gradient reaches the last letter directly, through the "
        "residual stream.)\n\n"
        f"**With longer distances, this decides.** After 1,000 texts, the RNN repeats a letter across {GAPS[-1]} "
        f"others in {recall[RNN][-1]:.0f}% of the cases, where guessing gives 4%, and the GPT in "
        f"{recall[GPT][-1]:.0f}%.\n\n"
        "**The time depends on the machine.** In the scalar code, the number of operations counts: a name takes "
        f"{milliseconds[GPT]} with the GPT and {milliseconds[RNN]} with the RNN. In numpy, on one processor core, the "
        f"RNN takes {ratios} the GPT's time. The RNN's positions must be computed one after another. The GPT's are "
        "computed at once, but the number of its scores grows with the square of the length. Graphics processors "
        "compute thousands of numbers at once, so large models use what the GPT allows and the RNN does not.\n\n"
        "This is a simple RNN: gates, as in an LSTM, let it remember longer. And 1,000 steps are few."
    )


def describe(figures: dict) -> str:
    """The picture in words, for its alternative text."""
    parts = []
    for kind in (GPT, RNN):
        far = [f"{100 * at['mean']:.1f}%" for at in figures["gradient"][kind][1:]]
        right = [f"{100 * at['mean']:.0f}% across {gap}" for gap, at in zip(GAPS, figures["recall"][kind])]
        parts.append(f"{kind}: gradient {', '.join(far)} at 1 to {FARTHEST} letters back; recall {', '.join(right)}")
    return f"How far back the two models reach. {'. '.join(parts)}."


def draw(figures: dict, figure) -> None:
    """The gradient over the distance, in powers of ten, and recall over the gap."""
    left, right = figure.subplots(1, 2)
    left.set(xlabel="letters back", yscale="log")
    left.set_title("gradient, % of the last letter's")
    right.set(xlabel="letters between", ylim=(-4, 104))
    right.set_title("recall, % right")
    for number, kind in enumerate((GPT, RNN)):
        for axes, places, spreads in (
            (left, range(FARTHEST + 1), figures["gradient"][kind]),
            (right, GAPS, figures["recall"][kind]),
        ):
            percents = [{key: 100 * at[key] for key in ("mean", "sd")} for at in spreads]
            plots.draw_spread(axes, list(places), percents, number, label=kind)
    plots.set_places(left.xaxis, range(0, FARTHEST + 1))
    plots.set_places(left.yaxis, (5, 10, 20, 50, 100))
    plots.set_places(right.xaxis, GAPS)
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2)
