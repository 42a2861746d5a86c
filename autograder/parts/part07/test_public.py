"""Public checks of part 7. Expected values come from the grader's own model in numpy, never from the reference."""

import math
import random

from autograder import model
from autograder.grading.checks import check
from autograder.parts.part07.oracle import (
    LETTERS,
    LONG,
    STD,
    TINY,
    TOLERANCE,
    as_lists,
    draw_model,
    draw_seed,
    losses_of,
    run_steps,
    tokens_of,
    weights_of,
    words,
)

# vocab_size, n_embd, n_head, n_layer, block_size: small, so that a step takes milliseconds, and all different.
SMALL = [6, 4, 2, 1, 8]
TWO_LAYERS = [5, 6, 3, 2, 7]
NARROW = [6, 2, 2, 1, 8]
EXAMPLE = [3, 4, 2, 1, 16]  # the docstrings' Config(vocab_size=3, n_embd=4, n_head=2)


@check("7.1", points=0.5)
def test_one_prediction_costs_minus_the_log_of_its_probability(student, draw):
    """the loss of one prediction is -log of its probability."""
    student.losses_of([[2, 2]], TINY, 42, 0.0).must_be(
        [math.log(3)],  # weights of 0 give each of the three tokens 1/3
        likely="with weights of 0 every logit is 0, so softmax gives each of the 3 tokens 1/3. BOS (2) follows BOS "
        "here, one prediction, and its loss is -ln(1/3) = ln 3.",
        tolerance=TOLERANCE,
    )
    bos = SMALL[0] - 1
    seed, weights, config = draw_model(draw, SMALL, [[bos, bos]])
    logits = model.logits([bos], weights, config)[0].tolist()
    expected = math.log(sum(math.exp(logit) for logit in logits)) - logits[bos]
    student.losses_of([[bos, bos]], SMALL, seed, STD).must_be(
        [expected],
        likely="softmax turns the logits into probabilities; the loss is -log of the one at the target. "
        "Here BOS follows BOS, so there is one prediction.",
        tolerance=TOLERANCE,
    )


@check("7.1", points=1)
def test_the_loss_is_the_mean_over_all_predictions_of_a_name(student, draw):
    for sizes, lengths in ((TINY, [2]), (SMALL, [1, 6, 3]), (LONG, [17])):
        names = [tokens_of(draw, sizes, length) for length in lengths]
        seed, weights, config = draw_model(draw, sizes, names)
        student.losses_of(names, sizes, seed, STD).must_be(
            losses_of(names, weights, config),
            likely="compare position by position: tokens[i] goes into gpt at position i, and tokens[i + 1] is the "
            "target. n + 1 tokens make n predictions, the closing BOS included; divide their sum by n.",
            tolerance=TOLERANCE,
        )


@check("7.1", points=0.5)
def test_backward_of_the_loss_gives_the_gradient_of_every_parameter(student, draw):
    """backward on the loss gives every parameter its gradient."""
    for sizes, length in ((TINY, 1), (TWO_LAYERS, 4)):
        tokens = tokens_of(draw, sizes, length)
        seed, weights, config = draw_model(draw, sizes, [tokens])
        loss, gradients = model.loss_and_gradient([tokens], weights, config)
        student.gradients_of(tokens, sizes, seed, STD).must_be(
            {"loss": loss, "gradients": as_lists(gradients)},
            likely="where the loss is right and gradients are 0 or too small, a Value became a plain number on the "
            "way: keep Values from the logits to the mean.",
            tolerance=TOLERANCE,
        )


@check("7.1", points=0.5)
def test_at_most_block_size_predictions_count(student, draw):
    """at most block_size predictions count."""
    # block_size 2, 5 and 18: a name of n characters asks for n + 1 predictions.
    for sizes, lengths in (([*TINY[:4], 2], [3]), ([*SMALL[:4], 5], [4, 5, 9]), (LONG, [24])):
        names = [tokens_of(draw, sizes, length) for length in lengths]
        seed, weights, config = draw_model(draw, sizes, names)
        student.losses_of(names, sizes, seed, STD).must_be(
            losses_of(names, weights, config),
            likely="the number of predictions is the smaller of block_size and len(tokens) - 1; divide by that number.",
            tolerance=TOLERANCE,
        )


