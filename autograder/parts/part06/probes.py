"""Probes of part 6: Adam on a few parameters, with gradients that the grader draws."""

import part06_adam as part
from part01_autograd import Value


def _optimizer(start, settings):
    parameters = [Value(number) for number in start]
    # A new list: the check is whether these Values change, not what the optimiser puts into its list.
    return parameters, part.Adam(list(parameters), **settings)


def _walk(parameters, optimizer, gradients, rates):
    """The parameters after each step. Gradients are set, so what a step leaves there does not count."""
    places = []
    for row, rate in zip(gradients, rates):
        for parameter, gradient in zip(parameters, row):
            parameter.grad = gradient
        optimizer.step(rate)
        places.append([parameter.data for parameter in parameters])
    return places


def first_step(start, gradient, lr):
    """p = {start} as Values with the gradients {gradient}; Adam(p).step({lr}); the .data of p"""
    parameters, optimizer = _optimizer(start, {})
    return _walk(parameters, optimizer, [gradient], [lr])[0]


def walk(start, gradients, lr):
    """p = {start} as Values; optimizer = Adam(p); for each row of {gradients}: set the gradients of p to it,
    optimizer.step({lr}); the .data of p after each step
    """
    parameters, optimizer = _optimizer(start, {})
    return _walk(parameters, optimizer, gradients, [lr] * len(gradients))


def walk_with_settings(start, gradients, lr, settings):
    """p = {start} as Values; optimizer = Adam(p, **{settings}); for each row of {gradients}: set the gradients of p to
    it, optimizer.step({lr}); the .data of p after each step
    """
    parameters, optimizer = _optimizer(start, settings)
    return _walk(parameters, optimizer, gradients, [lr] * len(gradients))


def walk_far(start, gradients, rates, every):
    """p = {start} as Values; optimizer = Adam(p); for each row of gradients, and each lr of rates: set the gradients
    of p to the row, optimizer.step(lr); the .data of p after every {every} steps, gradients = {gradients},
    rates = {rates}
    """
    parameters, optimizer = _optimizer(start, {})
    return _walk(parameters, optimizer, gradients, rates)[every - 1 :: every]


def walk_by_adding(start, gradients, lr):
    """p = {start} as Values; optimizer = Adam(p); for each row of {gradients}: add it to the gradients of p, as
    backward does, optimizer.step({lr}); the .data of p after each step, then their .grad
    """
    parameters, optimizer = _optimizer(start, {})
    places = []
    for row in gradients:
        for parameter, gradient in zip(parameters, row):
            parameter.grad += gradient
        optimizer.step(lr)
        places.append([parameter.data for parameter in parameters])
    return places + [[parameter.grad for parameter in parameters]]


def two_optimizers(starts, settings, gradients, lr):
    """a, b = Adam(p, **{settings}), Adam(q) with p, q = {starts} as Values; for each row of {gradients}: a.step({lr})
    with the row as the gradients of p; after every second one also b.step({lr}), for q; the .data of p, of q
    """
    first, a = _optimizer(starts[0], settings)
    second, b = _optimizer(starts[1], {})
    for i, row in enumerate(gradients):
        _walk(first, a, [row], [lr])
        if i % 2:
            _walk(second, b, [row], [lr])
    return [[parameter.data for parameter in parameters] for parameters in (first, second)]


def rates(num_steps, lr):
    """[linear_decay(step, {num_steps}, lr={lr}) for step in range({num_steps})]"""
    return [part.linear_decay(step, num_steps, lr=lr) for step in range(num_steps)]


def rates_by_default(steps, num_steps):
    """[linear_decay(step, {num_steps}) for step in {steps}]"""
    return [part.linear_decay(step, num_steps) for step in steps]


def rate(step, num_steps, lr):
    """linear_decay({step}, {num_steps}, {lr})"""
    return part.linear_decay(step, num_steps, lr)
