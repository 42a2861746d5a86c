"""Probes of part 1: they use a learner's Value and return plain numbers.

Slopes can be seen in two ways, and one of them being right is enough (see Session.call). The first needs nothing of
1.4: a walk over the children and local gradients that an operator noted as the stub's constructor does. The second is
the learner's own backward, for those who store slopes in another way. The same for the graphs on which 1.4 and 1.5 are
tried: they are made with the stub's constructor first, so that a wrong `*` does not fail backward, else with the
operators. Where the learner's Value does not work as the first way needs it, a probe returns None.
"""

import functools
import math

import part01_autograd as part

STUB = {"data", "grad", "_children", "_local_grads"}  # the attributes of the stub's Value
MOST_NODES = 1000  # of the graph that one operator makes


# Tasks 1.1 to 1.3: numbers and slopes of the operators


def value_of_sum(a, b):
    """x, y = Value({a}), Value({b}); z = x + y; [z.data, x.data, y.data]"""
    x, y = part.Value(a), part.Value(b)
    z = _made(x + y)
    return [z.data, x.data, y.data]


def value_of_product(a, b):
    """x, y = Value({a}), Value({b}); z = x * y; [z.data, x.data, y.data]"""
    x, y = part.Value(a), part.Value(b)
    z = _made(x * y)
    return [z.data, x.data, y.data]


def slopes_of_sum(a, b, second_way=False):
    """x, y = Value({a}), Value({b}); z = x + y; [dz/dx, dz/dy]"""
    x, y = part.Value(a), part.Value(b)
    return _slopes(_made(x + y), [x, y], second_way)


def slopes_of_product(a, b, second_way=False):
    """x, y = Value({a}), Value({b}); z = x * y; [dz/dx, dz/dy]"""
    x, y = part.Value(a), part.Value(b)
    return _slopes(_made(x * y), [x, y], second_way)


def x_plus_x(a, second_way=False):
    """x = Value({a}); z = x + x; [z.data, dz/dx]"""
    return _one(a, lambda x: x + x, second_way)


def x_times_x(a, second_way=False):
    """x = Value({a}); z = x * x; [z.data, dz/dx]"""
    return _one(a, lambda x: x * x, second_way)


def powers(a, exponents, second_way=False):
    """x = Value({a}); for n in {exponents}: z = x ** n; [z.data, dz/dx]"""
    return _each([(a, lambda x, n=n: x**n) for n in exponents], second_way)


def negation(a, second_way=False):
    """x = Value({a}); z = -x; [z.data, dz/dx]"""
    return _one(a, lambda x: -x, second_way)


def difference(a, b, second_way=False):
    """x, y = Value({a}), Value({b}); z = x - y; [z.data, dz/dx, dz/dy]"""
    x, y = part.Value(a), part.Value(b)
    return _number_and_slopes(x - y, [x, y], second_way)


def quotient(a, b, second_way=False):
    """x, y = Value({a}), Value({b}); z = x / y; [z.data, dz/dx, dz/dy]"""
    x, y = part.Value(a), part.Value(b)
    return _number_and_slopes(x / y, [x, y], second_way)


def numbers_on_the_right(a, number, second_way=False):
    """x = Value({a}); for z in (x + {number}, x * {number}, x - {number}, x / {number}): [z.data, dz/dx]"""
    operators = (lambda x: x + number, lambda x: x * number, lambda x: x - number, lambda x: x / number)
    return _each([(a, operator) for operator in operators], second_way)


def sum_and_product_of_a_number(number, a, second_way=False):
    """x = Value({a}); for z in ({number} + x, {number} * x): [z.data, dz/dx]"""
    return _each([(a, lambda x: number + x), (a, lambda x: number * x)], second_way)


def number_minus_value(number, a, second_way=False):
    """x = Value({a}); z = {number} - x; [z.data, dz/dx]"""
    return _one(a, lambda x: number - x, second_way)


def number_over_value(number, a, second_way=False):
    """x = Value({a}); z = {number} / x; [z.data, dz/dx]"""
    return _one(a, lambda x: number / x, second_way)


