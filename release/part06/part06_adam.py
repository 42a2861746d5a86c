"""Part 6: Adam, the optimiser. It decides how far to move each parameter, given its gradient.

Read the lesson first. To open it: make lesson part=6, or python -m autograder lesson 6
In your instructor's folder it is the notebook part06.ipynb; on the course's web page it is next to this code.

Plain gradient descent moves by a multiple of the gradient. Adam keeps two running means per parameter, of the gradient
(m) and of its square (v), and moves by a multiple of m / √v: about the same distance for large and small gradients.

Kingma and Ba, Adam: A Method for Stochastic Optimization, 2014, algorithm 1: https://arxiv.org/abs/1412.6980
"""

from __future__ import annotations

from part01_autograd import Value


class Adam:
    """The optimiser and its state: m and v of every parameter, and the number of steps taken."""

    def __init__(self, params: list[Value], beta1: float = 0.85, beta2: float = 0.99, eps: float = 1e-8) -> None:
        """Store the parameters and the settings. m and v of each parameter start at 0, and so does the step count."""
        # TODO 6.1 Adam.__init__: about 5 lines
        raise NotImplementedError("6.1 Adam.__init__")

    def step(self, lr: float) -> None:
        """Move every parameter once, with learning rate lr, and set its gradient to 0. With g the gradient:

            m = beta1·m + (1 - beta1)·g            v = beta2·v + (1 - beta2)·g²
            m_hat = m / (1 - beta1^t)              v_hat = v / (1 - beta2^t)         t = 1 in the first step
            data = data - lr · m_hat / (√v_hat + eps)

        m and v start at 0, so they are too small in the first steps; m_hat and v_hat correct that. Two optimisers
        share no settings and no state. A parameter with gradient 0 still moves if its m is not 0.

        >>> parameter = Value(1.0)
        >>> optimizer = Adam([parameter])
        >>> parameter.grad = 5.0
        >>> optimizer.step(0.1)  # the first step moves by lr, for a gradient of any size
        >>> round(parameter.data, 6), parameter.grad
        (0.9, 0.0)
        """
        # TODO 6.1 Adam.step: about 10 lines
        raise NotImplementedError("6.1 Adam.step")


def linear_decay(step: int, num_steps: int, lr: float = 0.01) -> float:
    """Return the learning rate of a step, lr · (1 - step / num_steps): a straight line that starts at lr in step 0.

    It would reach 0 in step num_steps, which never comes: the last step, num_steps - 1, still has lr / num_steps.

    >>> [linear_decay(step, 4, lr=1.0) for step in range(4)]
    [1.0, 0.75, 0.5, 0.25]
    """
    # TODO 6.2 linear_decay: about 1 line
    raise NotImplementedError("6.2 linear_decay")
