"""Both corrections folded into the rate and eps, powers of beta kept as running products, means as differences."""

import math


class Adam:
    def __init__(self, params, beta1=0.85, beta2=0.99, eps=1e-8):
        self.slots = [[parameter, 0.0, 0.0] for parameter in params]
        self.beta1, self.beta2, self.eps = beta1, beta2, eps
        self.power1 = self.power2 = 1.0

    def step(self, lr):
        self.power1 *= self.beta1
        self.power2 *= self.beta2
        root = math.sqrt(1.0 - self.power2)
        rate = lr * root / (1.0 - self.power1)
        for slot in self.slots:
            parameter, m, v = slot
            m += (1.0 - self.beta1) * (parameter.grad - m)
            v += (1.0 - self.beta2) * (parameter.grad**2 - v)
            parameter.data = parameter.data - rate * m / (math.sqrt(v) + self.eps * root)
            slot[1:] = m, v
        for slot in self.slots:
            slot[0].grad = 0


def linear_decay(step, num_steps, lr=0.01):
    return (num_steps - step) * lr / num_steps
