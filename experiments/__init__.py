"""Experiments on the model, each a short script that answers a question: `python -m autograder experiment NAME`.

A script has TITLE and QUESTION; SEEDS, the default number of runs; TRAINS, whether they train; measure(seeds, steps),
which returns plain data; table, findings and describe, which turn that data into text; and draw, which draws it in a
matplotlib figure.
The grader's numpy model does the training: its losses equal those of the scalar model, and 1,000 steps take a third
of a second.
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
    "recurrent",
    "removals",
)
