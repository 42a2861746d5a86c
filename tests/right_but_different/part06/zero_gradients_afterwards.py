"""Running means as increments, dicts for the state, and the gradients set to 0 in a loop of their own."""

import math


class Adam:
    def __init__(self, params, beta1=0.85, beta2=0.99, eps=1e-8):
        self.params = tuple(params)
        self.settings = {"b1": beta1, "b2": beta2, "eps": eps}
        self.state = [{"m": 0, "v": 0} for _ in self.params]
        self.b1_power = self.b2_power = 1.0

    def step(self, lr):
        b1, b2, eps = self.settings.values()
        self.b1_power *= b1
        self.b2_power *= b2
        for p, state in zip(self.params, self.state):
            state["m"] += (1 - b1) * (p.grad - state["m"])
            state["v"] += (1 - b2) * (p.grad**2 - state["v"])
            m_hat = state["m"] / (1 - self.b1_power)
            v_hat = state["v"] / (1 - self.b2_power)
            p.data = p.data - lr * m_hat / (math.sqrt(v_hat) + eps)
        self.zero_grad()

    def zero_grad(self):
        for p in self.params:
            p.grad = 0


def linear_decay(step, num_steps, lr=0.01):
    return lr - step * (lr / num_steps)
