"""Experiments on the model, each a short script with a question: `python -m autograder experiment NAME` runs one.

A script has TITLE and QUESTION; SEEDS, how many runs it takes by default; TRAINS, whether they train;
measure(seeds, steps), which returns plain data; table, findings and describe, which put that data in words; draw,
which puts it in a matplotlib figure.
The numpy model of the grader trains, since its losses are the scalar ones: 1,000 steps take a third of a second.
"""

NAMES = (
    "data_sets",
    "depth_and_width",
    "norms_and_activations",
    "learning_rates",
    "names_per_step",
    "kv_cache",
    "heads",
    "nonsense",
)
