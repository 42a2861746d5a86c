"""What a beginner reads: learner's code of every kind of fault, with the exact sentence and line of the report."""

from __future__ import annotations

import ast
import re

import pytest
from helpers.grading import graded

from autograder.course import EXERCISES, ROOT, SOLUTIONS, SUITES, part
from autograder.grading.checks import Answer, CheckFailed
from autograder.grading.exceptions import CAUSES
from autograder.grading.progress import current_check
from autograder.grading.report import Check, Report
from autograder.grading.sources import Source, inspect_source
from autograder.render.next_step import next_step
from autograder.render.terminal import message_lines, part_lines
from autograder.text import likely_line


def edited(number: int, *edits: tuple[str, str], stub: bool = False) -> str:
    """The solution of a part, or its stub, with some texts replaced."""
    source = ((EXERCISES if stub else SOLUTIONS) / part(number).file_name).read_text(encoding="utf-8")
    for old, new in edits:
        assert source.count(old) >= 1, old
        source = source.replace(old, new, 1)
    return source


def report_on(number: int, source: str, task: str | None = None) -> Report:
    return graded(number, source.encode("utf-8"), task=task)


def first_failing(number: int, source: str, task: str | None = None) -> Check:
    check = current_check(report_on(number, source, task), part(number))
    assert check is not None, "nothing fails"
    return check


def line_of(source: str, text: str) -> int | None:
    return next((i for i, line in enumerate(source.split("\n"), 1) if text and text in line), None)


SQUARE = '    raise NotImplementedError("0.1 square")'
ENCODE = "        return [self.bos, *(self._ids[char] for char in doc), self.bos]"
NEG = "        return self * -1"
RSUB = "        return other + (-self)"

