"""Hidden checks of part 7: promises of the docstrings, with other inputs."""

from autograder import model
from autograder.grading.checks import check
from autograder.parts.part07.oracle import (
    LETTERS,
    NAMES_FILE,
    STD,
    TOLERANCE,
    as_lists,
    draw_model,
    losses_of,
    run_steps,
    targets_of,
    tokens_of,
    words,
)

SIZES = [6, 4, 1, 2, 7]  # vocab_size, n_embd, n_head, n_layer, block_size
NARROW = [6, 2, 1, 1, 7]


@check("7.1", points=0.5)
def test_every_name_starts_with_empty_caches(student, draw):
    names = [tokens_of(draw, SIZES, length) for length in (2, 3)] * 2
    seed, weights, config = draw_model(draw, SIZES, names)
    student.losses_of(names, SIZES, seed, STD).must_be(
        losses_of(names, weights, config),
        likely="make new empty lists for keys and values in each call, one list per layer, and keep them for the "
        "whole name.",
        tolerance=TOLERANCE,
    )


@check("7.2", points=0.5)
def test_steps_from_a_random_point_of_a_run_match(student, draw):
    """steps from the middle of a real run give the expected losses and weights."""
    chars = "aeilnr"
    rows = NAMES_FILE.read_text(encoding="utf-8").splitlines()
    names = draw.sample(sorted({row for row in rows if set(row) <= set(chars)}), 60)
    sizes = [len(chars) + 1, 4, 2, 1, 5]
    replayed = model.replay(
        [*names, chars], 200, draw.randrange(1000), model.Sizes(*sizes), stop=draw.randrange(50, 150)
    )
    # Rounded, so that both sides begin with exactly the same numbers, and these are short.
    weights = {name: matrix.round(4) for name, matrix in replayed.weights.items()}
    matrices, rates = as_lists(weights), [0.008, 0.003]
    encoded = [model.encode(name, chars) for name in names]
    batch = sorted(encoded, key=lambda tokens: min(targets_of(tokens, weights, replayed.config)))[-2:]
    losses = run_steps(weights, replayed.config, batch, rates)
    student.steps_from_twice(matrices, batch, rates, sizes).must_be(
        [{"losses": losses, "weights": as_lists(weights)}] * 2,
        likely="a step depends on its five parameters only. Use the optimizer that was given, and keep nothing from "
        "call to call: then a second run from the same weights is the same.",
        tolerance=TOLERANCE,
    )


@check("7.3", points=0.5)
def test_the_docs_of_the_caller_stay_as_they_are(student, draw):
    """the caller's docs do not change, and the same seed gives the same training."""
    docs, seed = words(draw, 7), 0  # a seed like any other, no sign that none is given
    replayed = model.replay(docs, 5, seed, model.Sizes(*NARROW))
    student.docs_after_training(docs, 5, seed, NARROW).must_be(
        [replayed.losses, replayed.losses, docs],
        likely="shuffle works in place: make a copy with list(docs) first, and shuffle that. Make the generator, the "
        "list of losses and the optimiser inside train: then a second training with the same seed is the same.",
        tolerance=TOLERANCE,
    )


@check("7.4", points=0.5)
def test_held_out_loss_leaves_out_what_the_model_cannot_see(student, draw):
    """held_out_loss leaves out what sequence_loss leaves out."""
    docs = [draw.word(length, length, LETTERS) for length in (11, 2, 6, 5)]
    seed, weights, config = draw_model(draw, SIZES, [model.encode(doc, LETTERS) for doc in docs])
    student.loss_on(docs, [LETTERS], SIZES, seed, STD).must_be(
        model.held_out_loss(docs, weights, config, LETTERS),
        likely="sequence_loss makes at most block_size predictions, so a longer name counts as block_size.",
        tolerance=TOLERANCE,
    )