@check("7.2", points=0.5)
def test_a_step_returns_the_loss_before_the_update(student, draw):
    likely = (
        "compute the loss once, then call backward, then optimizer.step(lr), and return the .data of that loss. The "
        "first number is the loss of the weights as they were drawn; the next ones show the updates."
    )
    example = [[2, 0, 1, 2]] * 3  # the docstring's
    weights, config = weights_of(EXAMPLE, 42, 0.08)
    student.losses_of_steps(example, [0.1] * 3, EXAMPLE, 42, 0.08).must_be(
        run_steps(weights, config, example, [0.1] * 3), likely, tolerance=TOLERANCE
    )
    names = [tokens_of(draw, SMALL, length) for length in (3, 2)] * 2
    seed, weights, config = draw_model(draw, SMALL, names)
    rates = [0.05, 0.02, 0.01, 0.03]
    student.losses_of_steps(names, rates, SMALL, seed, STD).must_be(
        run_steps(weights, config, names, rates), likely, tolerance=TOLERANCE
    )


@check("7.2", points=0.5)
def test_steps_move_the_weights_by_the_optimiser_and_its_rate(student, draw):
    """the optimiser moves the weights, with the given learning rate."""
    for sizes, lengths, rates in ((TINY, [1], [0.02]), (SMALL, [2, 3, 1], [0.01, 0.04, 0.02])):
        names = [tokens_of(draw, sizes, length) for length in lengths]
        seed, weights, config = draw_model(draw, sizes, names)
        run_steps(weights, config, names, rates)
        student.weights_after_steps(names, rates, sizes, seed, STD).must_be(
            {
                "weights": as_lists(weights),
                "every grad is 0": True,
                "loss afterwards": losses_of(names[:1], weights, config)[0],
            },
            likely="three calls in this order: sequence_loss, backward of that loss, step of the optimizer that was "
            "given, with the lr that was given. Call backward only once.",
            tolerance=TOLERANCE,
        )


@check("7.3", points=0.5)
def test_the_docs_are_shuffled_and_then_the_weights_are_drawn(student, draw):
    """train shuffles the docs, then draws the weights."""
    likely = (
        "make one generator, random.Random(seed). Shuffle the copy of the docs with it first, and then pass the same "
        "generator to init_state_dict."
    )
    for docs, seed, sizes in ((["ab", "b"], 42, TINY), (words(draw, 5), draw_seed(draw), SMALL)):
        replayed = model.replay(docs, 0, seed, model.Sizes(*sizes))
        student.untrained(docs, seed, sizes).must_be(as_lists(replayed.weights), likely)


@check("7.3", points=1)
def test_training_follows_the_golden_run(student, draw):
    """training gives the expected losses, step by step."""
    example = ["ab", "ba", "aab"]  # the docstring's
    for docs, num_steps, seed, sizes in (
        (example, 3, 42, EXAMPLE),
        (words(draw, 13, repeated=True), 12, draw_seed(draw), NARROW),
    ):
        replayed = model.replay(docs, num_steps, seed, model.Sizes(*sizes))
        student.training(docs, num_steps, seed, sizes).must_be(
            {
                "losses": replayed.losses,
                "chars": replayed.chars,
                "sizes": sizes,
                "weights": as_lists(replayed.weights),
            },
            likely="the number in [] is the first step that differs. Step 0: the order of the names, or the weights "
            "drawn. Step 1: the next name, or the first update. Step 2: the decay, or the optimiser's memory. Weights "
            "only: the rate of the last step.",
            tolerance=TOLERANCE,
        )


