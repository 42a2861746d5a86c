"""Hidden checks of part 4: more promises of the docstrings, with inputs that the public checks do not use."""

import random

from autograder.grading.checks import CheckFailed, check


def total(vocab_size, n, n_head, n_layer, block_size):
    return (2 * vocab_size + block_size) * n + n_layer * 12 * n**2


@check("4.1", points=1)
def test_the_draws_go_on_where_the_generator_stands(student, draw):
    """the numbers continue the generator's sequence."""
    for sizes, seed in (((2, 1, 1, 1, 3), 1), ((draw.randint(4, 6), 2, 1, 1, 3), draw.randrange(10_000))):
        rng = random.Random(seed)
        rng.gauss(0, 1)
        student.weights_of_two(*sizes, seed).must_be(
            [*(sorted(rng.gauss(0, 0.08) for _ in range(total(*sizes))) for _ in range(2)), rng.random()],
            likely="rng gives one number after the other: is each of yours one draw from it, and nothing else?",
        )


@check("4.2", points=0.5)
def test_flatten_goes_through_whatever_the_dict_holds(student, draw):
    """flatten works for any dict of matrices."""
    many = [[f"m{i}", draw.matrix(1, 1)] for i in range(9)]
    matrices = [["long", draw.matrix(1, 3)], ["high", draw.matrix(4, 1)], ["even", draw.matrix(2, 2)], *many]
    small = [["x", [[1]]], ["b", [[2], [3]]]]
    for first, second in ((small, [["x", [[4]]]]), ([["only", draw.matrix(1, 1)]], matrices)):
        student.flat_of_two(first, second).must_be(
            [[number for _, rows in each for row in rows for number in row] for each in (first, second)],
            likely="any names and sizes may come, and each call returns a list of its own",
        )


@check("4.3", points=1)
def test_count_parameters_makes_no_matrix(student, draw):
    """count_parameters makes no matrix."""
    head_dim, n_head, n_layer = draw.randint(60, 90), draw.randint(10, 16), draw.randint(40, 90)
    sizes = (draw.randint(30_000, 60_000), head_dim * n_head, n_head, n_layer, draw.randint(1000, 3000))
    try:
        answer = student.count(*sizes)
    except CheckFailed as failure:
        # Whoever builds such a model runs out of time or memory, and reads of a loop that never ends.
        if failure.reply is not None and failure.reply.failure in ("timeout", "memory"):
            failure.message += "Likely:     This size would take millions of Values: count by multiplying\n"
        raise
    answer.must_be(
        total(*sizes), likely="a small model was counted right, then this one too: multiply and add the sizes"
    )