def sum_of_a_list(numbers, second_way=False):
    """values = [Value(a) for a in {numbers}]; z = sum(values); [z.data, dz/dv for v in values]"""
    values = [part.Value(a) for a in numbers]
    return _number_and_slopes(sum(values), values, second_way)


def exponentials(numbers, second_way=False):
    """for a in {numbers}: x = Value(a); z = x.exp(); [z.data, dz/dx, x.data]"""
    return _each_and_operand(numbers, lambda x: x.exp(), second_way)


def logarithms(numbers, second_way=False):
    """for a in {numbers}: x = Value(a); z = x.log(); [z.data, dz/dx, x.data]"""
    return _each_and_operand(numbers, lambda x: x.log(), second_way)


def relus(numbers, second_way=False):
    """for a in {numbers}: x = Value(a); z = x.relu(); [z.data, dz/dx, x.data]"""
    return _each_and_operand(numbers, lambda x: x.relu(), second_way)


def of_an_inner_value(a, b, operations, second_way=False):
    """x, y = Value({a}), Value({b}); h = x + y; for z in {operations}: [z.data, dz/dx, dz/dy]"""

    def run(operation, plus, times, exp, x, y):
        z = eval(operation, {"h": plus(x, y), "y": y})  # what a check has written
        return _number_and_slopes(z, [x, y], second_way)

    answers = [_graph(second_way, a, b, functools.partial(run, operation)) for operation in operations]
    return None if None in answers else answers


# Tasks 1.4 and 1.5: backward


def own_slope(a, b, second_way=False):
    """x, y = Value({a}), Value({b}); z = x + y; before = z.grad; z.backward(); [before, z.grad, x.grad, x.data]"""

    def run(plus, times, exp, x, y):
        z = plus(x, y)
        before = z.grad
        z.backward()
        return [before, z.grad, x.grad, x.data]

    return _graph(second_way, a, b, run)


def used_twice(a, b, second_way=False):
    """x, y = Value({a}), Value({b}); z = x * y + x; z.backward(); [x.grad, y.grad]"""
    return _graph(second_way, a, b, lambda plus, times, exp, x, y: _after_backward(plus(times(x, y), x), x, y))


def used_twice_mirrored(a, b, second_way=False):
    """x, y = Value({a}), Value({b}); z = x + y * x; z.backward(); [x.grad, y.grad]"""
    return _graph(second_way, a, b, lambda plus, times, exp, x, y: _after_backward(plus(x, times(y, x)), x, y))


def added_to_itself(a, second_way=False):
    """x = Value({a}); z = x + x; z.backward(); [x.grad]"""
    return _graph(second_way, a, a, lambda plus, times, exp, x, y: _after_backward(plus(x, x), x))


def shared_in_the_middle(a, b, second_way=False):
    """x, y = Value({a}), Value({b}); h = x * y; z = h + h; z.backward(); [h.grad, x.grad, y.grad]"""

    def run(plus, times, exp, x, y):
        h = times(x, y)
        return _after_backward(plus(h, h), h, x, y)

    return _graph(second_way, a, b, run)


def short_path_first(a, b, second_way=False):
    """x, y = Value({a}), Value({b}); h = x * y; m = h * x * y; z = h + m; z.backward(); [h.grad, x.grad, y.grad]"""

    def run(plus, times, exp, x, y):
        h = times(x, y)
        return _after_backward(plus(h, times(times(h, x), y)), h, x, y)

    return _graph(second_way, a, b, run)


def long_path_first(a, b, second_way=False):
    """x, y = Value({a}), Value({b}); h = x * y; m = h * x * y; z = m + h; z.backward(); [h.grad, x.grad, y.grad]"""

    def run(plus, times, exp, x, y):
        h = times(x, y)
        return _after_backward(plus(times(times(h, x), y), h), h, x, y)

    return _graph(second_way, a, b, run)


def ladder(a, b, steps, second_way=False):
    """x, y = Value({a}), Value({b}); z = x; {steps} times: z = z * y + z; z.backward(); [x.grad, y.grad]"""

    def run(plus, times, exp, x, y):
        z = x
        for _ in range(steps):
            z = plus(times(z, y), z)
        return _after_backward(z, x, y)

    return _graph(second_way, a, b, run)


