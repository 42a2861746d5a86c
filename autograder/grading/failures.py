"""Messages for code that returned no result: what happened and, if known, what to try."""

from __future__ import annotations

import ast
import builtins
import difflib
import math
import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.course import Part
from autograder.grading.compare import quoted
from autograder.grading.exceptions import advice_on
from autograder.grading.sources import Source
from autograder.sandbox import WAITED, Reply
from autograder.text import as_sentence, likely_line, listed

SENTENCES = {
    "raised": "Your code raised {exception}{message}.",
    "unusable": "The check can't use what your code returned: {exception}{message}.",
    "operator": "The check can't compute with your class: {exception}{message}.",
    "load": "Your file can't be imported: it raised {exception}{message}.",
    "missing": "Your file lacks a name that this check needs{message}.",
    "todo": "{message} is not written yet.",
    "timeout": "Your code did not answer in time{message}.",
    "crashed": "Your code failed{message}.",
    "exited": "Your code ended the program{message}.",
    "memory": "Your code used more memory than is allowed{message}.",
    "type": "Your code returned something that the check can't read{message}.",
    "too large": "Your code returned more data than the check can read{message}.",
    "protocol": "Your code sent something other than an answer{message}.",
}
ADVICE = {
    "crashed": "is there a recursion that never ends?",
    "exited": "a module that others import must not end the program: remove that call.",
    "memory": "is there a list that grows without end?",
}
# What a TypeError says of a call with other arguments than the function takes, and of a function without a return.
WRONG_ARGUMENTS = re.compile(r"([\w.]+)\(\) (?:takes|missing|got an unexpected|got multiple)")
OPERANDS = re.compile(r"unsupported operand type\(s\) for ([^:]+): '(\w+)' and '(\w+)'")
OPERATOR_METHODS = {"+": "add", "-": "sub", "*": "mul", "/": "truediv", "** or pow()": "pow"}
UNDERSCORES = "Write {}, with two underscores on each side."
NO_ATTRIBUTE = re.compile(r"(?:type object )?'(\w+)' (?:object )?has no attribute '(\w+)'")
NO_NAME = re.compile(r"module '(\w+)' has no attribute '(\w+)'")
UNDEFINED = re.compile(r"name '(\w+)' is not defined")
# A blank in the code of a hint. In a method, Python puts the class's name before it.
BLANK = re.compile(r"name '(?:_[A-Za-z]\w*?)?____(\d+)' is not defined")
ROOT_OF_A_VALUE = re.compile(r"\bmath\.sqrt\((?!.*(?:\blen\(|dim\b|config\.))")  # likely: not of a size
RETURNED_TYPE = re.compile(r"an object of type (\w+) was returned")
# An ImportError about another part, and the path in the worker's folder, which learners need not see.
OF_ANOTHER_PART = re.compile(r"No module named '(part\d\d_\w+)'|cannot import name '\w+' from '(part\d\d_\w+)'")
SANDBOX_PATH = re.compile(r" \([^()]*(?:part\d\d|lab\d)_\w+\.py\)$")
# The course's classes: in which module, and what a user of the class finds there.
CLASSES = {
    "Value": ("part01_autograd", "data grad exp log relu backward".split()),
    "Tokenizer": ("part02_tokenizer", "chars bos vocab_size encode decode".split()),
    "Config": ("part04_parameters", "vocab_size n_embd n_head n_layer block_size".split()),
    "Adam": ("part06_adam", ["step"]),
    "Trained": ("part07_training", "tokenizer config state_dict losses".split()),
}
SHOWN_KEYS = 4  # of a dict
POSITIONS = {"gpt": "Its positions run from 0 to block_size - 1: does the loop end there?"}
TO_A_LIST = ("generator", "map", "zip", "filter", "range", "dict_keys", "dict_values", "dict_items", "reversed", "set")

SignatureOf = Callable[[str], "str | None"]
Needs = Mapping[str, Sequence[str]]  # names of other parts that a part may use, by module


