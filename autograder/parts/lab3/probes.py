"""Probes of lab 3: they make tensors of the numbers that they get, and return plain numbers."""

import random

import lab3_pytorch as part
import torch
from part04_parameters import Config, init_state_dict


def tensors(sizes, seed):
    """to_tensors(init_state_dict(Config(**{sizes}), random.Random({seed}), std=0.5)): name, dtype, shape,
    requires_grad
    """
    weights = part.to_tensors(init_state_dict(Config(**sizes), random.Random(seed), std=0.5))
    return [[name, str(t.dtype), list(t.shape), t.requires_grad] for name, t in weights.items()]


def tensor_numbers(sizes, seed):
    """to_tensors(init_state_dict(Config(**{sizes}), random.Random({seed}), std=0.5)): the first row of each"""
    weights = part.to_tensors(init_state_dict(Config(**sizes), random.Random(seed), std=0.5))
    return {name: tensor[0].tolist() for name, tensor in weights.items()}


def normed(x):
    """rmsnorm(x), x = torch.tensor({x}, dtype=torch.float64)"""
    return _tensor(x, part.rmsnorm)


def normed_with_eps(x, eps):
    """rmsnorm(x, eps={eps}), x = torch.tensor({x}, dtype=torch.float64)"""
    return _tensor(x, lambda tensor: part.rmsnorm(tensor, eps=eps))


def attention(x, layer, sizes, seed):
    """multi_head_attention(x, {layer}, weights, Config(**{sizes})), with weights drawn by random.Random({seed}),
    std=0.5, x = torch.tensor({x}, dtype=torch.float64)
    """
    weights, config = _model(sizes, seed), Config(**sizes)
    return _tensor(x, lambda tensor: part.multi_head_attention(tensor, layer, weights, config))


def logits(tokens, sizes, seed):
    """gpt({tokens}, weights, Config(**{sizes})), with weights drawn by random.Random({seed}), std=0.5"""
    return part.gpt(list(tokens), _model(sizes, seed), Config(**sizes)).tolist()


def loss(tokens, sizes, seed):
    """sequence_loss({tokens}, weights, Config(**{sizes})).item(), with weights drawn by random.Random({seed}),
    std=0.5
    """
    return part.sequence_loss(list(tokens), _model(sizes, seed), Config(**sizes)).item()


def gradients(tokens, sizes, seed):
    """sequence_loss({tokens}, weights, Config(**{sizes})).backward(); the first row of each gradient, with weights
    drawn by random.Random({seed}), std=0.5
    """
    weights = _model(sizes, seed)
    part.sequence_loss(list(tokens), weights, Config(**sizes)).backward()
    return {name: None if tensor.grad is None else tensor.grad[0].tolist() for name, tensor in weights.items()}


def training(names, sizes, seed, steps, lr):
    """train({names}, weights, Config(**{sizes}), {steps}, lr={lr}), with weights drawn by random.Random({seed}),
    std=0.5
    """
    losses = part.train([list(name) for name in names], _model(sizes, seed), Config(**sizes), steps, lr=lr)
    return [float(loss) for loss in losses]


def trained(names, sizes, seed, steps):
    """train({names}, weights, Config(**{sizes}), {steps}); the first row of each of the weights afterwards, drawn by
    random.Random({seed}), std=0.5
    """
    weights = _model(sizes, seed)
    part.train([list(name) for name in names], weights, Config(**sizes), steps)
    return {name: tensor[0].tolist() for name, tensor in weights.items()}


def _model(sizes, seed):
    """Made here, so that task L3.1 may still be open."""
    state_dict = init_state_dict(Config(**sizes), random.Random(seed), std=0.5)
    return {
        name: torch.tensor([[value.data for value in row] for row in rows], dtype=torch.float64, requires_grad=True)
        for name, rows in state_dict.items()
    }


def _tensor(numbers, function):
    return function(torch.tensor(numbers, dtype=torch.float64)).tolist()
