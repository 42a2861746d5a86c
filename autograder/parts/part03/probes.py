"""Probes of part 3: vectors and matrices go in as numbers, are made Values here, and come out as numbers."""

import part03_layers as part
from part01_autograd import Value


def _values(numbers):
    return [_values(item) if isinstance(item, list) else Value(item) for item in numbers]


def _data(vector):
    """The numbers of a vector. Anything that is not a Value is described in words, so that learners see it."""
    return [_number(vector[i]) for i in range(len(vector))]


def _number(value):
    return value.data if isinstance(value, Value) else "not a Value but of type " + type(value).__name__


def _left(vector):
    """The caller's numbers after a call; a gradient, which is 0 before, is named."""
    return [v.data if isinstance(v, Value) and v.grad == 0 else f"{_number(v)} with a gradient" for v in vector]


def _backward(outputs, g):
    """Backward from the sum of output * g. It starts at a Value: outputs that are plain numbers give gradients of 0."""
    total = Value(0.0)
    for i in range(len(g)):
        total = total + outputs[i] * g[i]
    total.backward()


def _grads(vector):
    # The part gets a new list: another check tests whether it writes into its argument.
    return [value.grad for value in vector]


def linear_outputs(x, w):
    """[y.data for y in linear(x, w)], x = {x}, w = {w}, every number a Value"""
    return _data(part.linear(_values(x), _values(w)))


def linear_gradients(x, w, g):
    """y = linear(x, w); (y[0] * g[0] + y[1] * g[1] + ...).backward(); the gradients of x and of w, g = {g}, x = {x},
    w = {w}
    """
    x, w = _values(x), _values(w)
    _backward(part.linear(x, w), g)
    return [_grads(x), [_grads(row) for row in w]]


def linear_shared(numbers, x_places, w_places, g):
    """v = {numbers} as Values; x = [v[i] for i in {x_places}]; w = [[v[i] for i in row] for row in {w_places}];
    y = linear(x, w); (y[0] * g[0] + ...).backward(), g = {g}; the gradients of v
    """
    v = _values(numbers)
    _backward(part.linear([v[i] for i in x_places], [[v[i] for i in row] for row in w_places]), g)
    return _grads(v)


def linear_twice(x, w):
    """a = linear(x, w); b = linear(x[:1], [w[0][:1]]); c = linear(x, w); a, b, c and then x and w, x = {x}, w = {w}"""
    x, w = _values(x), _values(w)
    a, b, c = part.linear(x, w), part.linear(x[:1], [w[0][:1]]), part.linear(x, w)
    return [_data(a), _data(b), _data(c), _left(x), [_left(row) for row in w]]


def softmax_outputs(logits):
    """[p.data for p in softmax(logits)], logits = {logits} as Values"""
    return _data(part.softmax(_values(logits)))


def softmax_shared(numbers, places):
    """v = {numbers} as Values; [p.data for p in softmax([v[i] for i in {places}])]"""
    v = _values(numbers)
    return _data(part.softmax([v[i] for i in places]))


def softmax_gradients(logits, g):
    """p = softmax(logits); (p[0] * g[0] + p[1] * g[1] + ...).backward(); the gradients of logits, logits = {logits},
    g = {g}
    """
    logits = _values(logits)
    _backward(part.softmax(list(logits)), g)
    return _grads(logits)


def softmax_surprise(logits, target):
    """(-softmax(logits)[{target}].log()).backward(); the gradients of logits, logits = {logits}"""
    logits = _values(logits)
    probability = part.softmax(list(logits))[target]
    (-(probability if isinstance(probability, Value) else Value(probability)).log()).backward()
    return _grads(logits)


def softmax_outputs_and_gradients(logits, g):
    """p = softmax(logits); (p[0] * g[0] + ...).backward(); p and the gradients of logits, logits = {logits}, g = {g}"""
    logits = _values(logits)
    probabilities = part.softmax(list(logits))
    _backward(probabilities, g)
    return [_data(probabilities), _grads(logits)]


def softmax_twice(logits):
    """a = softmax(logits); b = softmax(logits[:1]); c = softmax(logits); a, b, c and then logits, logits = {logits}"""
    logits = _values(logits)
    a, b, c = part.softmax(logits), part.softmax(logits[:1]), part.softmax(logits)
    return [_data(a), _data(b), _data(c), _left(logits)]


def rmsnorm_outputs(x):
    """[y.data for y in rmsnorm(x)], x = {x} as Values"""
    return _data(part.rmsnorm(_values(x)))


def rmsnorm_outputs_with_eps(x, eps):
    """[y.data for y in rmsnorm(x, eps={eps})], x = {x} as Values"""
    return _data(part.rmsnorm(_values(x), eps=eps))


def rmsnorm_gradients(x, g):
    """y = rmsnorm(x); (y[0] * g[0] + y[1] * g[1] + ...).backward(); the gradients of x, x = {x}, g = {g}"""
    x = _values(x)
    _backward(part.rmsnorm(list(x)), g)
    return _grads(x)


def rmsnorm_outputs_and_gradients(x, eps, g):
    """y = rmsnorm(x, eps={eps}); (y[0] * g[0] + ...).backward(); y and the gradients of x, x = {x}, g = {g}"""
    x = _values(x)
    outputs = part.rmsnorm(list(x), eps)
    _backward(outputs, g)
    return [_data(outputs), _grads(x)]


def rmsnorm_twice(x, eps):
    """a = rmsnorm(x, {eps}); b = rmsnorm(x[:1], {eps}); c = rmsnorm(x, {eps}); a, b, c and then x, x = {x}"""
    x = _values(x)
    a, b, c = part.rmsnorm(x, eps), part.rmsnorm(x[:1], eps), part.rmsnorm(x, eps)
    return [_data(a), _data(b), _data(c), _left(x)]
