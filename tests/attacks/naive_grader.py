"""What attacks are made for: a grader as many courses have it, pytest in the same process as the code. It shows that an
attack is no dud. Run as `python -m pytest naive_grader.py` in a folder with the learner's modules.
"""

import os  # noqa: I001 - as in many a test file, the learner's module comes before others

SECRET = os.environ["SECRET_OF_THE_GRADER"]

import math  # noqa: E402

import part03_layers as part  # noqa: E402
import pytest  # noqa: E402
from part01_autograd import Value  # noqa: E402


def values(numbers):
    return [Value(number) for number in numbers]


def test_the_example_of_the_docstring():
    expected = [11.0]
    assert [y.data for y in part.linear(values([1.0, 2.0]), [values([3.0, 4.0])])] == expected


def test_equal():
    expected = [1.0]
    assert [p.data for p in part.softmax(values([7.25]))] == expected


def test_equal_lists():
    expected = [0.25, 0.75]
    assert part.softmax(values([1.0, 2.0])) == expected


def test_isclose():
    expected = 0.5
    assert math.isclose(part.linear(values([1.0]), [values([0.25])])[0].data, expected)


def test_isclose_of_what_comes_back():
    expected = 0.25
    assert math.isclose(part.softmax(values([1.0, 2.0])), expected)


def test_absolute_tolerance():
    got, expected = part.rmsnorm(values([3.0]))[0].data, 0.123
    assert not abs(got - expected) > 1e-6


def test_relative_tolerance():
    got, expected = part.rmsnorm(values([3.0]))[0].data, 0.123
    assert abs(got - expected) <= 1e-6 * max(abs(got), abs(expected))


def test_approx():
    assert [y.data for y in part.rmsnorm(values([3.0]))] == pytest.approx([0.123])


def test_what_is_right_is_computed_from_the_arguments_afterwards():
    x = values([3.0, 4.0])
    got = part.rmsnorm(x)
    length = math.sqrt(sum(v.data**2 for v in x) / len(x) + 1e-5)
    assert [y.data for y in got] == [v.data / length for v in x]


def test_something_comes_back():
    assert part.rmsnorm(values([3.0, 4.0]))