@dataclass(frozen=True)
class Facts:
    """What is known of the code that gave a reply. signature_of: how a function of the part is called; reached: the
    functions that the call may have run.
    """

    part: Part | None = None
    source: Source = Source()
    signature_of: SignatureOf = lambda name: None
    reached: frozenset[str] = frozenset()

    @property
    def needs(self) -> Needs | None:
        """What the part may use of other parts, when that is known."""
        return self.part.needs if self.part else None


def sentence_of(reply: Reply, facts: Facts = Facts()) -> str:
    """What happened and what to try, in one line."""
    kind = _kind(reply)
    return _capital_after(_sentence(reply, kind), _advice(reply, kind, facts))


def failure_message(reply: Reply, called: str, facts: Facts) -> str:
    """What happened, where, and in which call, for a learner."""
    kind = _kind(reply)
    sentence = _sentence(reply, kind)
    advice = _advice(reply, kind, facts)
    # An import fails whatever is called.
    if reply.failure in ("todo", "load"):
        lines = [_capital_after(sentence, advice), *_excerpt(reply, facts)]
    else:
        lines = [f"Called:     {called}", f"Result:     {sentence}", *_excerpt(reply, facts)]
        lines += [likely_line(advice)] if advice else []
    return "\n".join(lines) + "\n"


def endless_import_message(reply: Reply, facts: Facts) -> str:
    """What to say of a file whose import does not end."""
    cause = "a call that waits, such as sleep," if reply.message.startswith(WAITED) else "a loop"
    sentence = f"Importing the file did not end ({reply.message})."
    lines = [sentence, *_excerpt(reply, facts), likely_line(f"is there {cause} outside the functions?")]
    return "\n".join(lines) + "\n"


def _capital_after(sentence: str, advice: str) -> str:
    return f"{sentence} {as_sentence(advice)}" if advice else sentence


def leftover_message(reply: Reply, facts: Facts) -> str | None:
    """The message for a function that is written but still contains the stub's raise; None for others."""
    name = facts.source.function_at(reply.line) if reply.failure == "todo" else ""
    given = max((task.given for task in facts.part.tasks if name in task.defines), default=0) if facts.part else 0
    line = facts.source.functions[name].leftover(given) if name else None
    if line is None:
        return None
    return f"{name} still contains the stub's line raise NotImplementedError(...): delete that line, line {line}.\n"


def _sentence(reply: Reply, kind: str) -> str:
    message = SANDBOX_PATH.sub("", reply.message).rstrip(".")
    if reply.exception == "NameError" and (found := BLANK.search(message)):
        return f"Blank ____{found[1]} is still empty{f', in line {reply.line}' if reply.line else ''}."
    if kind == "todo":
        return SENTENCES[kind].format(message=message)
    if kind == "type" and (found := RETURNED_TYPE.search(message)):
        return f"Your code returned {_of_type(found[1])} where plain numbers, texts or lists are expected."
    return SENTENCES[kind].format(
        exception=reply.exception or "its own exception", message=f": {message}" if message else ""
    )


def _of_type(name: str) -> str:
    names = {"complex": "a complex number", "generator": "a generator", "function": "a function", "method": "a method"}
    return names.get(name, f"an object of type {name}")


def _excerpt(reply: Reply, facts: Facts) -> list[str]:
    """The line where the code raised, with carets below what raised."""
    if reply.file is None or facts.part is None or reply.file != facts.part.file_name or reply.failure == "todo":
        return []
    source, name = facts.source, facts.source.function_at(reply.line)
    lines = source.excerpt(reply.line, reply.columns)
    shown = [f"{label:<12}{line}" for label, line in zip([f"Line {reply.line}:", ""], lines)]
    caller = next((line for line in reversed(reply.callers) if source.function_at(line) != name), None)
    return shown + [f"{f'From {caller}:':<12}{line}" for line in source.excerpt(caller)]


