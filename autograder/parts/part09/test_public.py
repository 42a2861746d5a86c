"""Public checks of part 9, and its two written answers. Counts are counted here, one by one, not by formula."""

import math

from autograder.grading.checks import check

# Config(), the docstrings' example.
DEFAULT = {"vocab_size": 27, "n_embd": 16, "n_head": 4, "n_layer": 1, "block_size": 16}


def draw_sizes(draw):
    """Sizes that differ from each other, so that none can stand for another."""
    layers, heads = draw.sample((2, 3, 5), 2)
    return {
        "vocab_size": draw.randint(20, 99),
        "n_embd": heads * 7,
        "n_head": heads,
        "n_layer": layers,
        "block_size": draw.randint(40, 60),
    }


@check("9.1", points=1.5)
def test_the_loss_of_knowing_nothing(student, draw):
    """the loss of a model that knows nothing."""
    vocab_sizes = [27, *draw.sample(range(3, 1000), 2)]
    # Every token has the probability 1/n, and the loss is the surprise in nats: -ln(1/n).
    student.uniform_losses(vocab_sizes).must_be(
        [-math.log(1 / n) for n in vocab_sizes],
        likely="each of n tokens has the probability 1/n; the loss is minus the natural logarithm of that.",
    )


@check("9.2", points=1.5)
def test_perplexity_undoes_the_logarithm(student, draw):
    losses = [math.log(27), draw.number(0.5, 2), draw.number(2, 4), draw.number(4, 7)]
    student.perplexities(losses).must_be(
        [math.e**loss for loss in losses],
        likely="n equally likely tokens have the loss ln n: which n has this loss? The loss is in nats, not in bits.",
    )


@check("9.3", points=2.5)
def test_the_caches_hold_keys_and_values_of_every_layer(student, draw):
    for sizes, length in ((DEFAULT, 5), (draw_sizes(draw), draw.randint(17, 39))):
        counted = 0
        for _layer in range(sizes["n_layer"]):
            for _cache in ("keys", "values"):
                for _position in range(length):
                    counted += sizes["n_embd"]
        student.kv_cache_floats(sizes, length).must_be(
            counted,
            likely="per layer and position one key and one value, each of n_embd numbers, all heads together.",
        )


@check("9.4", points=2.5)
def test_every_token_looks_at_itself_and_all_before_it(student, draw):
    """every token attends to itself and all earlier ones."""
    # Only length * (length + 1) is sure to be even: with odd sizes, nothing else can be halved.
    odd = {**draw_sizes(draw), "n_layer": 1, "n_head": draw.choice([1, 7])}
    for sizes, length in ((DEFAULT, 5), (draw_sizes(draw), draw.randint(17, 39)), (odd, 5)):
        counted = 0
        for _layer in range(sizes["n_layer"]):
            for _head in range(sizes["n_head"]):
                for token in range(length):
                    counted += len(range(token + 1))
        student.attention_score_count(sizes, length).must_be(
            counted,
            likely="token t looks at t positions: 1 + 2 + ... + length, in every head of every layer.",
        )


@check("9.5", points=2, by_hand=True)
def test_written_what_a_loss_tells():
    """Written: what a loss of 2.37 means.

    Your model has a held-out loss near 2.37 nats per token after 1,000 steps with one name per step. (a) How many
    equally likely letters is that, and how many would it be for a model that knows nothing, and for one that
    only counts letters (2.81) or pairs of letters (2.45)? (b) The loss that training printed for its last step was
    perhaps 1.9, perhaps 3.1. Why does that number say so little, and what would you print instead? (c) Write-ups of
    this model claim a final loss of 1.9 to 2.1. Why is that out of reach with one name per step, and what could bring
    you nearer? Support each answer with a number that you measured or worked out. About 200 words.
    """


@check("9.6", points=2, by_hand=True)
def test_written_what_attention_buys_and_costs():
    """Written: what attention buys, and what it costs.

    A table of pairs sees one letter back and reaches 2.45; your model sees them all and reaches about 2.36. (a) Give
    two names, or beginnings of names, for which the letter before the last one changes what comes next, and say what
    a head would have to look at. (b) When a name gets twice as long, what happens to the numbers in the caches, to
    the scores that are computed, and to the work of the mlp? Use your functions of 9.3 and 9.4. (c) You took attention
    out of a trained model: by how much did the loss rise, and why not by more? What does the comparison with the RNN
    show that attention is good for? Give numbers. About 200 words.
    """
