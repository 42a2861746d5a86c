"""Probes of part 1: they use a learner's Value and return plain numbers."""

import part01_autograd as part


def value_of_sum(a, b):
    """x, y = Value({a}), Value({b}); z = x + y; [z.data, x.data, y.data]"""
    x, y = part.Value(a), part.Value(b)
    z = x + y
    return [z.data, x.data, y.data]


def value_of_product(a, b):
    """x, y = Value({a}), Value({b}); z = x * y; [z.data, x.data, y.data]"""
    x, y = part.Value(a), part.Value(b)
    z = x * y
    return [z.data, x.data, y.data]


def slopes_of_sum(a, b):
    """x, y = Value({a}), Value({b}); z = x + y; z.backward(); [z.grad, x.grad, y.grad]"""
    x, y = part.Value(a), part.Value(b)
    z = x + y
    return _after_backward(z, z, x, y)[1:]


def slopes_of_product(a, b):
    """x, y = Value({a}), Value({b}); z = x * y; z.backward(); [x.grad, y.grad]"""
    x, y = part.Value(a), part.Value(b)
    return _after_backward(x * y, x, y)[1:]


def powers(a, exponents):
    """for n in {exponents}: x = Value({a}); z = x ** n; z.backward(); [z.data, x.grad]"""
    return [_one(a, lambda x, n=n: x**n) for n in exponents]


def negation(a):
    """x = Value({a}); z = -x; z.backward(); [z.data, x.grad]"""
    return _one(a, lambda x: -x)


def difference(a, b):
    """x, y = Value({a}), Value({b}); z = x - y; z.backward(); [z.data, x.grad, y.grad]"""
    x, y = part.Value(a), part.Value(b)
    return _after_backward(x - y, x, y)


def quotient(a, b):
    """x, y = Value({a}), Value({b}); z = x / y; z.backward(); [z.data, x.grad, y.grad]"""
    x, y = part.Value(a), part.Value(b)
    return _after_backward(x / y, x, y)


def numbers_on_the_right(a, number):
    """x = Value({a}); for z in (x + {number}, x * {number}, x - {number}, x / {number}): [z.data, slope along x]"""
    operators = (lambda x: x + number, lambda x: x * number, lambda x: x - number, lambda x: x / number)
    return [_one(a, operator) for operator in operators]


def sum_and_product_of_a_number(number, a):
    """x = Value({a}); for z in ({number} + x, {number} * x): [z.data, slope along x]"""
    return [_one(a, lambda x: number + x), _one(a, lambda x: number * x)]


def number_minus_value(number, a):
    """x = Value({a}); z = {number} - x; z.backward(); [z.data, x.grad]"""
    return _one(a, lambda x: number - x)


def number_over_value(number, a):
    """x = Value({a}); z = {number} / x; z.backward(); [z.data, x.grad]"""
    return _one(a, lambda x: number / x)


def sum_of_a_list(numbers):
    """values = [Value(a) for a in {numbers}]; z = sum(values); z.backward(); [z.data, every value's grad]"""
    values = [part.Value(a) for a in numbers]
    return _after_backward(sum(values), *values)


def exponentials(numbers):
    """for a in {numbers}: x = Value(a); z = x.exp(); z.backward(); [z.data, x.grad]"""
    return [_one(a, lambda x: x.exp()) for a in numbers]


def logarithms(numbers):
    """for a in {numbers}: x = Value(a); z = x.log(); z.backward(); [z.data, x.grad]"""
    return [_one(a, lambda x: x.log()) for a in numbers]


def relus(numbers):
    """for a in {numbers}: x = Value(a); z = x.relu(); z.backward(); [z.data, x.grad]"""
    return [_one(a, lambda x: x.relu()) for a in numbers]


def own_slope(a, b):
    """x, y = Value({a}), Value({b}); z = x + y; before = z.grad; z.backward(); [before, z.grad, z.data, x.grad]"""
    x, y = part.Value(a), part.Value(b)
    z = x + y
    before = z.grad
    z.backward()
    return [before, z.grad, z.data, x.grad]


