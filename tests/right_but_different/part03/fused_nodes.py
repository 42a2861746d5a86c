"""One node for each output, with its local gradients worked out by hand."""

import math

from part01_autograd import Value


def dot(a, b):
    return Value(math.fsum(p.data * q.data for p, q in zip(a, b)), (*a, *b), tuple(v.data for v in (*b, *a)))


def linear(x, w):
    return [dot(row, x) for row in w]


def softmax(logits):
    highest = max(logit.data for logit in logits)
    exps = [math.exp(logit.data - highest) for logit in logits]
    total = math.fsum(exps)
    shares = [e / total for e in exps]
    nodes = []
    for i, share in enumerate(shares):
        slopes = tuple(share * ((1.0 if i == j else 0.0) - other) for j, other in enumerate(shares))
        nodes.append(Value(share, tuple(logits), slopes))
    return nodes


def rmsnorm(x, eps=1e-5):
    n = len(x)
    data = [value.data for value in x]
    scale = 1 / math.sqrt(math.fsum(d * d for d in data) / n + eps)
    return [
        Value(
            data[i] * scale,
            tuple(x),
            tuple((scale if i == j else 0.0) - scale**3 * data[i] * data[j] / n for j in range(n)),
        )
        for i in range(n)
    ]
