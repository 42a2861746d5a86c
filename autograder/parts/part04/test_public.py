"""Public checks of part 4. The matrices are drawn again here, number by number, from the same seed."""

import random

from autograder.grading.checks import check

ATTENTION = ("attn_wq", "attn_wk", "attn_wv", "attn_wo")


def draw_sizes(draw, n_layer):
    """Sizes that all differ, so that none can stand for another."""
    head_dim, n_head = draw.choice([(2, 3), (3, 2), (4, 2), (2, 4)])
    vocab_size, block_size = draw.sample([5, 7, 9, 10, 11], 2)
    sizes = {"vocab_size": vocab_size, "n_embd": head_dim * n_head, "n_head": n_head}
    return {**sizes, "n_layer": n_layer, "block_size": block_size}


def expected_shapes(sizes):
    n = sizes["n_embd"]
    shapes = {"wte": [sizes["vocab_size"], n], "wpe": [sizes["block_size"], n], "lm_head": [sizes["vocab_size"], n]}
    for i in range(sizes["n_layer"]):
        shapes.update({f"layer{i}.{name}": [n, n] for name in ATTENTION})
        shapes.update({f"layer{i}.mlp_fc1": [4 * n, n], f"layer{i}.mlp_fc2": [n, 4 * n]})
    return shapes


def drawn(sizes, rng, std):
    shapes = expected_shapes(sizes).items()
    return {
        name: [[rng.gauss(0, std) for _ in range(columns)] for _ in range(rows)] for name, (rows, columns) in shapes
    }


@check("4.1", points=1)
def test_every_matrix_has_its_rows_and_columns(student, draw):
    sizes = draw_sizes(draw, draw.randint(2, 4))
    shapes = expected_shapes(sizes)
    student.shapes(sizes).must_be(
        {name: shapes[name] for name in sorted(shapes)},
        likely="compare name by name with the table in the docstring: rows are outputs, columns are inputs",
    )


@check("4.1", points=0.5)
def test_the_matrices_stand_in_the_order_of_drawing(student, draw):
    sizes = draw_sizes(draw, draw.randint(2, 4))
    student.counts(sizes).must_be(
        {name: rows * columns for name, (rows, columns) in expected_shapes(sizes).items()},
        likely="a dict keeps the order in which you fill it: wte, wpe, lm_head, then layer by layer",
    )


@check("4.1", points=1.5)
def test_the_numbers_are_drawn_row_by_row(student, draw):
    sizes, seed = draw_sizes(draw, 2), draw.randrange(10_000)
    student.weights(sizes, seed).must_be(
        drawn(sizes, random.Random(seed), 0.08),
        likely="draw one rng.gauss(0, std) for each number, the first row from left to right, then the next row",
    )


@check("4.1", points=1)
def test_std_sets_the_spread(student, draw):
    sizes, seed, std = draw_sizes(draw, 1), draw.randrange(10_000), draw.number(0.2, 3.0)
    matrices = drawn(sizes, random.Random(seed), std).values()
    student.weights_with_std(sizes, seed, std).must_be(
        sorted(number for matrix in matrices for row in matrix for number in row),
        likely="draw every number with rng.gauss(0, std): std itself, which is no variance and has no fixed size",
    )


def draw_matrices(draw):
    """Names out of alphabetical order, matrices of different shapes."""
    names = draw.sample(["wte", "wpe", "lm_head", "layer0.mlp_fc1", "layer10.attn_wq", "layer2.attn_wq"], 4)
    if names == sorted(names):
        names.reverse()
    return [
        [name, draw.matrix(rows, columns)] for name, (rows, columns) in zip(names, ((3, 2), (1, 4), (2, 3), (2, 1)))
    ]


@check("4.2", points=1)
def test_flatten_goes_matrix_by_matrix_and_row_by_row(student, draw):
    matrices = draw_matrices(draw)
    student.flat(matrices).must_be(
        [number for _, rows in matrices for row in rows for number in row],
        likely="three loops in one another: over the dict's matrices as they stand there, over rows, over values",
    )


@check("4.2", points=1)
def test_flatten_gives_the_values_themselves(student, draw):
    matrices = draw_matrices(draw)
    new = [[name, [draw.numbers(len(row)) for row in rows]] for name, rows in matrices]
    student.changed_in_place(matrices, [number for _, rows in new for row in rows for number in row]).must_be(
        new, likely="put the Values of the dict into the list, not new Values: the optimiser must reach the model's own"
    )


@check("4.3", points=1.5)
def test_count_parameters_counts_every_matrix(student, draw):
    for n_layer in (1, draw.randint(2, 5)):
        sizes = draw_sizes(draw, n_layer)
        student.count(sizes).must_be(
            sum(rows * columns for rows, columns in expected_shapes(sizes).values()),
            likely="add rows times columns of every matrix in the table of 4.1: three, and six for each layer",
        )
