"""What each head looks at: does the first find vowels, the second the end?"""

from __future__ import annotations

import numpy as np

from autograder import model
from autograder.text import listed
from experiments import plots, words
from experiments.training import split, spread, train

TITLE = "What each head looks at"
QUESTION = """Drawings of this model label its heads: one finds vowels, one looks at the letter before. The model is
trained with many seeds, and each head's attention on held-out names is added up: how much goes to BOS, to the
letter itself, to the one before it, to vowels. *Even attention* is a head that looks at all positions alike."""
SEEDS = 100
TRAINS = True
VOWELS = "aeiou"
LOOKS = ("BOS", "itself", "the letter before", "vowels")
NAMES_READ = 300


def measure(seeds: int, steps: int) -> dict:
    """For each head of each seed, the share of attention that letters give to each of LOOKS."""
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
    """Heads × looks: of all the attention that the letters of these names give. trained None: an even head."""
    total, queries = 0.0, 0
    for name in names:
        length = len(name) + 1
        if trained is None:
            maps = np.tril(np.ones((1, length, length))) / np.arange(1, length + 1)[:, None]
        else:
            maps = model.attention_weights(model.encode(name, trained.chars)[:-1], trained.weights, trained.config)[0]
        vowel = np.array([False, *(letter in VOWELS for letter in name)])
        of_letters = maps[:, 1:]  # BOS can look at itself only
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
    return words.table(["share of attention to", *LOOKS, "seeds in which it looks at vowels most"], rows)


def findings(figures: dict) -> str:
    """What the numbers say."""
    vowels = [share[LOOKS.index("vowels")] for seed in figures["by_seed"] for share in seed]
    return (
        f"No head has an office. The head with the most attention to vowels is head 1, 2, 3 or 4 in "
        f"{listed(figures['most_vowels'])} of {len(figures['by_seed'])} seeds: the heads start alike and "
        "nothing tells them apart. "
        f"Single heads give vowels a share between {min(vowels):.2f} and {max(vowels):.2f}, even attention gives "
        f"{figures['even'][LOOKS.index('vowels')]:.2f}. In one trained model a head can indeed look at vowels; in "
        "the next it is another one, or none."
    )


def describe(figures: dict) -> str:
    """The picture in words."""
    columns = []
    for number, head in enumerate(figures["heads"], start=1):
        columns.append(f"head {number} from {head['vowels']['lowest']:.2f} to {head['vowels']['highest']:.2f}")
    return (
        f"Share of attention on vowels, one dot for each of {len(figures['by_seed'])} seeds: {', '.join(columns)}; "
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
