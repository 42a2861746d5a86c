"""Public checks of part 4. The matrices are drawn again here, number by number, from the same seed.

Sizes are given in the order of Config: vocab_size, n_embd, n_head, n_layer, block_size. The first call of a check is
small enough for paper; random sizes follow, all different, so that none can stand for another.
"""

import random

from autograder.grading.checks import check

ATTENTION = ("attn_wq", "attn_wk", "attn_wv", "attn_wo")
SMALL = (3, 2, 2, 1, 5)
LARGE = (30, 20, 5, 2, 18)  # larger than the course's own in every size


def draw_sizes(draw, n_layer):
    """Sizes that all differ, so that none can stand for another."""
    head_dim, n_head = draw.choice([(2, 3), (3, 2), (4, 2), (2, 4)])
    vocab_size, block_size = draw.sample([5, 7, 9, 10, 11], 2)
    return vocab_size, head_dim * n_head, n_head, n_layer, block_size


def expected_shapes(vocab_size, n, n_head, n_layer, block_size):
    shapes = {"wte": [vocab_size, n], "wpe": [block_size, n], "lm_head": [vocab_size, n]}
    for i in range(n_layer):
        shapes.update({f"layer{i}.{name}": [n, n] for name in ATTENTION})
        shapes.update({f"layer{i}.mlp_fc1": [4 * n, n], f"layer{i}.mlp_fc2": [n, 4 * n]})
    return shapes


def drawn(sizes, rng, std):
    shapes = expected_shapes(*sizes).items()
    return {
        name: [[rng.gauss(0, std) for _ in range(columns)] for _ in range(rows)] for name, (rows, columns) in shapes
    }


@check("4.1", points=1)
def test_every_matrix_has_its_rows_and_columns(student, draw):
    """every matrix has the right shape."""
    by_hand = "compare each name with the docstring's table: wte has 3 rows of 2 numbers, wpe 5 rows of 2, and so on"
    for sizes, likely in (
        (SMALL, by_hand),
        (draw_sizes(draw, draw.randint(2, 4)), "compare name by name with the table"),
    ):
        shapes = expected_shapes(*sizes)
        student.shapes(*sizes).must_be({name: shapes[name] for name in sorted(shapes)}, likely)


@check("4.1", points=0.5)
def test_the_matrices_stand_in_the_order_of_drawing(student, draw):
    """the matrices are in the right order."""
    for sizes in (SMALL, draw_sizes(draw, draw.randint(2, 4)), (4, 1, 1, 11, 3)):
        student.counts(*sizes).must_be(
            {name: rows * columns for name, (rows, columns) in expected_shapes(*sizes).items()},
            likely="print list(state_dict), and compare it with the docstring's table from top to bottom",
        )


@check("4.1", points=1.5)
def test_the_numbers_are_drawn_row_by_row(student, draw):
    by_hand = "by hand: after rng = random.Random(1), the first six rng.gauss(0, 0.08) are the three rows of wte"
    cases = [
        (SMALL, 1, by_hand),
        (draw_sizes(draw, 2), draw.randrange(10_000), "compare the first rows of wte and wpe"),
    ]
    for sizes, seed, likely in cases:
        student.weights(*sizes, seed).must_be(drawn(sizes, random.Random(seed), 0.08), likely)
    seed = draw.randrange(10_000)
    student.last_rows(*LARGE, seed).must_be(
        {name: rows[-1] for name, rows in drawn(LARGE, random.Random(seed), 0.08).items()},
        likely="the smaller models were right and this one is larger than the course's: is a size fixed in your code?",
    )


@check("4.1", points=1)
def test_std_sets_the_spread(student, draw):
    """std is the standard deviation of the numbers."""
    for sizes, seed, std in (
        ((2, 1, 1, 1, 3), 1, 2.0),
        (draw_sizes(draw, 1), draw.randrange(10_000), draw.number(0.2, 3.0)),
    ):
        matrices = drawn(sizes, random.Random(seed), std).values()
        student.weights_with_std(*sizes, seed, std).must_be(
            sorted(number for matrix in matrices for row in matrix for number in row),
            likely="with one seed, each number for std=2 is 25 times the one for std=0.08: print the first of both",
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
    small = [["two", [[1, 2], [3, 4]]], ["one", [[5]]]]
    large = [["x", draw.matrix(70, 3)], ["a", draw.matrix(2, 66)]]
    for matrices, likely in (
        (small, "the two rows of the first matrix come first, then the row of the second"),
        (draw_matrices(draw), "write down by hand what the first matrix gives, row by row"),
        (large, "the smaller matrices were right: is a size fixed in your code?"),
    ):
        student.flat(matrices).must_be([number for _, rows in matrices for row in rows for number in row], likely)


@check("4.2", points=1)
def test_flatten_gives_the_values_themselves(student, draw):
    """flatten returns the Values themselves."""
    matrices = draw_matrices(draw)
    new = [[name, [draw.numbers(len(row)) for row in rows]] for name, rows in matrices]
    for before, after in (([["wte", [[1, 2]]]], [["wte", [[7, 8]]]]), (matrices, new)):
        student.changed_in_place(before, [number for _, rows in after for row in rows for number in row]).must_be(
            after,
            likely='is flatten(state_dict)[0] the same object as the first Value of the first matrix? Ask with "is"',
        )


@check("4.3", points=1.5)
def test_count_parameters_counts_every_matrix(student, draw):
    """count_parameters counts every matrix."""
    by_hand = "by hand: wte 7*10, wpe 2*10, lm_head 7*10; in the layer 4 times 10*10, then 40*10 and 10*40: 1360"
    once = "the same sizes with one layer were right: which matrices are there once, and which in every layer?"
    again = "add up rows times columns of every matrix in the table of 4.1, and compare it with your parts"
    for sizes, likely in (
        ((7, 10, 5, 1, 2), by_hand),
        ((7, 10, 5, 2, 2), once),
        (draw_sizes(draw, draw.randint(2, 5)), again),
    ):
        student.count(*sizes).must_be(sum(rows * columns for rows, columns in expected_shapes(*sizes).values()), likely)
