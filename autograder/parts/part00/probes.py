"""Probes of part 0. Slopes are asked of polynomials, which are made here from the numbers that come in."""

import part00_setup as part


def squares(numbers):
    """[square(x) for x in {numbers}]"""
    return [part.square(x) for x in numbers]


def slopes_of_product(x, y):
    """numerical_gradient(lambda xs: xs[0] * xs[1], [{x}, {y}])"""
    return _listed(part.numerical_gradient(lambda xs: xs[0] * xs[1], [x, y]))


def slopes_of_sum_of_powers(factors, xs):
    """c = {factors}; numerical_gradient(lambda xs: sum(c[i] * xs[i] ** (i + 1) for i in range(len(c))), {xs})"""
    return _listed(part.numerical_gradient(_sum_of_powers(factors), xs))


def slope_of_cube(x, h):
    """numerical_gradient(lambda xs: xs[0]**3, [{x}], h={h})"""
    return _listed(part.numerical_gradient(lambda xs: xs[0] ** 3, [x], h=h))


def slopes_and_what_was_handed_in(factors, xs):
    """f = lambda xs: sum(c * x**2 for c, x in zip({factors}, xs)); xs = {xs}; [numerical_gradient(f, xs), xs]"""
    xs = list(xs)
    gradient = _listed(part.numerical_gradient(_weighted_squares(factors), xs))
    return [gradient, xs]


def slopes_of_a_function_that_writes(factors, xs):
    """f = the sum of c * x**2 for c in {factors} and x in xs, after which f sets its own xs to 0; xs = {xs};
    [numerical_gradient(f, xs), xs]"""
    xs, weighted_squares = list(xs), _weighted_squares(factors)

    def f(numbers):
        result = weighted_squares(numbers)
        numbers[:] = [0.0] * len(numbers)
        return result

    gradient = _listed(part.numerical_gradient(f, xs))
    return [gradient, xs]


def _listed(gradient):
    """Any sequence as a list; one number stays what it is, which the check then shows."""
    return gradient if isinstance(gradient, (int, float)) else list(gradient)


def _sum_of_powers(factors):
    return lambda xs: sum(factors[i] * xs[i] ** (i + 1) for i in range(len(factors)))


def _weighted_squares(factors):
    return lambda xs: sum(factors[i] * xs[i] ** 2 for i in range(len(factors)))
