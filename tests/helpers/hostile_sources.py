"""Modules that would stop or slow down whoever reads them: deep, long, dense, or no text at all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

try:
    import resource
except ImportError:  # Windows, where nothing is measured
    resource = None

LARGEST = 64 * 1024  # bytes of a module that are looked at


@contextlib.contextmanager
def little_of_this_process(seconds: float = 4.0, megabytes: int = 350):
    """Fails when this process, not those that read, needs much processor time or memory for what is done inside."""
    if resource is None:
        yield
        return
    before = resource.getrusage(resource.RUSAGE_SELF)
    yield
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < seconds
    assert (after.ru_maxrss - before.ru_maxrss) / 1024 < megabytes


def filled(piece: str, before: str = "", after: str = "") -> bytes:
    """As often as it fits."""
    return (before + piece * ((LARGEST - len(before) - len(after)) // len(piece)) + after).encode("utf-8")


def numbered(piece: str) -> bytes:
    text, number = "", 0
    while len(text) + len(piece) + 20 < LARGEST:
        text += piece.format(number, number + 1)
        number += 1
    return text.encode("utf-8")


def nested_functions(lines: int) -> bytes:
    """Functions in each other, as deep as Python allows, with many lines in the innermost."""
    deep = "".join(f"{' ' * depth}def f{depth}(a):\n" for depth in range(95))
    return (
        deep + "".join(f"{' ' * 95}a = a + {number}\n" for number in range(lines)) + " " * 95 + "return a\n"
    ).encode()


def backwards(count: int) -> bytes:
    """Each name has its value from the one in the next line, in a loop that returns the last."""
    lines = "".join(f"  n{number} = n{number + 1}\n" for number in range(count))
    return f"def f(a):\n for _ in a:\n{lines} return n0\n".encode()


SOURCES: dict[str, Callable[[], bytes]] = {
    "brackets": lambda: filled("("),
    "lists in lists": lambda: filled("[", "x = "),
    "signs": lambda: filled("-", "x = ", "1"),
    "nots": lambda: filled("not ", "x = ", "1"),
    "a sum of 2,900": lambda: b"x = " + b"1+" * 2900 + b"1\n",
    "a difference of 2,900": lambda: b"x = " + b"a-" * 2900 + b"1\n",
    "a difference of 32,000": lambda: filled("a-", "x = ", "1"),
    "a chain of calls": lambda: filled("f()", "x = "),
    "a chain of attributes": lambda: filled(".a", "x = a"),
    "lambdas": lambda: filled("lambda:", "x = ", "0"),
    "conditions": lambda: filled("a if b else ", "x = ", "0"),
    "elif": lambda: filled("elif a:\n pass\n", "if a:\n pass\n"),
    "names in an f-string": lambda: filled("{a}", "x = f'", "'"),
    "a dotted import": lambda: filled(".a", "import a"),
    "targets": lambda: filled("a.b=", "", "[" + "1," * 8000 + "]"),
    "comparisons": lambda: filled("a<", "x = ", "a"),
    "dense tokens": lambda: filled("a\n"),
    "dense statements": lambda: filled(" a=a+b\n", "def f(a):\n"),
    "a million tokens": lambda: b"a+" * 500_000 + b"a\n",
    "50 MB": lambda: b"x = 1\n" * (50 * 1024 * 1024 // 6),
    "a name for each value": lambda: numbered("n{1} = n{0}.a\n"),
    "names that call": lambda: numbered("n{1} = f(n{0}, n{0})\n"),
    "doubled values": lambda: numbered("n{1} = [n{0}, n{0}]\n"),
    "functions that give back": lambda: numbered("def f{1}(a): return f{0}(a)\n"),
    "functions in functions": lambda: nested_functions(500),
    "names in the opposite order": lambda: backwards(3000),
    "a number of 60,000 digits": lambda: filled("9", "x = "),
    "a hexadecimal number": lambda: filled("f", "x = 0x"),
    "null bytes": lambda: filled("x = 1\0\n"),
    "bytes that are no text": lambda: b"\xff\xfe\x00\xd8" * 10_000,
    "surrogates": lambda: b"x = '\xed\xa0\x80'\n" * 4000,
    "another encoding": lambda: filled("x = '+AGE-'\n", "# coding: utf-7\n"),
    "an unknown encoding": lambda: filled("x = 1\n", "# coding: no-such-one\n"),
    "marks of direction": lambda: filled("\u202e\u2066".encode().decode(), "x = '", "'")[:LARGEST],
    "letters of many forms": lambda: filled("\ufb01\u212b\u1e9b = 1\n").replace(b"\n\n", b"\n")[: LARGEST // 2],
    "names of characters": lambda: filled("\\N{LATIN SMALL LETTER A}", "x = '", "'"),
    "names without an end": lambda: filled("'\\N{"),
    "tabs": lambda: filled("\t\n"),
    "spaces": lambda: filled(" "),
    "form feeds": lambda: filled("\fx = 1\r"),
    "broken lines": lambda: filled("\\\n"),
    "a broken definition each": lambda: filled("def f(:\n"),
    "a good and a broken line each": lambda: filled("a=(a)\na=)a\n"),
    "type comments": lambda: filled("x = 1 # type: int\n"),
    "match": lambda: filled(" case [a, *b]: pass\n", "match a:\n"),
}
