"""Hidden checks of part 9: edge cases, and large models."""

import math

from autograder.grading.checks import check


@check("9.1", points=0.5)
def test_one_token_is_no_surprise(student, draw):
    """with one token, the loss is 0."""
    large = draw.randint(30_000, 200_000)
    student.uniform_losses([1, 2, large]).must_be(
        [0.0, math.log(2), math.log(large)],
        likely="a model that can only say one thing is never surprised: its loss is 0.",
    )


@check("9.2", points=0.5)
def test_a_loss_of_nothing_is_one_token(student, draw):
    """a loss of 0 is a perplexity of 1."""
    tokens = draw.randint(3, 500)
    student.perplexities([0.0, math.log(tokens)]).must_be(
        [1, tokens], likely="perplexity turns uniform_loss around: a loss of ln n is n tokens, a loss of 0 is one."
    )


@check("9.3", points=0.5)
def test_the_number_of_heads_makes_no_difference(student, draw):
    """the number of heads does not matter."""
    width, layers, length = 12, draw.randint(3, 48), draw.randint(300, 900)
    sizes = {"vocab_size": 50_257, "n_embd": width, "n_head": 1, "n_layer": layers, "block_size": 1024}
    student.kv_caches_of_many([{**sizes, "n_head": heads} for heads in (1, 3, width)], length).must_be(
        [(length * width + length * width) * layers] * 3,
        likely="more heads are narrower heads: the numbers of all heads together stay n_embd.",
    )


@check("9.4", points=0.5)
def test_scores_from_one_token_to_many(student, draw):
    long = draw.randint(300, 900)
    sizes = {"vocab_size": 50, "n_embd": 16, "n_head": 8, "n_layer": 3, "block_size": 1024}
    student.scores_of_many(sizes, [1, 2, long]).must_be(
        [sum(range(1, length + 1)) * 24 for length in (1, 2, long)],
        likely="one token has one score per head and layer, two have three: the second looks at itself and the first.",
    )