def used_twice(a, b):
    """x, y = Value({a}), Value({b}); z = x * y + x; z.backward(); [z.data, x.grad, y.grad]"""
    x, y = part.Value(a), part.Value(b)
    return _after_backward(x * y + x, x, y)


def added_to_itself(a):
    """x = Value({a}); z = x + x; z.backward(); [z.data, x.grad]"""
    return _one(a, lambda x: x + x)


def shared_in_the_middle(a, b):
    """x, y = Value({a}), Value({b}); h = x * y; z = h + h; z.backward(); [z.data, h.grad, x.grad, y.grad]"""
    x, y = part.Value(a), part.Value(b)
    h = x * y
    return _after_backward(h + h, h, x, y)


def short_path_first(a, b):
    """x, y = Value({a}), Value({b}); h = x * y; m = h * x * y; z = h + m; z.backward(); [h.grad, x.grad, y.grad]"""
    x, y = part.Value(a), part.Value(b)
    h = x * y
    m = h * x * y
    return _after_backward(h + m, h, x, y)[1:]


def long_path_first(a, b):
    """x, y = Value({a}), Value({b}); h = x * y; m = h * x * y; z = m + h; z.backward(); [h.grad, x.grad, y.grad]"""
    x, y = part.Value(a), part.Value(b)
    h = x * y
    m = h * x * y
    return _after_backward(m + h, h, x, y)[1:]


def ladder(a, b, steps):
    """x, y = Value({a}), Value({b}); z = x; {steps} times: z = z * y + z; z.backward(); [z.data, x.grad, y.grad]"""
    x, y = part.Value(a), part.Value(b)
    z = x
    for _ in range(steps):
        z = z * y + z
    return _after_backward(z, x, y)


def one_child_and_two(a, b):
    """x, y = Value({a}), Value({b}); h = x * y; e = h.exp(); z = e * h + h; z.backward(); the grads of e, h, x, y"""
    x, y = part.Value(a), part.Value(b)
    h = x * y
    e = h.exp()
    return _after_backward(e * h + h, e, h, x, y)[1:]


def two_results(a, b):
    """x, y = Value({a}), Value({b}); (x * y).backward(); (x * x).backward(); [x.grad, y.grad]"""
    x, y = part.Value(a), part.Value(b)
    (x * y).backward()
    (x * x).backward()
    return [x.grad, y.grad]


def next_step(a, b):
    """x, y = Value({a}), Value({b}); h = x * y; (h * x).backward(); h.grad = x.grad = y.grad = 0.0;
    (h * y + h).backward(); [h.grad, x.grad, y.grad]"""
    x, y = part.Value(a), part.Value(b)
    h = x * y
    (h * x).backward()
    h.grad = x.grad = y.grad = 0.0
    (h * y + h).backward()
    return [h.grad, x.grad, y.grad]


def graph(numbers, steps):
    """v = [Value(a) for a in {numbers}]; then v.append(v[i] + v[j]) or v.append(v[i] * v[j]) as [sign, i, j] say in
    {steps}; v[-1].backward(); [every grad]"""
    values = [part.Value(a) for a in numbers]
    for sign, i, j in steps:
        values.append(values[i] + values[j] if sign == "+" else values[i] * values[j])
    values[-1].backward()
    return [value.grad for value in values]


def chain(a, factors, length):
    """x = Value({a}); z = x; {length} times: z = z * (the next of {factors}, as a Value, in turn); z.backward();
    [z.data, x.grad]"""
    x, turns = part.Value(a), [part.Value(factor) for factor in factors]
    z = x
    for i in range(length):
        z = z * turns[i % len(turns)]
    return _after_backward(z, x)


def _one(a, operator):
    x = part.Value(a)
    return _after_backward(operator(x), x)


def _after_backward(result, *values):
    result.backward()
    return [result.data] + [value.grad for value in values]