# Of each fault: the part, its task, the edits of the solution, a text of the line that is shown, and the last line.
FAULTS = {
    "a power is written with ^": (
        0,
        "0.1",
        [("return x * x", "return x ^ 2")],
        "return x ^ 2",
        "a power is written ** in",
    ),
    "a forgotten return": (
        0,
        "0.1",
        [("return x * x", "print(x * x)")],
        "def square",
        "every element is None: is a return",
    ),
    "a return in the loop": (
        0,
        "0.2",
        [("    return gradient", "        return gradient")],
        "def numerical_gradient",
        "Your function returns after the first coordinate, because the return is inside the loop.",
    ),
    "an operator that calls itself": (
        1,
        "1.2",
        [(NEG, "        return -self")],
        "return -self",
        "Inside __neg__, -self calls __neg__ again, without end.",
    ),
    "another operator that calls itself": (
        1,
        "1.2",
        [(RSUB, "        return other - self")],
        "return other - self",
        "Inside __rsub__, other - self calls __rsub__ again, without end.",
    ),
    "a missing operator": (
        1,
        "1.2",
        [("def __rtruediv__", "def number_over_self")],
        None,
        "your class Value has no method __rtruediv__ (task 1.2).",
    ),
    "a number added to a list": (
        2,
        "2.2",
        [(ENCODE, "        ids = []\n        ids += self.bos\n        return ids")],
        "ids += self.bos",
        "+= adds all elements of another list. For a single element use append(...), or += [...].",
    ),
    "a name without self": (
        2,
        "2.2",
        [("self.chars = sorted", "chars = self.letters = sorted"), ("len(self.chars)\n", "len(chars)\n")],
        "        chars = self.letters = sorted(",
        "in __init__, line 55, write self.chars = ...; a name without self. is lost when the function ends.",
    ),
    "bos for self.bos": (
        2,
        "2.2",
        [(ENCODE, ENCODE.replace("[self.bos,", "[bos,"))],
        "return [bos,",
        "write self.bos: inside a class, attributes and methods belong to self.",
    ),
    "a result of append": (
        2,
        "2.2",
        [(ENCODE, "        ids = [self.bos]\n        ids = ids.append(1)\n        return ids + [self.bos]")],
        "return ids + [self.bos]",
        "append changes its list in place and returns None: call it on a separate line, without =.",
    ),
    "a function under another name": (
        3,
        "3.1",
        [("def linear(", "def linaer(")],
        None,
        "your file has linaer, but no linear. Is one of them spelt wrong?",
    ),
    "a name spelt wrong": (
        3,
        "3.1",
        [("zip(row, x)", "zip(row, xx)")],
        "zip(row, xx)",
        "did you mean x?",
    ),
    "a builtin spelt wrong": (
        3,
        "3.1",
        [("zip(row, x)", "zipp(row, x)")],
        "zipp(row, x)",
        "did you mean zip?",
    ),
    "a parameter under another name": (
        1,
        "1.2",
        [("self.data**exponent, (self", "self.data**other, (self")],
        "self.data**other",
        "other has no value here. In __pow__, the parameters are self and exponent.",
    ),
    "a name that resembles a builtin by chance": (
        0,
        "0.1",
        [("return x * x", "return inputs * inputs")],
        "return inputs",
        "inputs has no value here. In square, the parameter is x.",
    ),
    "a builtin with two letters in the wrong order": (
        0,
        "0.1",
        [("return x * x", "return list(map(itn, [x * x]))[0]")],
        "map(itn",
        "did you mean int?",
    ),
    "a method without brackets": (
        3,
        "3.2",
        [("(logit - largest).exp()", "(logit - largest).exp")],
        "total",
        "a function or method is called with parentheses: x.exp(), not x.exp.",
    ),
    "a result of shuffle": (
        2,
        "2.3",
        [("    random.Random(seed).shuffle", "    distinct = random.Random(seed).shuffle")],
        "len(distinct)",
        "shuffle changes its list in place and returns None: call it on a separate line, without =.",
    ),
    "a slice that ends at a float": (
        2,
        "2.3",
        [("round(len(distinct) * held_out)", "len(distinct) / 2")],
        "len(distinct) / 2",
        "a whole number is needed here, but / always returns a float. Use // for whole numbers.",
    ),
    "a method without self": (
        1,
        "1.3",
        [("def exp(self)", "def exp()")],
        "def exp()",
        "the first parameter of a method is self: def exp(self, ...).",
    ),
    "a forgotten import": (
        9,
        "9.1",
        [("import math\n", "")],
        "math.log(",
        "write import math at the top of the file.",
    ),
    "a function of another part that is not imported": (
        5,
        "5.4",
        [("import linear, rmsnorm, softmax", "import linear, softmax")],
        "x = rmsnorm(x)",
        "write from part03_layers import rmsnorm at the top of the file.",
    ),
    "two results that are not unpacked": (
        5,
        "5.4",
        [
            (
                "        output, attention_weights = multi_head_attention(rmsnorm",
                "        output = attention_weights = multi_head_attention(rmsnorm",
            )
        ],
        "zip(x, output)",
        "one side is a list, the other a number. Go through the list element by element, or take its sum(...). "
        "If a function returns two things, unpack both: first, second = f(...).",
    ),
    "a key without its f": (
        5,
        "5.2",
        [('state_dict[f"layer{layer}.attn_wq"]', 'state_dict["layer{layer}.attn_wq"]')],
        'state_dict["layer{layer}',
        "the key contains braces as text: put an f before its opening quote.",
    ),
    "a division that should be whole": (
        5,
        "5.2",
        [("config.n_embd // config.n_head", "config.n_embd / config.n_head")],
        "head_dim):",
        "a whole number is needed here, but / always returns a float. Use // for whole numbers.",
    ),
    "arguments of another class": (
        7,
        "7.3",
        [("    state_dict = init_state_dict(config, rng)", "    state_dict = init_state_dict(rng, config)")],
        "init_state_dict(rng, config)",
        "this is a Random, and Config is the class that has n_embd. Are two arguments in the wrong order?",
    ),
    "a function that is called although it may be None": (
        7,
        "7.3",
        [("        if on_step is not None:\n            on_step", "        on_step")],
        "        on_step(step",
        "You call on_step although it is None.",
    ),
    "a method of the class for one of its objects": (
        7,
        "7.3",
        [("    tokens = tokenizer.encode(docs[", "    tokens = Tokenizer.encode(docs[")],
        "Tokenizer.encode(docs[",
        "encode needs an object before the dot, one that Tokenizer(...) has made: Tokenizer itself is the class.",
    ),
    "a number that is added to a list": (
        8,
        "8.2",
        [("temperature_softmax(logits, temperature))", "temperature_softmax(logits, temperature))[0]")],
        "tokens += rng.choices",
        "+= adds all elements of another list. For a single element use append(...), or += [...].",
    ),
    "a root of a negative number": (
        6,
        "6.1",
        [("(1 - self.beta2) * gradient * gradient", "(self.beta2 - 1.5) * gradient * gradient")],
        None,
        "the number under a root is negative, so the result is complex. Print it; often a square is missing.",
    ),
    "a generator": (
        8,
        "8.1",
        [("[e / total for e in exps]", "(e / total for e in exps)")],
        "def temperature_softmax",
        "write [...] instead of (...), and return instead of yield.",
    ),
    "a raise of one's own that refuses what is allowed": (
        7,
        "7.3",
        [
            (
                "    state_dict = init_state_dict(config, rng)",
                '    if num_steps < 1:\n        raise ValueError("steps")\n'
                "    state_dict = init_state_dict(config, rng)",
            )
        ],
        '        raise ValueError("steps")',
        "your own raise stops this call, but the call is valid and has a result.",
    ),
    "a function of math that has another name": (
        9,
        "9.1",
        [("math.log(", "math.ln(")],
        "math.ln(",
        "the natural logarithm is called math.log.",
    ),
    "a special method with single underscores": (
        6,
        "6.1",
        [("def __init__(", "def _init_(")],
        "def _init_(",
        "Adam has no __init__, but _init_: is that what you meant?",
    ),
    "an operator of Python 2": (
        1,
        "1.2",
        [("def __rtruediv__(", "def __rdiv__(")],
        None,
        "your class Value has no method __rtruediv__ (task 1.2), but __rdiv__: is that what you meant?",
    ),
    "an attribute that is set without self": (
        6,
        "6.1",
        [("        self.v = [", "        v = [")],
        "        v = [",
        "in __init__, line 23, write self.v = ...; a name without self.",
    ),
    "a key that is no function": (
        10,
        "10.2",
        [("key=lambda name: held_out_loss([name], trained)", "key=held_out_loss(names, trained)")],
        "key=held_out_loss(",
        "key needs a function of one element",
    ),
    "a list of lists for a function of another part": (
        5,
        "5.2",
        [("joined.extend(output)", "joined.append(output)")],
        "linear(joined",
        "linear gets a list of lists but needs a list of numbers.",
    ),
    "a position that the model does not have": (
        8,
        "8.2",
        [("range(config.block_size):", "range(config.block_size + 9):")],
        "gpt(tokens[-1]",
        "gpt uses a position that a list does not have. Its positions run from 0 to block_size - 1",
    ),
    "an operator without a return": (
        1,
        "1.2",
        [("return self + other", "self + other")],
        "        self + other",
        "line LINE computes a value that is never used: is a return",
    ),
    "a generator that is gone through twice": (
        3,
        "3.2",
        [
            (
                "exps = [(logit - largest).exp() for logit in logits]",
                "exps = ((logit - largest).exp() for logit in logits)",
            )
        ],
        "exps = (",
        "exps in line 40 is a generator:",
    ),
    "a name in braces in a plain text": (
        4,
        "4.1",
        [('f"layer{i}.mlp_fc1"', '"layer{i}.mlp_fc1"')],
        'shapes["layer{i}',
        "line 56 has {i} as text: the f before the quotes is missing.",
    ),
    "a default that is made once": (
        8,
        "8.3",
        [("rng: random.Random | None = None", "rng: random.Random = random.Random(42)")],
        "rng: random.Random = random.Random(42)",
        "the default of rng in line 68 is made once, when the file is loaded",
    ),
    "lists of the class": (
        6,
        "6.1",
        [
            ('    """The optimiser and its', '    m = [0.0] * 9\n\n    """The optimiser and its'),
            ("        self.m = [0.0] * len(params)  # running means of the gradients\n", ""),
        ],
        "    m = [0.0] * 9",
        "line 15 makes m once for the class",
    ),
    "parameters that are not used": (
        6,
        "6.1",
        [("= beta1, beta2, eps", "= 0.85, 0.99, 1e-8")],
        "def __init__(",
        "__init__ in line 17 never uses its parameters beta1, beta2, eps.",
    ),
    "an index that is an element": (
        0,
        "0.2",
        [("for i, x in enumerate(xs):", "for i in xs:\n        x = xs[i]")],
        "",
        "an index must be a whole number. Does the loop run over the elements? for i in range(len(xs)) runs over the "
        "positions. Or is there a /, which always returns a float? // returns a whole number.",
    ),
    "a root of a Value without import math": (
        3,
        "3.3",
        [("(mean_square + eps) ** -0.5", "1 / math.sqrt(mean_square + eps)")],
        "math.sqrt",
        "for the root of a Value, write ** 0.5. For plain numbers, write import math at the top of the file.",
    ),
    "linear in place of a weighted mean": (
        5,
        "5.1",
        [
            (
                "[sum(w * v[j] for w, v in zip(attention_weights, values)) for j in range(len(query))]",
                "linear(attention_weights, values)",
            )
        ],
        "def attend",
        "linear(weights, values) returns a number for each position",
    ),
    "a list that is None unless it is passed": (
        5,
        "5.4",
        [("        if attention is not None:\n            attention.append", "        attention.append")],
        "        attention.append(",
        "attention is None unless a call passes it. Write if attention is not None: before this line.",
    ),
    "a key that the dict does not have": (
        5,
        "5.2",
        [('state_dict[f"layer{layer}.attn_wk"]', 'state_dict["attn_wk"]')],
        '"attn_wk"',
        "the dict has no key 'attn_wk'. It has 'layer0.attn_wk', 'layer0.attn_wq', 'layer0.attn_wv', 'layer0.attn_wo'.",
    ),
    "a key of a dict with many keys": (
        5,
        "5.4",
        [('linear(x, state_dict["lm_head"])', 'linear(x, state_dict["head"])')],
        '"head"',
        "the dict has no key 'head'. It has 'lm_head', 'wte', 'wpe', 'layer0.attn_wq' and others",
    ),
}


