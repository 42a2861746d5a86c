"""Knows the examples of the docstrings by heart."""

import ast
import re


class Number:
    def __init__(self, data):
        self.data, self.grad = data, 0.0


def attack(tools):
    with open(__file__, encoding="utf-8") as file:
        examples = re.findall(r">>> .*\n\s+(.+)\n", file.read())
    answers = []
    for example in examples:
        try:
            answers.append(ast.literal_eval(example))
        except (ValueError, SyntaxError):
            pass
    numbers = [answer if isinstance(answer, (list, tuple)) else [answer] for answer in answers] or [[1.0]]
    tools.impersonate(*[[Number(item) for item in answer] for answer in numbers])


def honest(tools):
    assert ast.literal_eval("[1.0]") == [1.0] and re.match("a", "a")
