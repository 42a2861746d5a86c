"""Hidden checks of part 4: sentences of the docstrings, on inputs that the public checks do not have."""

import random

from autograder.grading.checks import check


def total(sizes):
    n = sizes["n_embd"]
    return (2 * sizes["vocab_size"] + sizes["block_size"]) * n + sizes["n_layer"] * 12 * n**2


@check("4.1", points=1)
def test_the_draws_go_on_where_the_generator_stands(student, draw):
    sizes = {"vocab_size": draw.randint(4, 6), "n_embd": 2, "n_head": 1, "n_layer": 1, "block_size": 3}
    seed = draw.randrange(10_000)
    rng = random.Random(seed)
    rng.gauss(0, 1)
    student.weights_of_two(sizes, seed).must_be(
        [*(sorted(rng.gauss(0, 0.08) for _ in range(total(sizes))) for _ in range(2)), rng.random()],
        likely="take every number from the rng that you are given, one draw each, and never seed or copy it",
    )


@check("4.2", points=0.5)
def test_flatten_goes_through_whatever_the_dict_holds(student, draw):
    for shapes in ([(1, 1)], [(1, 3), (4, 1), (2, 2), *[(1, 1)] * 9]):
        matrices = [[draw.word(), draw.matrix(rows, columns)] for rows, columns in shapes]
        names = {name for name, _ in matrices}
        matrices = matrices if len(names) == len(matrices) else [[f"m{i}", m] for i, (_, m) in enumerate(matrices)]
        student.flat(matrices).must_be(
            [number for _, rows in matrices for row in rows for number in row],
            likely="loop over the dict's own items, without a list of names and without sizes from a config",
        )


@check("4.3", points=1)
def test_count_parameters_makes_no_matrix(student, draw):
    head_dim, n_head, n_layer = draw.randint(60, 90), draw.randint(10, 16), draw.randint(40, 90)
    vocab_size, block_size, n = draw.randint(30_000, 60_000), draw.randint(1000, 3000), head_dim * n_head
    sizes = {"vocab_size": vocab_size, "n_embd": n, "n_head": n_head, "n_layer": n_layer, "block_size": block_size}
    student.count(sizes).must_be(
        total(sizes),
        likely="multiply and add the sizes; a model as large as this one can't be made just to count it",
    )