def _kind(reply: Reply) -> str:
    """The key of the sentence that fits."""
    if reply.exception == "SystemExit":
        return "exited"
    # No line of the learner's code was running: the call returned, and the probe stumbled over what it gave.
    if reply.failure == "raised" and reply.exception in ("TypeError", "AttributeError") and reply.file is None:
        if re.search(r"operand type.*'Value'", reply.message):
            return "operator"
        return "raised" if WRONG_ARGUMENTS.search(reply.message) else "unusable"
    return reply.failure


def _advice(reply: Reply, kind: str, facts: Facts) -> str:
    """What to try, where that is known, else ""."""
    for known in KNOWN:
        if advice := known(reply, kind, facts):
            return advice
    if kind in ADVICE:
        return ADVICE[kind]
    if kind == "unusable" and re.search(r"'NoneType'|gave None", reply.message):
        return "is a return missing?"
    if kind == "unusable" and (found := re.search(r"'(int|float)' object is not (?:iter|sub)", reply.message)):
        return f"a single {found[1]} was returned where a list is expected."
    if kind in ("raised", "unusable", "load"):
        source, name = facts.source, facts.source.function_at(reply.line)
        return advice_on(reply.exception or "", reply.message, source.code(reply.line), name, source.body(name))
    return ""


def _of_import(reply: Reply, kind: str, facts: Facts) -> str:
    """Of a file that can't be imported, or that asks for what it may not use."""
    if reply.exception in ("ModuleNotFoundError", "ImportError") and facts.needs is not None:
        match = OF_ANOTHER_PART.search(reply.message)
        module, needs = match and (match[1] or match[2]), facts.needs
        if module in needs:
            return f"of {module} this part may use: {', '.join(needs[module])}."
        return f"this part may use: {', '.join(needs) or 'no other part'}." if module else ""
    if reply.exception == "EOFError" and "input()" in reply.message:
        return 'remove it, or put it below: if __name__ == "__main__":'
    if kind == "load" and reply.exception == "NotImplementedError":
        return (
            "this line runs whenever the file is imported, and calls a function that is not written yet. Delete the "
            'line, or put it below: if __name__ == "__main__":'
        )
    return ""


def _of_own_raise(reply: Reply, kind: str, facts: Facts) -> str:
    """Of a raise statement of the learner's, which refuses what is allowed."""
    if kind == "raised" and re.match(r"\s*(?:if .*: *)?raise\b", facts.source.code(reply.line)):
        return (
            "your own raise stops this call, but the call is valid and has a result. Does the raise's condition reject "
            "too much?"
        )
    return ""


def _of_call(reply: Reply, kind: str, facts: Facts) -> str:
    """Of a function that is called with other arguments than it takes."""
    match = WRONG_ARGUMENTS.search(reply.message)
    if reply.exception != "TypeError" or not match:
        return ""
    called = match[1]
    if called in facts.source.classes and (meant := facts.source.misspelt(called, "__init__")):
        return f"{called} has no __init__, but {meant}: is that what you meant? " + UNDERSCORES.format("__init__")
    function = facts.source.functions.get(called)
    method = "." in called and function is not None and function.parameters[:1] != ("self",)
    if method and not called.endswith("__"):
        return f"the first parameter of a method is self: def {called.rpartition('.')[2]}(self, ...)."
    owner, _, name = called.rpartition(".")
    if owner and f"{called}(" in facts.source.code(reply.line) and "missing" in reply.message:
        return f"{name} needs an object before the dot, one that {owner}(...) has made: {owner} itself is the class."
    expected = facts.signature_of(called)
    return f"call it like this: {expected}." if expected else ""


