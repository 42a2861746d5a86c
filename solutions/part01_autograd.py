"""Part 1: automatic differentiation, with a number that remembers how it was computed.

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
        ### BEGIN SOLUTION 1.1 Value.__add__
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))
        ### END SOLUTION

    def __mul__(self, other: Value | float) -> Value:
        """self * other. The local gradient for one factor is the other factor: d(x·y)/dx = y. Plain numbers: task 1.2.

        >>> (Value(2.0) * Value(3.0)).data
        6.0
        """
        ### BEGIN SOLUTION 1.1 Value.__mul__
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))
        ### END SOLUTION

    def __pow__(self, exponent: float) -> Value:
        """self ** exponent, where the exponent is a plain number. The derivative of x^n is n·x^(n-1).

        >>> (Value(3.0) ** 2).data
        9.0
        """
        ### BEGIN SOLUTION 1.2 Value.__pow__
        return Value(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),))
        ### END SOLUTION

    def __neg__(self) -> Value:
        """-self. Write this and the operators below with +, * and **: one line each, no new local gradients.

        Before this one, let + and * accept plain numbers: if other is not a Value, make it one.
        """
        ### BEGIN SOLUTION 1.2 Value.__neg__
        return self * -1
        ### END SOLUTION

    def __sub__(self, other: Value | float) -> Value:
        """self - other, where other is a Value or a plain number (the same holds for +, * and /)."""
        ### BEGIN SOLUTION 1.2 Value.__sub__
        return self + (-other)
        ### END SOLUTION

    def __truediv__(self, other: Value | float) -> Value:
        """self / other."""
        ### BEGIN SOLUTION 1.2 Value.__truediv__
        return self * other**-1
        ### END SOLUTION

    def __radd__(self, other: float) -> Value:
        """number + self: Python calls this because int and float can't add a Value. `sum` needs it."""
        ### BEGIN SOLUTION 1.2 Value.__radd__
        return self + other
        ### END SOLUTION

    def __rmul__(self, other: float) -> Value:
        """number * self."""
        ### BEGIN SOLUTION 1.2 Value.__rmul__
        return self * other
        ### END SOLUTION

    def __rsub__(self, other: float) -> Value:
        """number - self. Mind the order.

        >>> (5.0 - Value(2.0)).data
        3.0
        """
        ### BEGIN SOLUTION 1.2 Value.__rsub__
        return other + (-self)
        ### END SOLUTION

    def __rtruediv__(self, other: float) -> Value:
        """number / self. Mind the order.

        >>> (6.0 / Value(2.0)).data
        3.0
        """
        ### BEGIN SOLUTION 1.2 Value.__rtruediv__
        return other * self**-1
        ### END SOLUTION

    def exp(self) -> Value:
        """e to the power of self. It is its own derivative.

        >>> Value(0.0).exp().data
        1.0
        """
        ### BEGIN SOLUTION 1.3 Value.exp
        result = math.exp(self.data)
        return Value(result, (self,), (result,))
        ### END SOLUTION

    def log(self) -> Value:
        """The natural logarithm of self. Its derivative is 1/x.

        >>> Value(1.0).log().data
        0.0
        """
        ### BEGIN SOLUTION 1.3 Value.log
        return Value(math.log(self.data), (self,), (1.0 / self.data,))
        ### END SOLUTION

    def relu(self) -> Value:
        """self if it is above 0, else 0. The local gradient is 1 above 0, and 0 below 0 and at exactly 0.

        >>> Value(2.0).relu().data, Value(-2.0).relu().data
        (2.0, 0.0)
        """
        ### BEGIN SOLUTION 1.3 Value.relu
        return Value(max(0.0, self.data), (self,), (1.0 if self.data > 0 else 0.0,))
        ### END SOLUTION

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
        ### BEGIN SOLUTION 1.4 Value.backward
        order, seen, to_visit = [], set(), [(self, False)]  # topological order, children first
        while to_visit:
            value, children_done = to_visit.pop()
            if children_done:
                order.append(value)
            elif value not in seen:
                seen.add(value)
                to_visit.append((value, True))
                to_visit.extend([(child, False) for child in reversed(value._children)])
        self.grad = 1.0
        for value in reversed(order):
            for child, local_grad in zip(value._children, value._local_grads):
                child.grad += local_grad * value.grad
        ### END SOLUTION