@pytest.mark.parametrize(("number", "task", "edits", "line", "advice"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_answered_with_its_line_and_with_what_to_try(number, task, edits, line, advice):
    source = edited(number, *edits)
    check = first_failing(number, source, task)
    expected = advice.replace("LINE", str(line_of(source, line))) if "LINE" in advice else advice
    assert message_lines(check)[-1].startswith(likely_line(expected)), check.message
    if line != "":
        assert check.line == (line and line_of(source, line)), check.message


def said(number: int, source: str, task: str | None = None) -> str:
    report = report_on(number, source, task)
    return "\n".join(part_lines(report, part(number).file_name, next_step([report])))


def test_a_syntax_error_shows_its_line_with_a_caret():
    shown = said(3, edited(3, ("    return [e / total for e in exps]", "    return [e / total for e in exps)")))
    code, below = shown.split("\n    return [e / total", 1)[1].split("\n")[:2]
    code = f"    return [e / total{code}"
    assert below.strip() == "^" and code[below.index("^")] == ")" and "does not match" in shown


def test_an_exception_shows_its_line_with_carets_below_what_raised():
    check = first_failing(3, edited(3, ("zip(row, x)", "zip(row, missing)")))
    lines = check.message.split("\n")
    shown = next(i for i, line in enumerate(lines) if line.startswith(f"Line {check.line}:"))
    if lines[shown + 1].strip("^ ") == "":  # from Python 3.11 on
        carets = lines[shown + 1]
        assert lines[shown][carets.index("^") : carets.rindex("^") + 1] == "missing"


def test_what_is_missing_at_the_end_of_a_line_is_marked_behind_it():
    source = inspect_source(b"if x\n    y = 1\n")
    code, caret = source.excerpt(source.line, source.columns)
    assert (code, caret) == ("if x", "    ^")


def test_a_mistake_is_placed_in_the_function_that_holds_it():
    """New Values in place of the parameters, made in __init__, behave as those made in step."""
    source = edited(6, ("self.params = params", "self.params = [Value(p.data) for p in params]"))
    check = first_failing(6, source)
    assert check.misconception == "parameter-rebound"
    assert check.line == line_of(source, "self.params = [Value(")


@pytest.mark.parametrize("padding", [0, 10, 45, 60, 200])
def test_carets_stay_below_what_they_mark_however_long_the_line_is(padding):
    line = "    é = 'é" + "x" * padding + "' + wrong(1) + " + "y" * 100
    source = Source(text=(line,))
    column = len(line[: line.index("wrong")].encode("utf-8"))
    code, carets = source.excerpt(1, (column, column + 8))
    assert len(code) <= 62 and code.endswith(" ...") and code.startswith("... ") == (padding > 35)
    assert code[carets.index("^") : len(carets)] == "wrong(1)" and set(carets) == {" ", "^"}


def test_an_error_in_a_right_function_points_at_the_call_of_it():
    source = edited(8, ("sample(trained, temperature, rng) for", "sample(trained, temperature, seed) for"))
    check = first_failing(8, source)
    assert check.task == "8.3" and check.line == line_of(source, "sample(trained, temperature, seed)")
    assert f"From {check.line}:" in check.message and "Is an argument of a call in the wrong place?" in check.message


def test_an_error_in_the_function_of_another_task_sends_there():
    source = edited(5, ("keys[layer].append(", "keys[0].append("))
    report = report_on(5, source, "5.4")
    check = current_check(report, part(5))
    assert check.task == "5.4" and check.message.startswith("The error is in multi_head_attention (5.2).\nCalled:  ")
    assert check.line == line_of(source, "output, head_weights = attend(query[head]")
    assert next_step([report]).startswith("Next: fix 5.2 multi_head_attention, then ")
    # Raised there, but 5.2's own checks pass: gpt gives it too few caches.
    source = edited(5, ("rmsnorm(x), layer, keys, values,", "rmsnorm(x), layer, keys, values[:0],"))
    check = first_failing(5, source, "5.4")
    assert check.exception == "IndexError" and check.cause is None and "The error is in" not in check.message


def test_a_task_of_which_nothing_is_written_is_to_write_whatever_its_checks_meet_first():
    stub = edited(
        1,
        (
            'raise NotImplementedError("1.1 Value.__add__")',
            "return Value(self.data + other.data, (self, other), (1, 1))",
        ),
        (
            'raise NotImplementedError("1.1 Value.__mul__")',
            "return Value(self.data * other.data, (self, other), (other.data, self.data))",
        ),
        stub=True,
    )
    report = report_on(1, stub)
    assert {check.status for check in report.checks if check.task == "1.2"} == {"todo"}
    assert next_step([report]).startswith("Next: write 1.2 - / ** and plain numbers in part01_autograd.py, then ")
    begun = stub.replace('raise NotImplementedError("1.2 Value.__neg__")', "return self * -1")
    assert current_check(report_on(1, begun), part(1)).title == "a negation changes the sign of number and gradient"


def test_a_print_at_the_end_of_an_unfinished_file_is_the_line_that_is_shown():
    source = edited(0, stub=True) + "\nprint(square(3))\n"
    shown = said(0, source)
    line = line_of(source, "print(square(3))")
    assert f"part00_setup.py, line {line}\n" in shown and f"Line {line}:    print(square(3))\n" in shown
    assert 'Delete the line, or put it below: if __name__ == "__main__":' in shown
    assert f"Next: fix line {line} of part00_setup.py" in shown


@pytest.mark.parametrize("code", ["{stub}\n    return x * x", "    y = x * x\n{stub}"], ids=["below", "above"])
def test_code_beside_the_stubs_raise_is_written_and_the_raise_must_go(code):
    source = edited(0, (SQUARE, code.format(stub=SQUARE)), stub=True)
    check = first_failing(0, source)
    assert (check.task, check.status, check.line) == ("0.1", "error", line_of(source, SQUARE))
    assert check.message == (
        f"square still contains the stub's line raise NotImplementedError(...): delete that line, line {check.line}.\n"
    )


TRAIN = '    raise NotImplementedError("7.3 train")\n'


def test_the_skeleton_around_a_task_is_no_code_that_the_learner_wrote():
    checks = report_on(7, edited(7, stub=True), "7.3").checks
    assert {check.status for check in checks} == {"todo"} and sum(check.earned for check in checks) == 0


def test_code_in_a_skeleton_beside_the_stubs_raise_is_written_and_the_raise_must_go():
    source = edited(7, (TRAIN, f"{TRAIN}    optimizer = Adam(flatten(state_dict))\n"), stub=True)
    check = first_failing(7, source, "7.3")
    assert (check.task, check.status, check.line) == ("7.3", "error", line_of(source, TRAIN.strip()))
    assert check.message.startswith("train still contains the stub's line raise NotImplementedError(...): delete")


def test_a_helper_module_of_ones_own_is_not_called_a_package():
    shown = said(3, edited(3, ("from part01_autograd", "from math_utils import dot\nfrom part01_autograd")))
    assert "If math_utils.py is your own file: only the course's modules are checked" in shown


def test_the_course_class_of_another_part_lacks_what_the_learner_added_to_theirs():
    check = first_failing(8, edited(8, ("tokenizer.decode(", "tokenizer.id_to_char(")))
    attributes = "chars, bos, vocab_size, encode, decode"
    assert message_lines(check)[-1] == (
        f"Likely:     This part is checked with the course's Tokenizer, which has {attributes}."
    )


def test_arguments_in_the_wrong_order_are_called_that():
    check = first_failing(7, edited(7, ("Trained(tokenizer, config,", "Trained(config, tokenizer,")), "7.3")
    assert "This is a Config, and Tokenizer is the class that has " in check.message
    assert "Are two arguments in the wrong order?" in check.message


def test_a_value_that_is_returned_for_a_number_is_told_to_use_its_data():
    check = first_failing(7, edited(7, ("return loss.data", "return loss")), "7.2")
    assert message_lines(check)[1:] == [
        "Result:     Your code returned an object of type Value where plain numbers, texts or lists are expected.",
        "Likely:     A Value is used where a plain number is expected: use its .data.",
    ]


def test_right_elements_in_another_order_are_called_that():
    source = edited(2, ("    return docs\n", "    random.Random(1).shuffle(docs)\n    return docs\n"))
    likely = "All elements are right, but their order is not. Is there a set or a shuffle, or is another key sorted by?"
    assert message_lines(first_failing(2, source))[-1] == f"Likely:     {likely}"


def test_a_list_inside_a_dict_that_is_not_sorted_is_called_that():
    with pytest.raises(CheckFailed, match="All elements are right, but they are not sorted"):
        Answer("", {"bos": 3, "chars": ["b", "a", "c"]}).must_be({"bos": 3, "chars": ["a", "b", "c"]})


def test_code_that_is_slow_but_has_no_endless_loop_is_not_suspected_of_one():
    slow = "def linear(x, w):\n    for i in range(10**9):\n        x = x\n    return x\n\n\ndef old("
    check = first_failing(3, edited(3, ("def linear(", slow)), "3.1")
    assert check.status == "timeout" and "never ends" not in check.message
    assert "Does the code do more than it needs to" in check.message
    endless = slow.replace("for i in range(10**9):", "while True:")
    check = first_failing(3, edited(3, ("def linear(", endless)), "3.1")
    assert "Is there a loop that never ends?" in check.message


# Diagnosis: the mistake that was made, or none.

RECURSIVE = """        self.grad = 1.0
        for child, slope in zip(self._children, self._local_grads):
            child.grad += self.grad * slope
            child.backward()

    def _old_backward(self):
"""


def test_a_wrong_backward_sends_nobody_to_right_operators():
    """The commonest first attempt: it sets the grad of every child to 1 again."""
    source = edited(1)
    body = source.index('"""', source.index('"""', source.index("def backward")) + 3) + 4
    report = report_on(1, source[:body] + RECURSIVE + source[body:])
    failing = [check for check in report.checks if check.status not in ("passed", "manual")]
    assert failing and {check.cause for check in failing} <= {None, "1.4"}


# Part, task, and the edits that make one mistake in it; every other task is right.
ONE_TASK = {
    "xs is moved in place and put back": (
        0,
        "0.2",
        [
            (
                "        above = f([*xs[:i], x + h, *xs[i + 1 :]])\n"
                "        below = f([*xs[:i], x - h, *xs[i + 1 :]])\n",
                "        xs[i] = x + h\n        above = f(xs)\n        xs[i] = x - h\n        below = f(xs)\n"
                "        xs[i] = x\n",
            )
        ],
    ),
    "a negation without children": (1, "1.2", [(NEG, "        return Value(-self.data)")]),
    "an index too many": (
        2,
        "2.4",
        [
            (
                "        for previous, following in zip(tokens, tokens[1:]):\n",
                "        for i in range(len(tokens)):\n            previous, following = tokens[i], tokens[i + 1]\n",
            )
        ],
    ),
    "no backward in a step": (7, "7.2", [("    loss.backward()\n", "")]),
}


@pytest.mark.parametrize(("number", "task", "edits"), ONE_TASK.values(), ids=ONE_TASK)
def test_a_check_of_one_task_names_no_mistake_of_another_that_is_right(number, task, edits):
    source = edited(number, *edits)
    alone = report_on(number, source, task)
    assert {check.task for check in alone.checks} == {task}
    whole = [check for check in report_on(number, source).checks if check.task == task]
    assert [(c.name, c.misconception, c.line) for c in alone.checks] == [
        (c.name, c.misconception, c.line) for c in whole
    ]
    assert {check.cause for check in alone.checks if check.status != "passed"} <= {None, task}


def test_a_mistake_that_a_failing_check_of_its_task_contradicts_is_not_named():
    """Two slips in one function: the first check would look like one of them alone."""
    source = edited(6, ("self.beta1", "self.beta2"), ("lr *", "2 * lr *"))
    report = report_on(6, source)
    assert {check.misconception for check in report.checks if check.task == "6.1"} == {None}


def test_one_mistake_that_explains_several_checks_is_said_once_at_the_top():
    source = edited(1, ("child.grad +=", "child.grad ="))
    shown = said(1, source)
    report = report_on(1, source)
    advice = next(check.advice for check in report.checks if check.misconception)
    top, checks, _ = shown.partition("\n  pass ")
    assert (
        checks
        and "One mistake explains" in top
        and f"It is in 1.4 backward, line {line_of(source, 'def backward')}:" in top
    )
    assert shown.count(advice) == 1 and "known mistake" not in shown
    assert "Likely:     The mistake at the top of this report." in shown, "who reads only the check finds it"
    assert "Next: fix 1.4 backward, then" in shown


# Code that is hardly ever meant: the part, the edit, a text of its line, and what is said of that line.
SLIPS = {
    "an exclusive or": (
        4,
        ("config.n_embd**2", "config.n_embd ^ 2"),
        "^ 2",
        "has a ^, which is not a power in Python: write **.",
    ),
    "half of a first power": (
        3,
        ("(mean_square + eps) ** -0.5", "3 / ((mean_square + eps) ** 1 / 2)"),
        "** 1 / 2",
        "takes the power 1 and divides the result: ** 1 / 2 is not a root, ** 0.5 is.",
    ),
    "a method that is not called": (
        1,
        ("        return Value(math.log(self.data)", "        self.exp\n        return Value(math.log(2 + self.data)"),
        "        self.exp\n",
        "refers to a method without calling it: add ().",
    ),
    "a result that is thrown away": (
        3,
        ("    return [e / total for e in exps]", "    [e / total for e in exps]\n    return exps"),
        "    [e / total",
        "computes a value that is never used: is a return or a name = missing in front of it?",
    ),
}


@pytest.mark.parametrize(("number", "edit", "text", "words"), SLIPS.values(), ids=SLIPS)
def test_code_that_is_hardly_ever_meant_is_pointed_at(number, edit, text, words):
    source = edited(number, edit)
    check = first_failing(number, source)
    line = source[: source.index(text)].count("\n") + 1
    assert (check.line, message_lines(check)[-1]) == (line, f"Likely:     Line {line} {words}"), check.message
    assert "Likely:" not in "".join(message_lines(check)[:-1])


EMBEDDINGS = '[token + position for token, position in zip(state_dict["wte"][token_id], state_dict["wpe"][pos_id])]'
AFTER_ATTENTION = "x = [residual + update for residual, update in zip(x, output)]"
AFTER_MLP = "x = [residual + update for residual, update in zip(x, mlp(rmsnorm(x), layer, state_dict))]"
JOINED = {
    "all three sums": [
        (EMBEDDINGS, 'state_dict["wte"][token_id] + state_dict["wpe"][pos_id]  # first'),
        (AFTER_ATTENTION, "x = x + output"),
        (AFTER_MLP, "x = x + mlp(rmsnorm(x), layer, state_dict)"),
    ],
    "the embeddings, by name, and a list that counts as false": [
        (
            f"x = {EMBEDDINGS}",
            'wte, wpe = state_dict["wte"], state_dict["wpe"]\n    x = wte[token_id] + wpe[pos_id]  # first',
        ),
        ("if attention is not None", "if attention"),
    ],
    "both residuals, in place, and a list that counts as false": [
        (AFTER_ATTENTION, "x += output  # first"),
        (AFTER_MLP, "x += mlp(rmsnorm(x), layer, state_dict)"),
        ("if attention is not None", "if attention"),
    ],
    "both residuals in one sum": [
        (AFTER_ATTENTION, ""),
        (AFTER_MLP, "x = x + output + mlp(rmsnorm(x), layer, state_dict)  # first"),
    ],
}


@pytest.mark.parametrize("edits", JOINED.values(), ids=JOINED)
def test_lists_that_are_joined_where_numbers_are_added_are_pointed_at(edits):
    source = edited(5, *edits)
    check, line = first_failing(5, source, "5.4"), line_of(source, "# first")
    words = "joins two lists: + makes one longer list. Add them number by number, with zip."
    assert (check.line, message_lines(check)[-1]) == (line, f"Likely:     Line {line} {words}")


NOT_JOINED = {
    "the heads": [("joined.extend(output)", "joined = joined + output")],
    "the heads, in place": [("joined.extend(output)", "joined += output")],
    "numbers at a position": [
        (AFTER_ATTENTION, "x = [x[i] + output[i] for i in range(len(x))]"),
        (EMBEDDINGS, '[state_dict["wte"][token_id][i] + state_dict["wpe"][pos_id][i] for i in range(config.n_embd)]'),
    ],
    "numbers with a vector's name": [(AFTER_ATTENTION, "x = [x + output for x, output in zip(x, output)]")],
}


@pytest.mark.parametrize("edits", NOT_JOINED.values(), ids=NOT_JOINED)
def test_right_sums_and_lists_that_are_meant_to_be_joined_are_no_slips(edits):
    functions = inspect_source(edited(5, *edits).encode("utf-8")).functions
    assert [name for name, function in functions.items() if function.slips] == []


OF_ONE_LAYER = """
def one_head(query, keys, values, start, end):
    cut_keys = [keys[t][start:end] for t in range(len(keys))]
    return attend(query[start:end], cut_keys, [values[t][start:end] for t in range(len(values))])
"""
QUOTIENTS = """
class Value:
    def tanh(self):
        return Value(1.0) - Value(2.0) / ((self * 2).exp() + Value(1.0))

def spread(xs):
    return sum(xs) - sum(xs) / len(xs)
"""


@pytest.mark.parametrize("code", [OF_ONE_LAYER, QUOTIENTS], ids=["keys of one layer", "only one number is divided"])
def test_what_only_looks_like_a_slip_is_not_reported(code):
    functions = inspect_source(code.encode("utf-8")).functions
    assert functions and [name for name, function in functions.items() if function.slips] == []


HEAD_KEYS, HEAD_VALUES = "[key[head] for key in keys[layer]]", "[value[head] for value in values[layer]]"
WITH_RANGES = (
    "sum(q * k for q, k in zip(query, key)) * scale for key in keys",
    "sum(query[i] * key[i] for i in range(len(key))) * scale for key in keys",
)
PER_HEAD = {
    "values of all heads": (
        [(HEAD_VALUES, "values[layer]")],
        "attend(query[head]",
        "passes the values of all heads to attend. Cut each of them, as you cut the keys.",
    ),
    "keys of all heads": (
        [(HEAD_KEYS, "keys[layer]"), ("attend(query[head], head_keys,", "attend(query[head], keys[layer],")],
        "attend(query[head]",
        "passes the keys of all heads to attend. Cut each of them, as you cut the values.",
    ),
    "positions cut, and an attend that runs over positions": (
        [(HEAD_KEYS, "keys[layer][head]"), (HEAD_VALUES, "values[layer][head]"), WITH_RANGES],
        "keys[layer][head]",
        "cuts the list of positions. Keep all positions, and cut each of the keys.",
    ),
    "positions cut by numbers": (
        [
            ("attend(query[head],", "attend(query[start : start + head_dim],"),
            (HEAD_KEYS, "keys[layer][start : start + head_dim]"),
            WITH_RANGES,
        ],
        "keys[layer][start",
        "cuts the list of positions. Keep all positions, and cut each of the keys.",
    ),
}


@pytest.mark.parametrize(("edits", "text", "words"), PER_HEAD.values(), ids=PER_HEAD)
def test_a_head_that_gets_other_numbers_than_its_own_is_pointed_at(edits, text, words):
    source = edited(5, *edits)
    [(line, sentence)] = inspect_source(source.encode("utf-8")).functions["multi_head_attention"].slips[:1]
    assert (line, sentence) == (line_of(source, text), f"line {line} {words}")
    check = first_failing(5, source, "5.2")
    assert check.misconception or message_lines(check)[-1] == likely_line(sentence)


def test_a_parameter_that_may_be_none_and_is_not_used_yet_is_not_blamed():
    unfinished = ("        if attention is not None:\n            attention.append(attention_weights)\n", "")
    source = edited(5, ("x = rmsnorm(x)  # (n_embd)", "x = rmsnorm(rmsnorm(x)[:1] + x[1:])"), unfinished)
    assert "attention" not in message_lines(first_failing(5, source, "5.4"))[-1]


@pytest.mark.parametrize("number", range(11))
def test_right_code_holds_no_slips_and_no_leftovers(number):
    files = [
        SOLUTIONS / part(number).file_name,
        *(ROOT / "tests" / "right_but_different").glob(f"part{number:02d}/*.py"),
    ]
    for file in files:
        functions = inspect_source(file.read_bytes()).functions
        assert [f for f in functions.values() if f.slips or f.leftover()] == [], file


# Names with which a sentence may begin; every plain word gets a capital letter.
NAMES = frozenset(
    "append backward choices exp h join key linear log m math n random rng shuffle softmax sort step sum w x".split()
)


def first_text(node: ast.AST) -> str:
    """The text that an expression begins with, as far as it can be seen."""
    if isinstance(node, ast.JoinedStr):
        return first_text(node.values[0])
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_what_is_likely_wrong_begins_with_a_capital_letter_or_with_a_name():
    texts = [cause.says for cause in CAUSES]
    for suite in SUITES.glob("*/test_*.py"):
        for node in ast.walk(ast.parse(suite.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "likely":
                texts.append(first_text(node.value))
    shown = [likely_line(text).removeprefix("Likely:     ") for text in texts if text]
    assert len(shown) > 200 and "A power is written ** in Python; ^ is another operator." in shown
    small = {word[0]: text for text in shown if (word := re.match(r"[a-z]+(?=[ ,])", text))}
    assert {word: text for word, text in small.items() if word not in NAMES} == {}