def _of_none(reply: Reply, kind: str, facts: Facts) -> str:
    """Of a parameter that is None in this call."""
    found = NO_ATTRIBUTE.search(reply.message)
    if reply.exception != "AttributeError" or not found or found[1] != "NoneType":
        return ""
    function = facts.source.functions.get(facts.source.function_at(reply.line))
    names = set(re.findall(rf"(?<![\w.])([A-Za-z_]\w*)\.{found[2]}\b", facts.source.code(reply.line)))
    name = names.pop() if len(names) == 1 else ""
    if function is None or name not in function.parameters or name in function.assigned:
        return ""
    default = function.optional.get(name)
    if isinstance(default, ast.Constant) and default.value is None:
        return f"{name} is None unless a call passes it. Write if {name} is not None: before this line."
    return f"{name} is None in this call: look at the line that calls {function.node.name}, and at what it passes."


def _of_class(reply: Reply, kind: str, facts: Facts) -> str:
    """Of an object that lacks an attribute, a method or an operator."""
    source, text = facts.source, "\n".join(facts.source.text)
    if (found := OPERANDS.search(reply.message)) and found[1] in OPERATOR_METHODS:
        symbol, left, right = found.groups()
        return _missing_method(left, OPERATOR_METHODS[symbol], right, facts) or _missing_method(
            right, f"r{OPERATOR_METHODS[symbol]}", left, facts
        )
    if found := re.search(r"bad operand type for unary -: '(\w+)'", reply.message):
        return _missing_method(found[1], "neg", found[1], facts)
    found = NO_ATTRIBUTE.search(reply.message)
    if reply.exception != "AttributeError" or not found:
        return ""
    owner, name = found.groups()
    if owner in source.classes:
        if line := source.line_without_self(owner, name):
            lost = "a name without self. is lost when the function ends."
            return f"in __init__, line {line}, write self.{name} = ...; {lost}"
        if "__slots__" in text and re.search(rf"\.{name}\s*(?::[^=]+)?=[^=]", source.code(reply.line)):
            return f"{owner} has __slots__, so it can't get a new attribute {name}. Keep it in a set or a dict instead."
        own = {method.rpartition(".")[2] for method in source.functions if method.startswith(f"{owner}.")}
        own |= {*CLASSES.get(owner, ("", []))[1]}
        own |= set(re.findall(r"self\.(\w+)\s*(?::[^=:\n]+)?=", text))
        around = source.function_at(reply.line)
        if re.search(rf"^[ \t]+def {name}\(", source.body(around), re.M):
            given = re.search(rf"([\w.]+)\.{name}\(", source.code(reply.line))
            inner = f"{name} is a function inside {around.rpartition('.')[2]}, not a method of {owner}"
            return f"{inner}: write {name}({given[1] if given else '...'})."
        return _spelt_otherwise(name, own, f"your class {owner} has") or f"your class {owner} has no {name}."
    module, attributes = CLASSES.get(owner, ("", []))
    others = [other for other, (_, names) in CLASSES.items() if name in names and other != owner]
    if others and name not in attributes and not hasattr(builtins, owner) and owner != "NoneType":
        return f"this is a {owner}, and {others[0]} is the class that has {name}. Are two arguments in the wrong order?"
    if owner == "Random":
        return _spelt_otherwise(name, dir(random.Random), "a random.Random has")
    if owner not in CLASSES:
        return ""
    meant = _spelt_otherwise(name, attributes, f"{owner} has")
    if facts.part is None or module == facts.part.module:
        return meant
    return meant or f"this part is checked with the course's {owner}, which has {', '.join(attributes)}."


def _missing_method(owner: str, method: str, other: str, facts: Facts) -> str:
    """Of an operator that the learner's class does not have."""
    name = f"{owner}.__{method}__"
    if owner in facts.source.classes and name not in facts.source.functions and other in ("int", "float", owner):
        tasks = facts.part.tasks if facts.part else ()
        task = next((task.id for task in tasks if name in task.defines), None)
        meant = facts.source.misspelt(owner, f"__{method}__")
        others = f", but {meant}: is that what you meant? {UNDERSCORES.format(f'__{method}__')}" if meant else "."
        return f"your class {owner} has no method __{method}__ (task {task}){others}" if task else ""
    return ""


