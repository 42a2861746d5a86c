"""What each head attends to: does head 1 find vowels, and head 2 the letter before?"""

from __future__ import annotations

import numpy as np

from autograder import model
from autograder.text import listed
from experiments import plots, words
from experiments.training import split, spread, train

TITLE = "What each head looks at"
QUESTION = """Some drawings of this model give each head a role: one finds vowels, another one attends to the letter
before. Is that so? The model is trained with many seeds. For each head, we sum its attention on held-out names: to
BOS, to the letter itself, to the letter before it, and to vowels. *Even attention* would be a head that attends to
all positions equally."""
SEEDS = 100
TRAINS = True
VOWELS = "aeiou"
LOOKS = ("BOS", "itself", "the letter before", "vowels")
NAMES_READ = 300


def measure(seeds: int, steps: int) -> dict:
    """For each head of each seed, the share of the letters' attention to each of LOOKS."""
    docs, held_out = split()
    names = held_out[:NAMES_READ]
    shares = np.array(
        [_shares(names, train(docs, seed, steps)) for seed in range(1, seeds + 1)]
    )  # seeds × heads × looks
    even = _shares(names, None)[0]
    most = shares[:, :, LOOKS.index("vowels")].argmax(axis=1)
    return {
        "by_seed": shares.round(4).tolist(),
        "even": even.round(4).tolist(),
        "most_vowels": [int((most == head).sum()) for head in range(shares.shape[1])],
        "heads": [
            {look: spread(shares[:, head, place].tolist()) for place, look in enumerate(LOOKS)}
            for head in range(shares.shape[1])
        ],
    }


def _shares(names, trained) -> np.ndarray:
    """Shares (heads × looks) of all attention from the letters of these names. trained None: a head with even
    attention.
    """
    total, queries = 0.0, 0
    for name in names:
        length = len(name) + 1
        if trained is None:
            maps = np.tril(np.ones((1, length, length))) / np.arange(1, length + 1)[:, None]
        else:
            maps = model.attention_weights(model.encode(name, trained.chars)[:-1], trained.weights, trained.config)[0]
        vowel = np.array([False, *(letter in VOWELS for letter in name)])
        of_letters = maps[:, 1:]  # BOS can attend only to itself
        looks = (
            of_letters[:, :, 0].sum(axis=1),
            np.trace(maps[:, 1:, 1:], axis1=1, axis2=2),
            np.trace(maps[:, 2:, 1:], axis1=1, axis2=2),
            of_letters[:, :, vowel].sum(axis=(1, 2)),
        )
        total, queries = total + np.stack(looks, axis=1), queries + len(name)
    return total / queries


def table(figures: dict) -> list[str]:
    """Mean and standard deviation of each share, head by head."""
    rows = [
        [f"head {number}", *(words.mean_sd(head[look], 2) for look in LOOKS), str(most)]
        for number, (head, most) in enumerate(zip(figures["heads"], figures["most_vowels"]), start=1)
    ]
    rows.append(["even attention", *(f"{share:.2f}" for share in figures["even"]), ""])
    return words.table(["share of attention to", *LOOKS, "seeds in which it has the most attention to vowels"], rows)


def findings(figures: dict) -> str:
    """The conclusion, in words."""
    vowels = [share[LOOKS.index("vowels")] for seed in figures["by_seed"] for share in seed]
    return (
        "No head has a fixed role. The head with the most attention to vowels is head 1, 2, 3 or 4 in "
        f"{listed(figures['most_vowels'])} of {len(figures['by_seed'])} seeds: all heads start with random weights of "
        "the same spread, and nothing tells them apart. "
        f"Single heads give vowels between {min(vowels):.2f} and {max(vowels):.2f} of their attention; "
        f"even attention is {figures['even'][LOOKS.index('vowels')]:.2f}. In one trained model, a head may indeed "
        "prefer vowels. In the next model it is another head, or none."
    )


def describe(figures: dict) -> str:
    """The picture in words, for its alternative text."""
    columns = []
    for number, head in enumerate(figures["heads"], start=1):
        columns.append(f"head {number} from {head['vowels']['lowest']:.2f} to {head['vowels']['highest']:.2f}")
    return (
        f"Share of attention to vowels, one dot for each of {len(figures['by_seed'])} seeds: {', '.join(columns)}; "
        f"a dashed line at {figures['even'][LOOKS.index('vowels')]:.2f}, even attention."
    )


def draw(figures: dict, figure) -> None:
    """One dot for each seed and head, the seeds spread over the width of a head."""
    axes, place = figure.subplots(), LOOKS.index("vowels")
    axes.set(xlabel="head; one dot per seed", ylabel="share of attention on vowels", xlim=(0.5, 5.4), ylim=(0, 0.6))
    for head in range(len(figures["heads"])):
        shares = [seed[head][place] for seed in figures["by_seed"]]
        shifts = np.linspace(-0.3, 0.3, len(shares))
        axes.plot(head + 1 + shifts, shares, "o", color=plots.FIRST, markersize=3.5, alpha=0.7)
    plots.draw_level(axes, figures["even"][place], "even attention", right=True)
    plots.set_places(axes.xaxis, [1, 2, 3, 4])
    axes.grid(visible=False, axis="x")
