"""Tuples for lists, a loop over indices, softmax as exp(x - log of the sum), rmsnorm by division."""

from part01_autograd import Value


def linear(x, w):
    outputs = ()
    for row in w:
        total = Value(0.0)
        for j in range(len(x)):
            total = total + x[j] * row[j]
        outputs += (total,)
    return outputs


def softmax(logits):
    top = max(logits, key=lambda logit: logit.data)  # a Value: its gradients add up to 0
    log_of_sum = sum((logit - top).exp() for logit in logits).log() + top
    return tuple((logit - log_of_sum).exp() for logit in logits)


def rmsnorm(x, eps=1e-5):
    squares = sum((value**2 for value in x), Value(0.0))
    root = (squares * (1 / len(x)) + eps) ** 0.5
    return tuple(value / root for value in x)