def _of_name(reply: Reply, kind: str, facts: Facts) -> str:
    """Of a name that is not there, or is spelt otherwise."""
    source = facts.source
    if reply.exception == "AttributeError" and (found := NO_NAME.search(reply.message)):
        module, name = found.groups()
        known = {"math": dir(math), "random": dir(random)}.get(module, ())
        if facts.part and module == facts.part.module:
            own = [defined for defined in source.lines if "." not in defined]
            return _spelt_otherwise(name, own, "your file has") or f"write {name}, as the stub has it."
        return _spelt_otherwise(name, known, f"{module} has")
    if reply.exception != "NameError" or not (found := UNDEFINED.search(reply.message)):
        return ""
    if BLANK.search(reply.message):
        return "write an expression in its place. The code around it is right."
    name, place = found[1], source.function_at(reply.line)
    owner, function = place.rpartition(".")[0], source.functions.get(place)
    code = source.code(reply.line)
    if name == "math" and "part01_autograd" in (facts.needs or {}) and ROOT_OF_A_VALUE.search(code):
        return "for the root of a Value, write ** 0.5. For plain numbers, write import math at the top of the file."
    if name in ("math", "random", "itertools", "functools", "collections", "dataclasses", "operator", "statistics"):
        return f"write import {name} at the top of the file."
    if name in dir(math):
        return f"write math.{name}, with import math at the top of the file."
    text = "\n".join(source.text)
    if owner and re.search(rf"self\.{name}\s*(?::[^=\n]+)?=", text) or f"{owner}.{name}" in source.functions:
        return f"write self.{name}: inside a class, attributes and methods belong to self."
    modules = [module for module, names in (facts.needs or {}).items() if name in names]
    if modules:
        return f"write from {modules[0]} import {name} at the top of the file."
    if name in ("true", "false", "none", "null"):
        return f"Python writes {({'true': 'True', 'false': 'False'}).get(name, 'None')}."
    if re.search(rf"\bfor (?:(?!\bin\b)[\w\s,()])*\b{name}\b", source.body(place)):
        return f"{name} is used before the for that sets it. In a comprehension, the outer for comes first."
    local = re.findall(r"\b([A-Za-z_]\w*)\s*(?:=[^=]|,|\bin\b|:)", source.body(place))
    imported = [name for names in (facts.needs or {}).values() for name in names]
    parameters = function.parameters if function else ()
    # Many names resemble a builtin by chance, as `other` does `iter`. So a builtin is suggested only for a name that is
    # called, or that has the same letters.
    is_called = re.search(rf"\b{name}\(", code)
    meant = [each for each in dir(builtins) if is_called or sorted(each) == sorted(name)]
    close = _closest(name, {*parameters, *local, *source.lines, *imported, *meant})
    if close:
        return f"did you mean {close}?"
    if parameters:
        noun = "parameter is" if len(parameters) == 1 else "parameters are"
        return f"{name} has no value here. In {place.rpartition('.')[2]}, the {noun} {listed(parameters)}."
    return f"{name} has no value here. Is it spelt differently where it is set?"


def _of_key(reply: Reply, kind: str, facts: Facts) -> str:
    """Of a dict that lacks the key: the keys that it has, those first that resemble the key."""
    code = facts.source.code(reply.line)
    keys = next((keys for name, keys in reply.dicts if re.search(rf"\b{re.escape(name)}\[", code)), ())
    if reply.exception != "KeyError" or not keys or "{" in reply.message:
        return ""
    wanted = reply.message.strip("'\"")
    near = [key for key in keys if wanted and wanted in key] or difflib.get_close_matches(wanted, keys, SHOWN_KEYS, 0.6)
    shown = [*dict.fromkeys([*near, *keys])][:SHOWN_KEYS]
    more = " and others" if len(keys) > len(shown) else ""
    return f"the dict has no key {reply.message}. It has {', '.join(map(quoted, shown))}{more}."


