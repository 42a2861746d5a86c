"""A coroutine for each parameter keeps its m, v and t; the gradient is taken and zeroed before the move."""

import math


def follow(parameter, beta1, beta2, eps):
    m = v = 0.0
    t = 0
    lr = yield
    while True:
        t += 1
        g, parameter.grad = parameter.grad, 0
        m = beta1 * m + g - beta1 * g
        v += (1 - beta2) * (g**2 - v)
        parameter.data += -lr * (m / (1 - math.pow(beta1, t))) / (math.sqrt(v / (1 - math.pow(beta2, t))) + eps)
        lr = yield


class Adam:
    def __init__(self, params, beta1=0.85, beta2=0.99, eps=1e-8):
        self.followers = [follow(parameter, beta1, beta2, eps) for parameter in params]
        for follower in self.followers:
            next(follower)

    def step(self, lr):
        for follower in self.followers:
            follower.send(lr)


def linear_decay(step, num_steps, lr=0.01):
    return lr - lr * step / num_steps
