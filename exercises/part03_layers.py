"""Part 3: the three building blocks of the model, on plain lists of `Value`.

Read the lesson first. To open it: make lesson part=3, or python -m autograder lesson 3
In your instructor's folder it is the notebook part03.ipynb; on the course's web page it is next to this code.

A vector is a list, a matrix is a list of rows. The GPT of part 5 is built from these three, addition and ReLU.

Each function returns a new list and does not change the caller's lists or Values. Gradients must reach every `Value`
that was used, so compute with the Values, not with their `.data`. The same `Value` may occur several times.
"""

from __future__ import annotations

from part01_autograd import Value


def linear(x: list[Value], w: list[list[Value]]) -> list[Value]:
    """Multiply the matrix w by the vector x: y_i = Σ_j w_ij · x_j, one output for each row of w.

    Σ_j is the sum over all positions j. Shapes: x (inputs), w (outputs, inputs), returned (outputs).

    >>> [y.data for y in linear([Value(1.0), Value(2.0)], [[Value(3.0), Value(4.0)]])]  # 3·1 + 4·2
    [11.0]
    """
    # TODO 3.1 linear: about 1 line
    raise NotImplementedError("3.1 linear")


def softmax(logits: list[Value]) -> list[Value]:
    """Turn logits (scores of any size) into probabilities: p_i = exp(x_i) / Σ_j exp(x_j), a list of the same length.

    exp(1000) is too large for a float. Subtracting the same number from every logit does not change the result, so
    subtract the largest: the largest exp is then exp(0) = 1. Subtract it as a plain number (its `.data`).

    Softmax: https://en.wikipedia.org/wiki/Softmax_function

    >>> [round(p.data, 4) for p in softmax([Value(1000.0), Value(1001.0)])]
    [0.2689, 0.7311]
    """
    # TODO 3.2 softmax: about 4 lines
    raise NotImplementedError("3.2 softmax")


def rmsnorm(x: list[Value], eps: float = 1e-5) -> list[Value]:
    """Scale the vector so that the mean of its squares is about 1: y_i = x_i / √(mean of x_j² + eps).

    eps is inside the root, and prevents a division by 0 when all numbers are 0. Do not subtract the mean of x.
    This norm has no parameters to learn.

    Zhang and Sennrich, Root Mean Square Layer Normalization, 2019: https://arxiv.org/abs/1910.07467

    >>> [round(y.data, 3) for y in rmsnorm([Value(3.0), Value(-4.0)])]  # mean of squares 12.5
    [0.849, -1.131]
    """
    # TODO 3.3 rmsnorm: about 3 lines
    raise NotImplementedError("3.3 rmsnorm")
