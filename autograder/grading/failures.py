"""What a learner reads when their code gave no answer: what happened, and what to try where that is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from autograder.sandbox import WAITED, Reply

SENTENCES = {
    "raised": "Your code stopped with {exception}{message}.",
    "unusable": "What came back can't be used as the check uses it: {exception}{message}.",
    "load": "Your file can't be imported: {exception}{message}.",
    "missing": "Your file lacks a name that this check needs{message}. Spell it as the stub does.",
    "todo": "{message} is not written yet.",
    "timeout": "Your code did not answer in time{message}. Is there a loop that never ends?",
    "waits": "Your code did not answer in time{message}. Is there a call that waits, such as sleep or a lock?",
    "crashed": "Your code ended the Python interpreter{message}. Is there a recursion that never ends?",
    "exited": "Your code ended the program{message}. A module that others import must not: take that call out.",
    "memory": "Your code used more memory than is allowed{message}. Is there a list that grows without end?",
    "type": "Your code returned something that the check can't read{message}.",
    "too large": "Your code returned more data than the check can read{message}.",
    "protocol": "Something other than an answer came back from your code{message}.",
}
# What a TypeError says of a call with other arguments than the function takes, and of a function without a return.
WRONG_ARGUMENTS = re.compile(r"([\w.]+)\(\) (?:takes|missing|got an unexpected|got multiple)")
NOTHING_CAME_BACK = re.compile(r"'NoneType'|\bNone\b")
GENERATOR = re.compile(r"'generator'|\bgenerator object\b")
# What a TypeError says of Values that are used as numbers, and what to try.
VALUES_AS_NUMBERS = (
    (
        re.compile(r"not supported between instances of '(Value' and|\w+' and 'Value')"),
        "Compare the numbers in them, their .data.",
    ),
    (
        re.compile(r"must be real number, not Value"),
        "math is for plain numbers: a Value has .exp() and .log(), and ** 0.5 is its root.",
    ),
)
# What an ImportError says of another part, and where that lies in the worker's folder, which is nobody's concern.
OF_ANOTHER_PART = re.compile(r"No module named '(part\d\d_\w+)'|cannot import name '\w+' from '(part\d\d_\w+)'")
PLACE = re.compile(r" \([^()]*part\d\d_\w+\.py\)$")

SignatureOf = Callable[[str], "str | None"]
Needs = Mapping[str, Sequence[str]]  # names of other parts that a part may use, by module


def failure_message(
    reply: Reply,
    called: str = "",
    signature_of: SignatureOf = lambda name: None,
    needs: Needs | None = None,
) -> str:
    """What happened, and in which call, for a learner. signature_of: how a function of the part is called; needs: what
    it may use of other parts, when that is known.
    """
    message = PLACE.sub("", reply.message)
    if reply.failure != "todo":
        message = f": {message.rstrip('.')}" if message else ""
    kind = _kind(reply)
    sentence = SENTENCES[kind].format(exception=reply.exception or "an exception of its own", message=message)
    sentence += _advice(reply, kind, signature_of, needs)
    # An import fails whatever is called.
    if reply.failure in ("todo", "load") or not called:
        return sentence + "\n"
    return f"Called:     {called}\nCame back:  {sentence}\n"


def _kind(reply: Reply) -> str:
    """The key of the sentence that fits."""
    if reply.exception == "SystemExit":
        return "exited"
    if reply.failure == "timeout" and reply.message.startswith(WAITED):
        return "waits"
    # No line of the learner's code was running: the call came back, and the probe stumbled over what it gave.
    if reply.failure == "raised" and reply.exception in ("TypeError", "AttributeError") and reply.file is None:
        return "raised" if WRONG_ARGUMENTS.search(reply.message) else "unusable"
    return reply.failure


def _advice(reply: Reply, kind: str, signature_of: SignatureOf, needs: Needs | None) -> str:
    """What to try, where that is known: a sentence with a space before it, or nothing."""
    found = WRONG_ARGUMENTS.search(reply.message)
    if kind == "raised" and reply.exception == "TypeError" and found:
        expected = signature_of(found.group(1))
        return f" It is called as the stub has it: {expected}." if expected else ""
    if kind == "raised" and reply.exception == "TypeError":
        return next((f" {advice}" for words, advice in VALUES_AS_NUMBERS if words.search(reply.message)), "")
    if kind == "unusable" and NOTHING_CAME_BACK.search(reply.message):
        return " Is a return missing?"
    if kind == "unusable" and GENERATOR.search(reply.message):
        return " It is a generator: write [...] in place of (...), and return in place of yield."
    if reply.exception in ("ModuleNotFoundError", "ImportError") and needs is not None:
        found = OF_ANOTHER_PART.search(reply.message)
        return _what_may_be_used(found.group(1) or found.group(2), needs) if found else ""
    if reply.exception == "EOFError" and "input()" in reply.message:
        return ' Take it out, or put it below: if __name__ == "__main__":'
    return ""


def _what_may_be_used(module: str, needs: Needs) -> str:
    """What the part may import in place of what it tried to."""
    if module in needs:
        return f" Of {module} this part may use: {', '.join(needs[module])}."
    return f" This part may use: {', '.join(needs) or 'no other part'}."
