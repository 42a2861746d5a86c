"""A dataclass of state for each parameter, in a dict by identity; weighted sums, whose weights' sums correct them."""

from dataclasses import dataclass


@dataclass
class State:
    gradients: float = 0.0
    squares: float = 0.0


class Adam:
    def __init__(self, params, beta1=0.85, beta2=0.99, eps=1e-8):
        self.parameters = tuple(params)
        self.memory = {}
        self.betas = (beta1, beta2)
        self.eps = eps
        self.weights = [0.0, 0.0]

    def step(self, lr):
        beta1, beta2 = self.betas
        self.weights = [weight * beta + 1 for weight, beta in zip(self.weights, self.betas)]
        for parameter in self.parameters:
            state = self.memory.setdefault(id(parameter), State())
            state.gradients = state.gradients * beta1 + parameter.grad
            state.squares = state.squares * beta2 + parameter.grad * parameter.grad
            size = (state.squares / self.weights[1]) ** 0.5 + self.eps
            parameter.data -= state.gradients / self.weights[0] / size * lr
            parameter.grad = 0.0


def linear_decay(step, num_steps, lr=0.01):
    per_step = lr / num_steps
    return lr - step * per_step
