"""Public checks of part 7. Expected values come from the grader's own model in numpy, never from the reference."""

import math
import random

from autograder import model
from autograder.grading.checks import check
from autograder.parts.part07.oracle import LETTERS, STD, as_lists, losses_of, run_steps, tokens_of, weights_of, words

# vocab_size, n_embd, n_head, n_layer, block_size: small, so that a step takes milliseconds, and all different.
SMALL = [6, 4, 2, 1, 8]
TWO_LAYERS = [5, 6, 3, 2, 7]


@check("7.1", points=0.5)
def test_one_prediction_costs_minus_the_log_of_its_probability(student, draw):
    seed, bos = draw.randrange(1000), SMALL[0] - 1
    weights, config = weights_of(SMALL, seed)
    logits = model.logits([bos], weights, config)[0].tolist()
    expected = math.log(sum(math.exp(logit) for logit in logits)) - logits[bos]
    student.losses_of([[bos, bos]], SMALL, seed, STD).must_be(
        [expected],
        likely="softmax turns the logits into probabilities; the loss is -log of the one at the target. "
        "Here BOS follows BOS, so there is one prediction: print its probability.",
    )


@check("7.1", points=1)
def test_the_loss_is_the_mean_over_all_predictions_of_a_name(student, draw):
    seed = draw.randrange(1000)
    weights, config = weights_of(SMALL, seed)
    names = [tokens_of(draw, SMALL, length) for length in (1, 6, 3)]
    expected = losses_of(names, weights, config)
    student.losses_of(names, SMALL, seed, STD).must_be(
        expected,
        likely="at position i the model sees tokens[i] and predicts tokens[i + 1]: n + 1 tokens make n predictions, "
        "the opening BOS is seen and the closing BOS predicted, and the sum is divided by n.",
    )


@check("7.1", points=0.5)
def test_backward_of_the_loss_gives_the_gradient_of_every_parameter(student, draw):
    seed = draw.randrange(1000)
    weights, config = weights_of(TWO_LAYERS, seed)
    tokens = tokens_of(draw, TWO_LAYERS, 4)
    student.gradients_of(tokens, TWO_LAYERS, seed, STD).must_be(
        as_lists(model.loss_and_gradient([tokens], weights, config)[1]),
        likely="keep the loss a Value from the logits to the mean: a number taken out with .data ends the graph there.",
    )


@check("7.1", points=0.5)
def test_at_most_block_size_predictions_count(student, draw):
    seed, sizes = draw.randrange(1000), [*SMALL[:4], 5]
    weights, config = weights_of(sizes, seed)
    names = [tokens_of(draw, sizes, length) for length in (4, 5, 9)]  # 5, 6 and 10 predictions
    expected = losses_of(names, weights, config)
    student.losses_of(names, sizes, seed, STD).must_be(
        expected,
        likely="the number of predictions is the smaller of block_size and len(tokens) - 1; divide by that number.",
    )


@check("7.2", points=0.5)
def test_a_step_returns_the_loss_before_the_update(student, draw):
    seed = draw.randrange(1000)
    weights, config = weights_of(SMALL, seed)
    names = [tokens_of(draw, SMALL, length) for length in (3, 2)] * 2
    rates = [0.05, 0.02, 0.01, 0.03]
    student.losses_of_steps(names, rates, SMALL, seed, STD).must_be(
        run_steps(weights, config, names, rates),
        likely="compute the loss once, then backward, then optimizer.step(lr), and return the .data of that loss.",
    )


@check("7.2", points=0.5)
def test_steps_move_the_weights_by_the_optimiser_and_its_rate(student, draw):
    seed = draw.randrange(1000)
    weights, config = weights_of(SMALL, seed)
    names, rates = [tokens_of(draw, SMALL, length) for length in (2, 3, 1)], [0.01, 0.04, 0.02]
    run_steps(weights, config, names, rates)
    student.weights_after_steps(names, rates, SMALL, seed, STD).must_be(
        as_lists(weights),
        likely="three lines in this order: the loss, its backward(), the optimizer's step with the lr that was given.",
    )