def ladder_mirrored(a, b, steps, second_way=False):
    """x, y = Value({a}), Value({b}); z = x; {steps} times: z = z + y * z; z.backward(); [x.grad, y.grad]"""

    def run(plus, times, exp, x, y):
        z = x
        for _ in range(steps):
            z = plus(z, times(y, z))
        return _after_backward(z, x, y)

    return _graph(second_way, a, b, run)


def one_child_and_two(a, b, second_way=False):
    """x, y = Value({a}), Value({b}); h = x * y; e = h.exp(); z = e * h + h; z.backward(); the grads of e, h, x, y"""

    def run(plus, times, exp, x, y):
        h = times(x, y)
        e = exp(h)
        return _after_backward(plus(times(e, h), h), e, h, x, y)

    return _graph(second_way, a, b, run)


def one_child_and_two_mirrored(a, b, second_way=False):
    """x, y = Value({a}), Value({b}); h = y * x; e = h.exp(); z = h + h * e; z.backward(); the grads of e, h, x, y"""

    def run(plus, times, exp, x, y):
        h = times(y, x)
        e = exp(h)
        return _after_backward(plus(h, times(h, e)), e, h, x, y)

    return _graph(second_way, a, b, run)


def two_results(a, b, second_way=False):
    """x, y = Value({a}), Value({b}); (x * y).backward(); (x * x).backward(); [x.grad, y.grad]"""

    def run(plus, times, exp, x, y):
        times(x, y).backward()
        times(x, x).backward()
        return [x.grad, y.grad]

    return _graph(second_way, a, b, run)


def one_result_twice(a, b, second_way=False):
    """x, y = Value({a}), Value({b}); z = x * y; z.backward(); z.backward(); [z.grad, x.grad, y.grad]"""

    def run(plus, times, exp, x, y):
        z = times(x, y)
        z.backward()
        z.backward()
        return [z.grad, x.grad, y.grad]

    return _graph(second_way, a, b, run)


def next_step(a, b, second_way=False):
    """x, y = Value({a}), Value({b}); h = x * y; (h * x).backward(); h.grad = x.grad = y.grad = 0.0;
    (h * y + h).backward(); [h.grad, x.grad, y.grad]"""

    def run(plus, times, exp, x, y):
        h = times(x, y)
        times(h, x).backward()
        h.grad = x.grad = y.grad = 0.0
        plus(times(h, y), h).backward()
        return [h.grad, x.grad, y.grad]

    return _graph(second_way, a, b, run)


def graph(numbers, steps, second_way=False):
    """v = [Value(a) for a in {numbers}]; then v.append(v[i] + v[j]) or v.append(v[i] * v[j]) as [sign, i, j] say in
    {steps}; v[-1].backward(); [every grad]"""

    def run(plus, times, exp, *leaves):
        values = list(leaves)
        for sign, i, j in steps:
            values.append((plus if sign == "+" else times)(values[i], values[j]))
        values[-1].backward()
        return [value.grad for value in values]

    return _graph(second_way, *numbers, run)


def chain(a, factors, length, second_way=False):
    """x = Value({a}); f = [Value(b) for b in {factors}]; h = x * x; z = h; {length} times: z = z * (the next of f, in
    turn); (h + z).backward(); [x.grad, the grads of f]"""

    def run(plus, times, exp, x, *turns):
        h = z = times(x, x)
        for i in range(length):
            z = times(z, turns[i % len(turns)])
        return _after_backward(plus(h, z), x, *turns)

    return _graph(second_way, a, *factors, run)


# Seeing slopes


def _one(a, operator, second_way):
    x = part.Value(a)
    return _number_and_slopes(operator(x), [x], second_way)


def _each(pairs, second_way):
    answers = [_one(a, operator, second_way) for a, operator in pairs]
    return None if None in answers else answers


def _each_and_operand(numbers, operator, second_way):
    answers = []
    for a in numbers:
        x = part.Value(a)
        answer = _number_and_slopes(operator(x), [x], second_way)
        if answer is None:
            return None
        answers.append([*answer, x.data])
    return answers


