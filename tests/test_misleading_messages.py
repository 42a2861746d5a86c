"""Messages that once led a learner astray: what they say now, and what they no longer say."""

from __future__ import annotations

import pytest
from helpers.fresh_mistakes import FreshMistake
from helpers.grading import graded

from autograder.course import part
from autograder.grading.lines import with_slip
from autograder.grading.report import FAILED, Check
from autograder.learner.hints import all_hints

GPT = """
def gpt(token_id, pos_id, keys, values, state_dict, config, attention=None):
    x = [token + position for token, position in zip(state_dict["wte"][token_id], state_dict["wpe"][pos_id])]
    x = rmsnorm(x)
    for layer in range(config.n_layer):
{layer}
    return linear(x, state_dict["lm_head"])
"""
RIGHT = [
    "out, weights = multi_head_attention(rmsnorm(x), layer, keys, values, state_dict, config)",
    "x = [a + b for a, b in zip(x, out)]",
    "x = [a + b for a, b in zip(x, mlp(rmsnorm(x), layer, state_dict))]",
]
JOINED = [RIGHT[0], "x = x + out", "x = x + mlp(rmsnorm(x), layer, state_dict)"]
NORM_STORED = [
    "x = rmsnorm(x)",
    RIGHT[0].replace("rmsnorm(x)", "x"),
    RIGHT[1],
    "x = rmsnorm(x)",
    RIGHT[2].replace("rmsnorm(x)", "x"),
]


def with_code(number: int, code: str) -> str:
    """The reference of a part with these functions in place of its own."""
    return FreshMistake(number, id="", task="", function="", truth="", code=code).source


def gpt_with(*lines: str) -> str:
    return with_code(5, GPT.format(layer="\n".join(f"        {line}" for line in lines)))


def failing(number: int, source: str, task: str) -> list[Check]:
    report = graded(number, source.encode("utf-8"), task=task)
    return [check for check in report.checks if check.status in FAILED]


@pytest.mark.parametrize(
    ("layer", "mistake", "of_the_list"),
    [
        (JOINED, "residuals-joined", "joins two lists"),
        (NORM_STORED, "residual-from-normed-x", "never uses its parameter attention"),
    ],
    ids=["lists joined", "norm stored in x"],
)
def test_wrong_logits_are_explained_before_the_lines_for_the_attention_list_are_written(layer, mistake, of_the_list):
    first, *others = failing(5, gpt_with(*layer), "5.4")
    assert first.name == "the_logits_of_one_token" and first.misconception == mistake
    unwritten = next(check for check in others if check.name == "the_attention_list_gets_each_layers_weights")
    assert of_the_list in unwritten.message


def test_an_unused_parameter_is_no_cause_where_the_call_leaves_it_out():
    source = gpt_with(*[*RIGHT[:2], "x = [a - b for a, b in zip(x, mlp(rmsnorm(x), layer, state_dict))]"])
    likely = failing(5, source, "5.4")[0].message.partition("Likely:")[2]
    assert "attention and then mlp get rmsnorm(x)" in likely and likely.count("attention") == 1


def test_append_to_an_optional_parameter_that_is_none_is_called_that():
    first = failing(5, gpt_with(*RIGHT, "attention.append(weights)"), "5.4")[0]
    assert "attention is None unless a call passes it." in first.message
    assert "no return" not in first.message


def test_a_parameter_that_is_none_in_this_call_sends_to_the_caller():
    code = """
def scaled(rows):
    return rows.copy()

def linear(x, w):
    rows = scaled(None)
    return [sum(a * b for a, b in zip(row, x)) for row in rows]
"""
    first = failing(3, with_code(3, code), "3.1")[0]
    assert "rows is None in this call: look at the line that calls scaled, and at what it passes." in first.message


BACKWARD = """
class Value:
    def backward(self):
        self.grad = 1.0
        order, visited = [], set()

        def visit(value):
            if value not in visited:
                visited.add(value)
                {visit}
                order.append(value)

        visit(self)
        {walk}
"""
EACH_CHILD = "for child in value._children: {}"
WALK = """for value in reversed(order):
            for child, local_grad in zip(value._children, value._local_grads):
                child.grad += local_grad * value.grad"""


def backward_with(visit: str, walk: str = WALK) -> str:
    return with_code(1, BACKWARD.format(visit=visit, walk=walk))


def test_an_inner_function_that_is_called_as_a_method_is_called_with_brackets():
    first = failing(1, backward_with(EACH_CHILD.format("child.visit()")), "1.4")[0]
    assert "visit is a function inside backward, not a method of Value: write visit(child)." in first.message


def test_the_order_is_described_as_in_the_docstring_each_value_after_its_children():
    source = backward_with(EACH_CHILD.format("order.append(child)"))
    said = "\n".join(check.message for check in failing(1, source, "1.4"))
    assert "before its children" not in said and "list each value after its children" in said


@pytest.mark.parametrize("walk", ["pass", "print([value.data for value in order])"], ids=["step 1", "step 2"])
def test_after_step_1_or_2_the_hints_begin_with_the_list_and_not_with_the_grad_of_the_result(walk):
    source = backward_with(EACH_CHILD.format("visit(child)"), walk)
    report = graded(1, source.encode("utf-8"), task="1.4")
    hint = all_hints(report, part(1), source)
    assert hint.texts[0].startswith("self.grad = 1 is set: step 1 is done")
    assert "print the data" in hint.texts[0] and "`visit(child)`" in hint.texts[1] and "zip" in hint.texts[3]
    assert not any("Set self.grad" in text for text in hint.texts)


