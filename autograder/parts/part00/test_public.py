"""Public checks of part 0. The expected slopes are closed forms; with the default h the error is far below 1e-6."""

from autograder.grading.checks import check

ROUNDING = 1e-6  # of a difference of floats, divided by 2e-5


@check("0.1", points=2)
def test_square_gives_x_times_x(student, draw):
    """square returns x times x."""
    drawn = [draw.number(1.1, 9.0), draw.number(-9.0, -1.1), draw.number(0.1, 0.9), 0, 10]
    for numbers in ([3.0, -2.0], drawn):
        student.squares(numbers).must_be([x * x for x in numbers], likely="the square is x times x: for 3 it is 9.")


@check("0.2", points=2)
def test_each_coordinate_gets_a_slope_of_its_own(student, draw):
    """each coordinate has its own slope."""
    for x, y in ((2.0, 5.0), (draw.number(1.1, 3.0), draw.number(-3.0, -1.1))):
        student.slopes_of_product(x, y).must_be(
            [y, x],
            likely="for each position i, compute f with xs[i] + h, minus f with xs[i] - h, divided by 2 * h. Leave the "
            "other coordinates unchanged.",
            tolerance=ROUNDING,
        )


@check("0.2", points=2)
def test_the_difference_is_taken_to_both_sides(student, draw):
    """the difference uses both sides."""
    for x, h in ((1.0, 0.5), (draw.number(1.1, 3.0), draw.randint(10, 40) / 100)):
        # ((x + h)^3 - (x - h)^3) / 2h, multiplied out
        student.slope_of_cube(x, h).must_be(
            [3 * x * x + h * h],
            likely="compute f(x + h) - f(x - h), divided by the distance between the points, 2 * h.",
        )


@check("0.2", points=2)
def test_slopes_of_powers_are_found_for_any_number_of_coordinates(student, draw):
    """any number of coordinates works."""
    for count in (1, 5):
        factors, xs = draw.numbers(count), draw.numbers(count, -1.5, 1.5)
        xs[-1] = xs[0]  # the same number twice: only its position tells the two apart
        student.slopes_of_sum_of_powers(factors, xs).must_be(
            [(i + 1) * factors[i] * xs[i] ** i for i in range(count)],
            likely="return one slope per coordinate, in order: (f above - f below) / (2 * h).",
            tolerance=ROUNDING,
        )