def _number_and_slopes(result, values, second_way):
    _made(result)
    slopes = _slopes(result, values, second_way)
    return None if slopes is None else [result.data, *slopes]


def _made(result):
    """The result of an operation; a TypeError with a sentence where it is not a Value."""
    if result is None or isinstance(result, (int, float)):
        raise TypeError(f"the operation gave {result}, where a Value is needed")
    return result


def _slopes(result, values, second_way):
    if second_way:
        return _after_backward(result, *values)
    return _noted_slopes(result, values)


def _noted_slopes(result, values):
    """The slope of the result along each of the values: along every path, the product of the local gradients. None
    where they are stored in another way than the stub's.
    """
    slopes, to_visit, visited = [0.0] * len(values), [(result, 1.0)], 0
    while to_visit:
        node, slope = to_visit.pop()
        visited += 1
        if visited > MOST_NODES:
            raise ValueError("this one operation makes a graph without end: is a Value among its own children?")
        slopes = [total + slope if value is node else total for value, total in zip(values, slopes)]
        noted = _noted(node)
        if noted is None:
            return None
        to_visit += [(child, slope * local_grad) for child, local_grad in noted]
    return slopes


def _noted(node):
    """Pairs of a child and its local gradient, None where they are stored in another way. What looks like a slip is
    an exception with a sentence; if the code is right all the same, the second way shows that.
    """
    try:
        children, local_grads = node._children, node._local_grads
    except AttributeError:
        return None
    if isinstance(local_grads, part.Value):
        raise TypeError("Value takes three arguments: the number, the tuple of children, the tuple of local gradients")
    for name, held in (("_children", children), ("_local_grads", local_grads)):
        if isinstance(held, (part.Value, int, float)):
            raise TypeError(f"{name} is not a tuple: one element in a tuple is written with a comma, (x,)")
        if type(held) not in (tuple, list):
            return None
    if len(children) != len(local_grads) and _stores_more(node):
        return None
    for child in children:
        if isinstance(child, (int, float)):
            raise TypeError("a plain number is among the children: make a Value of it")
        if not isinstance(child, part.Value):
            return None
    for local_grad in local_grads:
        if isinstance(local_grad, part.Value):
            raise TypeError("a local gradient is a Value: a plain number is needed, its .data")
        if not isinstance(local_grad, (int, float)):
            return None
    if len(children) != len(local_grads):
        raise TypeError(f"{len(children)} children have {len(local_grads)} local gradients: each needs one")
    return list(zip(children, local_grads))


def _stores_more(node):
    """Whether a Value has attributes that the stub's has not and that could hold slopes."""
    names = {name for cls in type(node).__mro__ for name in getattr(cls, "__slots__", ())}
    names |= set(getattr(node, "__dict__", ()))
    return any(not isinstance(getattr(node, name, None), (str, int, float, type(None))) for name in names - STUB)


# Making graphs and running backward


def _graph(second_way, *numbers_and_run):
    """What `run` returns, called with +, * and exp as functions and a Value for each number."""
    *numbers, run = numbers_and_run
    leaves = [part.Value(number) for number in numbers]
    if second_way:
        return run(lambda x, y: x + y, lambda x, y: x * y, lambda x: x.exp(), *leaves)
    if not _keeps_the_constructor():
        return None
    return run(_plus, _times, _exp, *leaves)


def _keeps_the_constructor():
    """Whether a Value made by the stub's constructor holds all that backward can need."""
    x = part.Value(2.0)
    try:
        z = part.Value(6.0, (x,), (3.0,))
        return z._children[0] is x and z._local_grads[0] == 3.0 and not _stores_more(z)
    except Exception:  # another constructor
        return False


def _plus(x, y):
    return part.Value(x.data + y.data, (x, y), (1.0, 1.0))


def _times(x, y):
    return part.Value(x.data * y.data, (x, y), (y.data, x.data))


def _exp(x):
    return part.Value(math.exp(x.data), (x,), (math.exp(x.data),))


def _after_backward(result, *values):
    result.backward()
    return [value.grad for value in values]
