from autograder.grading.checks import check


@check("1.4", points=1)
def test_a_sum_passes_its_slope_to_both(student, draw):
    a, b = draw.numbers(2)
    student.sum_and_gradients(a, b).must_be([a + b, 1, 1])
