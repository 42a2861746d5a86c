"""Public checks of part 1."""

from autograder.grading.checks import check


@check("1.1", points=1)
def test_a_sum_holds_the_sum(student, draw):
    a, b = draw.numbers(2)
    student.value_of_sum(a, b).must_be(a + b, likely="data of the result is the sum of both data")


@check("1.4", points=2)
def test_a_value_used_twice_gets_both_gradients(student, draw):
    a, b = draw.numbers(2)
    student.diamond(a, b).must_be([a * b + a, b + 1, a], likely="grad is added to with +=, once for each path")
