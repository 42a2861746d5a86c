"""No code breaks the page: a sentence comes soon after the limit, and the next check works."""

import pytest
from helpers.bundle import SOLVED

FILE = "part00_setup.py"
IN_TIME = 1.5  # seconds from the end of a call's limit to its reply
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
ALWAYS = ("loop in C", "freeing linked values", "missing import")


def with_square(before, body):
    text = SOLVED[FILE]
    start, end = text.index("    return x * x"), text.index("    return x * x") + len("    return x * x")
    assert text.count("    return x * x") == 1
    first = text.index("def square")
    return {**SOLVED, FILE: f"{text[:first]}{before}\n\n\n{text[first:start]}    {body}{text[end:]}"}


def assert_survived(names, in_page):
    jobs = []
    for name in names:
        jobs += [(0, with_square(*CODE[name][:2])), (0, SOLVED)]
    lines = in_page(jobs)
    for name, bad, good in zip(names, lines[::2], lines[1::2], strict=True):
        said = CODE[name][2]
        messages = " ".join(check["message"] or "" for check in bad["report"]["checks"])
        assert any(each in messages for each in ([said] if isinstance(said, str) else said)), (name, messages)
        assert bad["waited"] < IN_TIME, (name, bad["waited"])
        assert good["report"]["passed"], name


def test_code_that_does_not_end_or_ends_python_costs_only_its_own_check(in_page):
    assert_survived(ALWAYS, in_page)


@pytest.mark.slow
def test_a_learner_is_told_in_a_sentence_what_stopped_the_code(in_page):
    assert_survived([name for name in CODE if name not in ALWAYS], in_page)


PROBE = "import mine\n\n\ndef run(x):\n    return mine.run(x)\n"
VERSIONS = {
    "change0": "def run(x):\n    while True:\n        try:\n            x += 1\n        except:\n            pass\n",
    "change1": "def run(x):\n    return [x for x in iter(int, 1)]\n",
    "change2": "def run(x):\n    return run(x) if x else 0\n",
    "change3": "def run(x):\n    return x + 1\n",
}


def test_changed_code_that_never_ends_is_stopped_without_a_new_interpreter(in_page):
    files = {"probes.py": PROBE, **{f"{folder}/mine.py": text for folder, text in VERSIONS.items()}}
    [done] = in_page([{"files": files, "calls": [["run", "[1]", 0.5, folder] for folder in (*VERSIONS, "change0")]}])
    loop, growing, recursion, right, again = done["replies"]
    late = ["", "timeout", "no answer after 0.5 seconds"]
    assert [loop, growing, again] == [late] * 3
    assert "RecursionError" in recursion[0] and '"value":2' in right[0]
    assert done["kept"]