@check("7.3", points=0.5)
def test_the_docs_are_shuffled_and_then_the_weights_are_drawn(student, draw):
    docs, seed = words(draw, 5), draw.randrange(1000)
    replayed = model.replay(docs, 0, seed, model.Sizes(*SMALL))
    student.untrained(docs, seed, SMALL).must_be(
        as_lists(replayed.weights),
        likely="one generator, random.Random(seed), first shuffles the copy of the docs, and then goes on to "
        "init_state_dict.",
    )


@check("7.3", points=1)
def test_training_follows_the_golden_run(student, draw):
    docs, seed = words(draw, 7), draw.randrange(1000)
    replayed = model.replay(docs, 6, seed, model.Sizes(*SMALL))
    student.training(docs, 6, seed, SMALL).must_be(
        {"losses": replayed.losses, "weights": as_lists(replayed.weights)},
        likely="the number in [] is the first step that differs. Step 0: the order of the names, or the weights drawn. "
        "Step 1: the next name, or the first update. Step 2: the decay, or the optimiser's memory. Weights only: the "
        "rate of the last step.",
    )


@check("7.3", points=0.5)
def test_names_begin_again_when_they_are_used_up(student, draw):
    docs, seed = words(draw, 3), draw.randrange(1000)
    replayed = model.replay(docs, 8, seed, model.Sizes(*SMALL))
    student.training_losses(docs, 8, seed, SMALL).must_be(
        replayed.losses,
        likely="step i takes name i % len(docs) of the copy, which is shuffled once and not again.",
    )


@check("7.3", points=0.5)
def test_a_given_generator_shuffles_and_draws_and_nothing_else(student, draw):
    docs, number = words(draw, 5), draw.randrange(1000)
    rng = random.Random(number)
    replayed = model.replay(docs, 3, config=model.Sizes(*SMALL), rng=rng)
    student.training_with_a_generator(docs, 3, number, SMALL).must_be(
        [*replayed.losses, rng.random()],
        likely="use rng when it is given, and random.Random(seed) only when it is None. The last number shows where "
        "the generator stands afterwards: nothing but the shuffle and the parameters may be drawn.",
    )


@check("7.3", points=0.5)
def test_without_a_config_the_sizes_are_the_defaults_with_the_vocabulary_of_the_docs(student, draw):
    letters = "".join(draw.sample("abcdefghijklmnopqrstuvwxyz", 5))
    docs, seed = [letters[:1], letters[1:3], letters[3:]], draw.randrange(1000)
    replayed = model.replay(docs, 1, seed)
    student.default_training(docs, 1, seed).must_be(
        {
            "chars": replayed.chars,
            "losses": replayed.losses,
            "shapes": {name: list(shape) for name, shape in model.shapes(replayed.config).items()},
        },
        likely="the tokenizer is made from the docs, and its vocab_size is the only size that is not Config's default.",
    )


@check("7.3", points=0.5)
def test_on_step_hears_the_number_and_the_loss_of_every_step(student, draw):
    docs, seed = words(draw, 4), draw.randrange(1000)
    replayed = model.replay(docs, 3, seed, model.Sizes(*SMALL))
    student.training_heard(docs, 3, seed, SMALL).must_be(
        [[step, loss] for step, loss in enumerate(replayed.losses)],
        likely="after each step call on_step(step, loss) when it is not None: the steps count from 0.",
    )


@check("7.4", points=1)
def test_held_out_loss_counts_every_predicted_token_alike(student, draw):
    seed, sizes, train_docs = draw.randrange(1000), [*SMALL[:4], 10], [LETTERS]
    weights, config = weights_of(sizes, seed)
    docs = [draw.word(length, length, "bce") for length in (1, 8, 3)]  # a tokenizer made of these would number anew
    docs.append(docs[1])  # a row that comes again counts again
    student.loss_on(docs, train_docs, sizes, seed, STD).must_be(
        model.held_out_loss(docs, weights, config, LETTERS),
        likely="add up mean * number of predictions for every name, and divide once at the end by all predictions. "
        "Encode with the tokenizer of trained.",
    )