ATTEND_BY_INDEX = """
def attend(query, keys, values):
    scores = []
    for key in keys:
        score = Value(0)
        for j in range(len(key)):
            score += query[j] * key[j]
        scores.append(score / len(query) ** 0.5)
    weights = softmax(scores)
    output = [sum(weights[t] * values[t][j] for t in range(len(values))) for j in range(len(query))]
    return output, weights

def multi_head_attention(x, layer, keys, values, state_dict, config):
    query = linear(x, state_dict[f"layer{layer}.attn_wq"])
    keys[layer].append(linear(x, state_dict[f"layer{layer}.attn_wk"]))
    values[layer].append(linear(x, state_dict[f"layer{layer}.attn_wv"]))
    head_dim = config.n_embd // config.n_head
    joined, all_weights = [], []
    for a in range(0, config.n_embd, head_dim):
        b = a + head_dim
        output, weights = attend(query[a:b], HEAD_KEYS, HEAD_VALUES)
        joined += output
        all_weights.append(weights)
    return linear(joined, state_dict[f"layer{layer}.attn_wo"]), all_weights
"""


@pytest.mark.parametrize(
    ("keys", "values", "likely"),
    [
        (
            "keys[layer][a:b]",
            "values[layer][a:b]",
            "Line {} cuts the list of positions. Keep all positions, and cut each of the keys.",
        ),
        ("keys[layer]", "values[layer]", "attend has passed its own checks, so look at line {}: the lists that it"),
    ],
    ids=["the positions are cut", "nothing is cut"],
)
def test_an_index_error_in_a_function_that_has_passed_sends_to_the_lists_that_its_caller_passes(keys, values, likely):
    source = with_code(5, ATTEND_BY_INDEX.replace("HEAD_KEYS", keys).replace("HEAD_VALUES", values))
    first = failing(5, source, "5.2")[0]
    assert f"Likely:     {likely.format(first.line)}" in first.message
    assert "Print len(...) of the list and the index" not in first.message
    assert "attend(query[a:b], " in source.split("\n")[first.line - 1]


def test_an_index_error_two_calls_away_names_the_function_that_the_wrong_line_calls():
    by_head = "[[number for number in each[a:b]] for each in {}[layer]]"
    right = ATTEND_BY_INDEX.replace("HEAD_KEYS", by_head.format("keys")).replace(
        "HEAD_VALUES", by_head.format("values")
    )
    wrong = RIGHT[0].replace(" keys", " [[] for _ in keys]")
    layer = "\n".join(f"        {line}" for line in [wrong, *RIGHT[1:]])
    source = with_code(5, right + GPT.format(layer=layer))
    raised = [check for check in failing(5, source, "5.4") if "IndexError" in check.message]
    assert raised and all(
        "lists that it passes to multi_head_attention do not fit" in check.message for check in raised
    )
    assert {source.split("\n")[check.line - 1].strip() for check in raised} == {wrong}


def test_a_sentence_about_a_slip_has_a_greatest_length_whatever_names_are_in_it():
    check = with_slip(Check("name", "0.1", "title", False, 1.0), 1, f"f never uses {', '.join(['parameter'] * 3000)}.")
    assert "uses parameter, parameter" in check.message and len(check.message) < 600


GRADIENT = """
def numerical_gradient(f, xs, h=1e-5):
    gradient = []
    for i, x in enumerate(xs):
        {lines}
    return gradient
"""


def gradient_with(*lines: str) -> str:
    return with_code(0, GRADIENT.format(lines="\n        ".join(lines)))


def test_an_index_error_inside_the_f_of_the_check_says_which_list_is_too_short():
    first = failing(0, gradient_with("gradient.append((f([x + h]) - f([x - h])) / (2 * h))"), "0.2")[0]
    assert "error is inside f: the list that this line passes to f is too short." in first.message
    assert "Print len(...)" not in first.message


def test_an_index_of_the_learners_own_line_is_still_answered_with_what_an_index_may_be():
    first = failing(0, gradient_with("gradient.append(f([xs[i + 1] + h]))"), "0.2")[0]
    assert "inside f" not in first.message and "positions run from 0 to len - 1" in first.message


@pytest.mark.parametrize("difference", ["f(up) - f(down) / (2 * h)", "above - below / (2 * h)"])
def test_brackets_that_are_missing_are_named_although_the_lists_are_one_list_too(difference):
    lines = ["up = down = xs", "up[i] = x + h", "above = f(up)", "down[i] = x - h", "below = f(down)"]
    first = failing(0, gradient_with(*lines, f"gradient.append({difference})"), "0.2")[0]
    assert "divides only the second result of f, because / comes before -." in first.message


def test_a_test_for_int_is_answered_with_the_float_that_it_lets_through():
    code = """
class Value:
    def __mul__(self, other):
        if type(other) == int:
            other = Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __truediv__(self, other):
        return self * other ** -1
"""
    first = failing(1, with_code(1, code), "1.2")[0]
    assert "Your test for int leaves out floats, such as 2 ** -1." in first.message
