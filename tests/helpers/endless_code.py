"""Code that never ends, or that ends a browser's Python, in the place of `square`, and what the page says about it."""

from helpers.bundle import SOLVED

FILE = "part00_setup.py"
LINKED = "class Link:\n    def __init__(self, below):\n        self.below = below\n\n"

CATCHES = "while True:\n        try:\n            1 / 0\n        except BaseException:\n            pass"
FREES = "link = None\n    for _ in range(10**5):\n        link = Link(link)\n    link = None\n    return x * x"
TOO_DEEP = ("RecursionError", "called itself too many times in a row")

# By name: the code outside functions, the body of square, and the message.
CODE = {
    "loop": ("", "while True:\n        pass", "did not answer in time: no answer after 5 seconds"),
    "loop in C": ("", "return sum(range(10**12))", "did not answer in time"),
    "loop in a regular expression": ("import re", "return re.match('(a+)+b', 'a' * 40)", "did not answer in time"),
    "loop outside of functions": (
        "while True:\n    pass",
        "return x * x",
        "Importing the file did not end (no answer after 7.5 seconds)",
    ),
    "flood of output": ("", "while True:\n        print('x' * 10**5)", "did not answer in time"),
    "caught interrupts": ("", CATCHES, "did not answer in time"),
    "recursion": ("", "return square(x)", "RecursionError"),
    "recursion through map": ("", "return list(map(square, [x]))[0]", TOO_DEEP),
    "recursion through a key": ("", "return sorted([x, x], key=square)[0]", TOO_DEEP),
    "recursion in repr": ("", "x = []\n    for _ in range(10**5):\n        x = [x]\n    return len(repr(x))", TOO_DEEP),
    "freeing linked values": (LINKED, FREES, "called itself too many times in a row"),
    "memory": ("", "y = [x]\n    while True:\n        y += y", "used more memory than is allowed"),
    "input": ("", "return float(input())", "nobody is at the keyboard"),
    "missing import": ("import numpy", "return x * x", "The file imports numpy"),
    "exit": ("import os", "os._exit(1)", "Your code ended the program"),
}


def with_square(before, body):
    """The reference's files, with this code before and in `square`."""
    line, first = "    return x * x", SOLVED[FILE].index("def square")
    assert SOLVED[FILE].count(line) == 1
    text = SOLVED[FILE].replace(line, f"    {body}")
    return {**SOLVED, FILE: f"{text[:first]}{before}\n\n\n{text[first:]}"}


def said(name, messages):
    """Whether the messages say what stopped this code."""
    words = CODE[name][2]
    return any(each in messages for each in ([words] if isinstance(words, str) else words))
