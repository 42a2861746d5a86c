"""Part 1: automatic differentiation, with a number that remembers how it was computed.

Read the lesson first. To open it: make lesson part=1, or python -m autograder lesson 1
In your instructor's folder it is the notebook part01.ipynb; on the course's web page it is next to this code.

A `Value` holds a number, the values that it was computed from (its children), and its derivative with respect to
each child (the local gradients). A derivative is also called a slope or a gradient. `backward` goes from the result
back to the inputs. It multiplies the local gradients along each path (the chain rule). Where paths meet, it adds.

You write the operators first and `backward` last. Write one operator, save, check, then the next one: each operator's
value and local gradients are checked as soon as you write it, and the check says which operator is still missing.

Reverse accumulation: https://en.wikipedia.org/wiki/Automatic_differentiation
"""

from __future__ import annotations

import math


class Value:
    """A number in a computation graph.

    data: the number. grad: d(result)/d(this value), 0 until `backward` is called on the result.
    An operator returns a new Value: `Value(6.0, (a, b), (3.0, 2.0))` is a * b for a = 2 and b = 3.
    """

    __slots__ = ("data", "grad", "_children", "_local_grads")  # saves a third of the memory of a training step

    def __init__(self, data: float, children: tuple[Value, ...] = (), local_grads: tuple[float, ...] = ()) -> None:
        self.data = data
        self.grad = 0.0
        self._children = children
        self._local_grads = local_grads  # one per child: d(self)/d(child)

    def __repr__(self) -> str:
        return f"Value(data={self.data:.4f}, grad={self.grad:.4f})"

    def __add__(self, other: Value | float) -> Value:
        """self + other. When either of the two grows by 1, so does the sum: both local gradients are 1.

        Return a new Value with the sum, the two children, and their two local gradients. Change neither self nor other.
        Start with two Values; task 1.2 adds plain numbers.

        >>> (Value(2.0) + Value(3.0)).data
        5.0
        """
        # TODO 1.1 Value.__add__: about 2 lines
        raise NotImplementedError("1.1 Value.__add__")

    def __mul__(self, other: Value | float) -> Value:
        """self * other. The local gradient for one factor is the other factor: d(x·y)/dx = y. Plain numbers: task 1.2.

        >>> (Value(2.0) * Value(3.0)).data
        6.0
        """
        # TODO 1.1 Value.__mul__: about 2 lines
        raise NotImplementedError("1.1 Value.__mul__")

    def __pow__(self, exponent: float) -> Value:
        """self ** exponent, where the exponent is a plain number. The derivative of x^n is n·x^(n-1).

        >>> (Value(3.0) ** 2).data
        9.0
        """
        # TODO 1.2 Value.__pow__: about 1 line
        raise NotImplementedError("1.2 Value.__pow__")

    def __neg__(self) -> Value:
        """-self. Write this and the operators below with +, * and **: one line each, no new local gradients.

        Before this one, let + and * accept plain numbers: if other is not a Value, make it one.
        """
        # TODO 1.2 Value.__neg__: about 1 line
        raise NotImplementedError("1.2 Value.__neg__")

    def __sub__(self, other: Value | float) -> Value:
        """self - other, where other is a Value or a plain number (the same holds for +, * and /)."""
        # TODO 1.2 Value.__sub__: about 1 line
        raise NotImplementedError("1.2 Value.__sub__")

    def __truediv__(self, other: Value | float) -> Value:
        """self / other."""
        # TODO 1.2 Value.__truediv__: about 1 line
        raise NotImplementedError("1.2 Value.__truediv__")

    def __radd__(self, other: float) -> Value:
        """number + self: Python calls this because int and float can't add a Value. `sum` needs it."""
        # TODO 1.2 Value.__radd__: about 1 line
        raise NotImplementedError("1.2 Value.__radd__")

    def __rmul__(self, other: float) -> Value:
        """number * self."""
        # TODO 1.2 Value.__rmul__: about 1 line
        raise NotImplementedError("1.2 Value.__rmul__")

    def __rsub__(self, other: float) -> Value:
        """number - self. Mind the order.

        >>> (5.0 - Value(2.0)).data
        3.0
        """
        # TODO 1.2 Value.__rsub__: about 1 line
        raise NotImplementedError("1.2 Value.__rsub__")

    def __rtruediv__(self, other: float) -> Value:
        """number / self. Mind the order.

        >>> (6.0 / Value(2.0)).data
        3.0
        """
        # TODO 1.2 Value.__rtruediv__: about 1 line
        raise NotImplementedError("1.2 Value.__rtruediv__")

    def exp(self) -> Value:
        """e to the power of self. It is its own derivative.

        >>> Value(0.0).exp().data
        1.0
        """
        # TODO 1.3 Value.exp: about 2 lines
        raise NotImplementedError("1.3 Value.exp")

    def log(self) -> Value:
        """The natural logarithm of self. Its derivative is 1/x.

        >>> Value(1.0).log().data
        0.0
        """
        # TODO 1.3 Value.log: about 1 line
        raise NotImplementedError("1.3 Value.log")

    def relu(self) -> Value:
        """self if it is above 0, else 0. The local gradient is 1 above 0, and 0 below 0 and at exactly 0.

        >>> Value(2.0).relu().data, Value(-2.0).relu().data
        (2.0, 0.0)
        """
        # TODO 1.3 Value.relu: about 1 line
        raise NotImplementedError("1.3 Value.relu")

    def backward(self) -> None:
        """Compute d(self)/d(v) for every value v that self was computed from, and add it to v.grad.

        1. Set self.grad = 1.
        2. List all values in topological order: each value after its children. Search depth first, for example with
           a function visit(value) inside backward: it calls itself for each child, and after that appends the value. A
           set of the values visited keeps each from being visited twice. Begin with self, which comes last on the list.
        3. Go through the list from its end. Each value adds (local gradient times its own grad) to the grad of each
           child. Its own grad is complete by then, because the values that use it are nearer to the end.

        Always add to a grad (`+=`). A value that is used twice gets the sum of both contributions, and a gradient from
        an earlier call of backward on another result must stay.

        1.5 (a stretch task: the part counts as passed without it): the same for a chain of 50,000 values. Python stops
        a recursion at about 1,000 calls, so keep your own list of the values still to visit.

        >>> a, b = Value(2.0), Value(3.0)
        >>> c = a * b + a  # dc/da = b + 1, dc/db = a
        >>> c.backward()
        >>> a.grad, b.grad
        (4.0, 2.0)
        """
        # TODO 1.4 Value.backward: about 13 lines
        raise NotImplementedError("1.4 Value.backward")
