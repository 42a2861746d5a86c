"""Hidden checks of lab 1: more promises of the same docstrings."""

from autograder.grading.checks import check
from autograder.parts.lab1 import oracle
from autograder.parts.part05 import oracle as part5

SIZES = {"vocab_size": 4, "n_embd": 4, "n_head": 2, "n_layer": 2, "block_size": 3}


@check("L1.2", points=0.5)
def test_gelu_takes_numbers_of_any_size(student, draw):
    """gelu takes numbers of any size."""
    large = [40.0, -40.0, 25 + draw.number(0, 5), -25 - draw.number(0, 5)]
    student.gelu_outputs(large).must_be(
        [max(x, 0.0) for x in large], "for a large x the step is 1, for a very negative one 0: does exp overflow?"
    )
    student.gelu_slopes(large).must_be([float(x > 0) for x in large], "the slope of relu, far from 0", tolerance=1e-7)


@check("L1.3", points=0.5)
def test_every_number_of_a_norm_is_a_value_of_its_own(student, draw):
    """every number of a norm is a Value of its own."""
    names, n = oracle.norms(SIZES), SIZES["n_embd"]
    expected = {
        name: [[float((2 * i + row) * n + j) for j in range(n)] for row in range(2)] for i, name in enumerate(names)
    }
    student.norms_numbered(SIZES, draw.randrange(1000)).must_be(
        expected, "[Value(1.0)] * n is n times the same Value: make a new one for each place"
    )


@check("L1.4", points=1)
def test_gradients_get_to_every_matrix_and_norm(student, draw):
    """gradients get to every matrix and to every norm."""
    tokens, seed = [draw.randrange(SIZES["vocab_size"]) for _ in range(2)], draw.randrange(1000)
    factors, model = draw.numbers(SIZES["vocab_size"]), oracle.weights(SIZES, seed)

    def result():
        return part5.weighted(factors, oracle.read(tokens, model, SIZES)[-1])

    expected = {}
    for name, rows in model.items():
        if name in oracle.norms(SIZES):
            expected[name] = part5.slopes(result, rows)
        else:
            expected[name] = [[first_slope(result, row)] for row in rows]
    student.gradients(tokens, SIZES, seed, factors).must_be(
        expected, "look for .data or a new Value(...), which cuts the graph", tolerance=1e-7
    )


def first_slope(result, row):
    """The slope along the first number of a row."""
    number, row[0] = row[0], row[0] + part5.STEP * 1j
    slope = result().imag / part5.STEP
    row[0] = number
    return slope