@check("7.3", points=0.5)
def test_names_begin_again_when_they_are_used_up(student, draw):
    """after the last name, training starts again at the first."""
    for docs, num_steps, sizes in ((["ab", "b"], 3, TINY), (words(draw, 3, repeated=True), 8, SMALL)):
        seed = draw_seed(draw)
        replayed = model.replay(docs, num_steps, seed, model.Sizes(*sizes))
        student.training_losses(docs, num_steps, seed, sizes).must_be(
            replayed.losses,
            likely="step i takes name i % len(docs) of the copy, which is shuffled once and not again.",
            tolerance=TOLERANCE,
        )


@check("7.3", points=0.5)
def test_a_given_generator_shuffles_and_draws_and_nothing_else(student, draw):
    """rng shuffles and draws, and is used for nothing else."""
    for docs, num_steps, sizes in ((["ab", "b"], 1, TINY), (words(draw, 5), 3, SMALL)):
        number = draw_seed(draw)
        rng = random.Random(number)
        replayed = model.replay(docs, num_steps, config=model.Sizes(*sizes), rng=rng)
        student.training_with_a_generator(docs, num_steps, number, sizes).must_be(
            [*replayed.losses, rng.random()],
            likely="use rng when it is given, and random.Random(seed) only when it is None. The last number shows "
            "what the generator draws next: use it for the shuffle and the parameters, and for nothing else.",
            tolerance=TOLERANCE,
        )


@check("7.3", points=0.5)
def test_without_a_config_the_sizes_are_the_defaults_with_the_vocabulary_of_the_docs(student, draw):
    """without a config, the sizes are the defaults and the docs' vocabulary."""
    letters = "".join(draw.sample("abcdefghijklmnopqrstuvwxyz", 5))
    for docs, num_steps in ((["ab"], 0), ([letters[:1], letters[1:3], letters[3:]], 1)):
        seed = draw_seed(draw)
        replayed = model.replay(docs, num_steps, seed)
        student.default_training(docs, num_steps, seed).must_be(
            {
                "losses": replayed.losses,
                "chars": replayed.chars,
                "sizes": [len(replayed.chars) + 1, 16, 4, 1, 16],
                "shapes": {name: list(shape) for name, shape in model.shapes(replayed.config).items()},
            },
            likely="make the tokenizer from the docs. Its vocab_size is the only size that is not Config's default, "
            "and the result holds this config: Trained(tokenizer, config, state_dict, losses).",
            tolerance=TOLERANCE,
        )


@check("7.3", points=0.5)
def test_on_step_hears_the_number_and_the_loss_of_every_step(student, draw):
    """on_step gets the number and the loss of every step."""
    for docs, num_steps, sizes in ((["ab", "b"], 2, TINY), (words(draw, 6), 8, NARROW)):
        seed = draw_seed(draw)
        replayed = model.replay(docs, num_steps, seed, model.Sizes(*sizes))
        student.training_heard(docs, num_steps, seed, sizes).must_be(
            [[step, loss] for step, loss in enumerate(replayed.losses)],
            likely="after each step call on_step(step, loss) when it is not None: the steps count from 0.",
            tolerance=TOLERANCE,
        )


@check("7.4", points=1)
def test_held_out_loss_counts_every_predicted_token_alike(student, draw):
    """held_out_loss weighs every predicted token equally."""
    likely = (
        "add up mean * number of predictions for every name, and divide once at the end by all predictions. Encode "
        "with the tokenizer of trained."
    )
    tiny = ["b", "bbb"]
    seed, weights, config = draw_model(draw, TINY, [model.encode(doc, "ab") for doc in tiny])
    student.loss_on(tiny, ["ab"], TINY, seed, STD).must_be(
        model.held_out_loss(tiny, weights, config, "ab"), likely, tolerance=TOLERANCE
    )
    # A tokenizer made of these docs would number the letters differently.
    docs = [draw.word(length, length, "bce") for length in (1, 17, 3, 2, 4, 1, 2, 3, 5, 2, 6)]
    docs.append(docs[1])  # a row that comes again counts again
    seed, weights, config = draw_model(draw, LONG, [model.encode(doc, LETTERS) for doc in docs])
    student.loss_on(docs, [LETTERS], LONG, seed, STD).must_be(
        model.held_out_loss(docs, weights, config, LETTERS), likely, tolerance=TOLERANCE
    )
