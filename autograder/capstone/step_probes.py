"""The probe for one step. It runs a learner's parts 1, 5 and 6 without part 7, which could train with other code."""

import part01_autograd
import part04_parameters
import part05_gpt
import part06_adam


def one_step(tokens, weights):
    """one step with gpt of part 5, Value of part 1 and Adam of part 6"""
    value, config = part01_autograd.Value, part04_parameters.Config()
    matrices = {name: [[value(x) for x in row] for row in rows] for name, rows in weights.items()}
    caches = [[[] for _ in range(config.n_layer)] for _ in range(2)]
    losses = []
    for place, following in enumerate(tokens[1:]):
        scores = [each.exp() for each in part05_gpt.gpt(tokens[place], place, *caches, matrices, config)]
        losses.append(-(scores[following] / sum(scores)).log())
    optimizer = part06_adam.Adam([x for matrix in matrices.values() for row in matrix for x in row])
    (sum(losses) / len(losses)).backward()
    optimizer.step(0.01)
    return {name: [[x.data for x in row] for row in matrix] for name, matrix in matrices.items()}
