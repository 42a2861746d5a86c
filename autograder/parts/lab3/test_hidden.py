"""Hidden checks of lab 3: more promises of the same docstrings."""

from autograder.grading.checks import check
from autograder.parts.lab3 import oracle
from autograder.parts.lab3.test_public import FLOAT64, SIZES, SMALL, names_of
from autograder.parts.part05 import oracle as part5


@check("L3.2", points=0.5)
def test_rmsnorm_adds_eps_inside_the_root(student, draw):
    """rmsnorm adds eps inside the root."""
    x = [[0.1, -0.1, 0.1], [0, 0, 0]]
    student.normed_with_eps(x, 0.15).must_be(
        [[0.25, -0.25, 0.25], [0, 0, 0]], "by hand: 0.01 + 0.15 is 0.16, its root 0.4"
    )
    x = [[number / 1000 for number in draw.numbers(3)] for _ in range(2)]
    student.normed(x).must_be([part5.rmsnorm(row) for row in x], "the default of eps is 1e-5")


@check("L3.5", points=0.5)
def test_a_long_name_has_block_size_predictions(student, draw):
    """a long name has block_size predictions."""
    bos, seed = SIZES["vocab_size"] - 1, draw.randrange(1000)
    name = [bos, *(draw.randrange(bos) for _ in range(9)), bos]
    student.loss(name, SIZES, seed).must_be(
        oracle.loss_and_gradients(name, SIZES, seed)[0],
        "how many rows does wpe have, and how many tokens does the name have?",
    )


@check("L3.6", points=1)
def test_training_changes_the_weights_as_the_scalar_model_does(student, draw):
    """training changes the weights as in the scalar model."""
    names, seed = names_of(draw, 2, SMALL), draw.randrange(1000)
    student.trained(names, SMALL, seed, 4).must_be(oracle.train(names, SMALL, seed, 4)[1], FLOAT64)