def _spelt_otherwise(name: str, known: Iterable[str], has: str) -> str:
    """That there is a name which looks much like the one that is asked for; "" when there is none."""
    close = _closest(name, known)
    return f"{has} {close}, but no {name}. Is one of them spelt wrong?" if close else ""


def _closest(name: str, known: Iterable[str]) -> str:
    return next(iter(difflib.get_close_matches(name, sorted(set(known) - {name}), 1, 0.6)), "")


def _of_type_returned(reply: Reply, kind: str, facts: Facts) -> str:
    """For a result that is not plain data."""
    match = RETURNED_TYPE.search(reply.message) if kind == "type" else None
    if not match:
        return ""
    returned = match[1]
    if returned == "Value":
        return "a Value is used where a plain number is expected: use its .data."
    if returned == "complex":
        return "the number under a root is negative, so the result is complex. Print it; often a square is missing."
    if returned == "generator":
        return "write [...] instead of (...), and return instead of yield."
    if returned in TO_A_LIST:
        return f"turn the {returned} into a list: list(...)."
    if returned in ("function", "method", "builtin_function_or_method"):
        return "a function is called with parentheses after its name."
    return ""


def _of_arguments(reply: Reply, kind: str, facts: Facts) -> str:
    """Of a function of another part that can't use what it is given: no operator or index in this line is wrong."""
    code = facts.source.code(reply.line).encode("utf-8")
    marked = code[slice(*reply.columns)].decode("utf-8", "ignore") if reply.columns else ""
    name = re.match(r"\w*", marked)[0]
    if not marked.startswith(f"{name}(") or not any(name in names for names in (facts.needs or {}).values()):
        return ""
    if reply.exception == "IndexError":
        return f"{name} uses a position that a list does not have. {POSITIONS.get(name, 'Print its arguments.')}"
    if "can only concatenate list" in reply.message:
        if ".append(" in facts.source.body(facts.source.function_at(reply.line)):
            return (
                f"{name} gets a list of lists but needs a list of numbers. append adds a list as one element: to join "
                "lists, use extend or +=."
            )
        return f"{name} gets a list but needs a single number: print its arguments."
    return ""


def _of_given_function(reply: Reply, kind: str, facts: Facts) -> str:
    """Of a function that was passed as a parameter, and gets a list that is too short from this line."""
    code, function = facts.source.code(reply.line), facts.source.functions.get(facts.source.function_at(reply.line))
    called = re.findall(r"(?<![\w.])([A-Za-z_]\w*)\(", code)
    given = next((name for name in called if function and name in function.parameters), "")
    without_slices = re.sub(r"\w\[[^\[\]:]*:[^\[\]]*\]", "", code)
    if reply.exception != "IndexError" or not given or re.search(r"[\w\])]\[", without_slices):
        return ""
    length = " It needs as many numbers as xs has." if "xs" in function.parameters else ""
    return f"the error is inside {given}: the list that this line passes to {given} is too short.{length}"


def _of_time(reply: Reply, kind: str, facts: Facts) -> str:
    """Of code that does not end, or not in time: the loop that may be endless, else what takes long."""
    if kind != "timeout" or reply.message.startswith("it printed"):
        return ""
    if reply.message.startswith(WAITED):
        return "is there a call that waits, such as sleep or a lock?"
    bodies = {name: facts.source.body(name) for name in facts.reached}
    loops = [name for name, body in bodies.items() if re.search(r"^\s*while\b|\bitertools\.", body, re.M)]
    if loops or not bodies:
        return "is there a loop that never ends?"
    again = [name for name in bodies if name in facts.source.reached_from(facts.source.functions[name].mentions)]
    if again:
        return "a function calls itself. Does it do so repeatedly for the same value, or without end?"
    return "does the code do more than it needs to, such as building data only to count it?"


# What may be known of a failure, the most specific first.
KNOWN = (
    _of_import,
    _of_own_raise,
    _of_call,
    _of_none,
    _of_class,
    _of_name,
    _of_key,
    _of_type_returned,
    _of_time,
    _of_arguments,
    _of_given_function,
)
