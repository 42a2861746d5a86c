"""What the exceptions that beginners meet most often mean: a table of messages, each with its usual cause."""

from __future__ import annotations

import re
from dataclasses import dataclass

CHANGES_IN_PLACE = re.compile(r"=\s*(?:[\w.\[\]]|\([^()\n]*\))*\b(append|sort|shuffle|extend|insert|reverse|clear)\(")


@dataclass(frozen=True)
class Cause:
    """A usual cause of an exception. message, code: what its message and the line of code must hold; within: what the
    function around it must hold. says: the advice, with the groups of message as {0}, {1}.
    """

    exception: str
    message: str
    says: str
    code: str = ""
    within: str = ""


ONE_SIDE_IS_A_LIST = (
    "one side is a list, the other a number. Go through the list element by element, or take its sum(...). If a "
    "function returns two things, unpack both: first, second = f(...)."
)
NONE_FROM_A_FUNCTION = "a value is None here. Often a function that this line calls has no return."

CAUSES = (
    # Functions that call themselves
    Cause(
        "RecursionError",
        "",
        "+ inside your own + calls itself: add the plain numbers, self.data + other.data.",
        code=r"\b(?:self|other) *\+ *(?:self|other)\b(?!\.)",
        within=r"^\s*def __add__\(",
    ),
    Cause(
        "RecursionError",
        "",
        "* inside your own * calls itself: multiply the plain numbers, self.data * other.data.",
        code=r"\b(?:self|other) *\* *(?:self|other)\b(?!\.)",
        within=r"^\s*def __mul__\(",
    ),
    Cause(
        "RecursionError",
        "",
        "this operator calls itself again. Use operators that you have already written, such as + and *.",
        within=r"^\s*def __\w+__\(",
    ),
    Cause(
        "RecursionError",
        "",
        "calls are nested deeper than Python allows (about 1,000). Does a function call itself without end? For a long "
        "chain, use a loop and a list.",
    ),
    # Powers and operators
    Cause("TypeError", r"operand type\(s\) for \^", "a power is written ** in Python; ^ is another operator."),
    Cause(
        "TypeError",
        r"for [-+*/]=: 'method'",
        "a method of the class has this name. Give the number another one.",
        code=r"self\.\w+ *[-+*/]=",
    ),
    Cause(
        "TypeError",
        r"operand.*'(?:method|builtin_function_or_method|function)'|'(?:method|function)' object is not iterable",
        "a function or method is called with parentheses: x.exp(), not x.exp.",
    ),
    Cause(
        "TypeError",
        r"for //=?: .*'Value'",
        "// rounds down to whole numbers. Divide Values with /.",
    ),
    # None, and other things that can't be called
    Cause(
        "TypeError",
        r"'NoneType' object is not (?:iterable|reversible)",
        "list.reverse() changes the list and returns None: loop over reversed(...) of it.",
        code=r"\bin\b.*\w\.reverse\(",
    ),
    Cause(
        "TypeError",
        r"'(?:int|float|Value|list|NoneType)' object is not callable",
        "key needs a function of one element, but this call already returns its result: write key=lambda x: ...",
        code=r"\bkey *= *[\w.]+\(",
    ),
    Cause("TypeError", r"'NoneType' object is not callable", "{name} is None here: call it only if it is not None."),
    Cause(
        "(?:Type|Attribute)Error",
        r"NoneType|can only join an iterable",
        "{change} changes its list in place and returns None: call it on a separate line, without =.",
        within=CHANGES_IN_PLACE.pattern,
    ),
    Cause(
        "TypeError",
        r"'generator'|generator object",
        "it is a generator: write [...] instead of (...), and return instead of yield.",
    ),
    Cause("TypeError", r"'NoneType'|can only join an iterable", NONE_FROM_A_FUNCTION),
    Cause("AttributeError", r"'NoneType'", NONE_FROM_A_FUNCTION),
    # Lists, numbers and positions
    Cause(
        "TypeError",
        r"'(?:int|float|Value)' object is not iterable",
        "+= adds all elements of another list. For a single element use append(...), or += [...].",
        code=r"\+=",
    ),
    Cause(
        "TypeError",
        r"'(?:int|float)' object is not iterable",
        "a loop needs a list, not a number: for i in range(n) counts from 0 to n - 1.",
        code=r"\bfor\b.*\bin\b",
    ),
    Cause("TypeError", r"'(int|float|Value)' object is not iterable", "a single {0} is used where a list is needed."),
    Cause("TypeError", r"cannot unpack non-iterable (\w+)", "a single {0} is used where several values are unpacked."),
    Cause(
        "TypeError",
        r"indices must be integers or slices, not float",
        "an index must be a whole number. Does the loop run over the elements? for i in range(len(xs)) runs over the "
        "positions. Or is there a /, which always returns a float? // returns a whole number.",
    ),
    Cause(
        "TypeError",
        r"indices must be integers or slices, not list",
        "choices returns a list, even of one element: take its [0].",
        within=r"\bchoices\(",
    ),
    Cause("TypeError", r"indices must be integers or slices, not tuple", "write rows[i][j], not rows[i, j]."),
    Cause(
        "TypeError",
        r"indices must be integers or slices, not (\w+)",
        "the index is of type {0}, but must be a whole number. Often a loop runs over the elements, not over their "
        "positions.",
    ),
    Cause("TypeError", r"string indices must be", "a text is used where a list or a dict is expected."),
    Cause(
        "TypeError",
        r"slice indices must be integers|'float' object cannot be interpreted as an integer",
        "a whole number is needed here, but / always returns a float. Use // for whole numbers.",
    ),
    Cause(
        "TypeError",
        r"can't multiply sequence by non-int of type '(float|Value)'",
        "a list can't be multiplied or divided: do it element by element. If you expect a single number here, look "
        "where it was added: append adds a list as one element, += adds its elements.",
    ),
    Cause(
        "TypeError",
        r"can't multiply sequence by non-int|unsupported operand type\(s\) for [-/*]\S*: 'list' and 'list'",
        "arithmetic does not work on lists: go element by element, [a * b for a, b in zip(x, y)].",
    ),
    Cause(
        "TypeError",
        r"'(?:int|float|Value)' and '(?:list|tuple)'|'(?:list|tuple)' and '(?:int|float|Value)'",
        ONE_SIDE_IS_A_LIST,
    ),
    Cause(
        "TypeError",
        r'can only concatenate (list|tuple) \(not "(\w+)"\)',
        "+ joins a {0} with another {0}, but the other side is of type {1}. Write [...] around a single element. To "
        "add numbers, go element by element.",
    ),
    Cause("TypeError", r"bad operand type for unary -: '(\w+)'", "- can't be put before a {0}: go element by element."),
    Cause(
        "TypeError",
        r"'(?:int|float)' object is not subscriptable",
        "this is a number, not a list. Is there one index too many?",
    ),
    Cause(
        "TypeError",
        r"'Value' object (?:is not subscriptable|does not support item)",
        "a Value is a single number without positions. Is there one index too many, or one list too few?",
    ),
    Cause("TypeError", r"'set' object is not subscriptable", "a set has no order: sorted(...) turns it into a list."),
    Cause(
        "TypeError",
        r"'(map|zip|filter|dict_keys|dict_values|dict_items)' (?:object is not sub|has no len)|"
        r"object of type '(map|zip|filter)' has no len",
        "turn it into a list first: list(...), or [...] instead of (...).",
    ),
    Cause("TypeError", r"'(tuple|str)' object does not support item", "a {0} can't be changed. Use a list: list(...)."),
    Cause("TypeError", r"unhashable type: '(\w+)'", "a {0} can't be in a set or be the key of a dict. Use tuple(...)."),
    Cause("TypeError", r"'function' object is not subscriptable", "a function is called with (...), not with [...]."),
    Cause(
        "TypeError",
        r"'(?:int|float|list)' object is not callable",
        "this is an attribute, not a method: remove the () after it.",
        code=r"\.(?:data|grad|chars|bos|vocab_size|n_embd|n_head|n_layer|block_size|losses)\(",
    ),
    Cause(
        "TypeError",
        r"'(?:list|dict)' object is not callable",
        "a position is written [...], not (...). Or does a list have the same name as a function?",
    ),
    Cause(
        "TypeError",
        r"'(?:int|float|Value)' object is not callable",
        "a number is called like a function. Is a * missing before the parenthesis, or does it have a function's name?",
    ),
    Cause("TypeError", r"'module' object is not callable", "this is a module. Call a function of it: module.name()."),
    Cause(
        "TypeError", r"object of type '(int|float|Value)' has no len", "a single {0} is used where a list is needed."
    ),
    # Texts
    Cause("TypeError", r"sequence item \d+: expected str", "join needs texts: look up each number's character first."),
    Cause(
        "TypeError",
        r"'str'|\bstr\b|requires string",
        "a text is used where a number is expected, or the other way round. A character's number is its position in "
        "chars.",
    ),
    # Values and numbers
    Cause(
        "TypeError",
        r"not supported between instances of '(?:Value' and|\w+' and 'Value')",
        "max(0, x) of a Value is x.relu(), which keeps the graph.",
        code=r"\bmax\((?:0(?:\.0*)?,|.*, *0(?:\.0*)?\))",
        within=r"\A(?!\s*def relu\()",
    ),
    Cause(
        "TypeError",
        r"not supported between instances of '(?:Value' and|\w+' and 'Value')",
        "compare the numbers in them, their .data.",
    ),
    Cause(
        "TypeError",
        r"must be real number, not Value",
        "math takes the number in the Value, its .data.",
        within=r"def (?:exp|log)\(self",
    ),
    Cause(
        "TypeError",
        r"must be real number, not Value",
        "math is for plain numbers: a Value has .exp() and .log(), and ** 0.5 is its root.",
    ),
    Cause("TypeError", r"must be real number, not (list|tuple)", "math takes a single number: go through the {0}."),
    Cause(
        "TypeError",
        r"complex",
        "the number under a root is negative, so the result is complex. Print it; often a square is missing.",
    ),
    Cause(
        "TypeError",
        r"gave \S+, where a Value is needed",
        "return a new Value: Value(number, (self, other), (..., ...)), or with (self,) and (...,) where there is no "
        "other.",
    ),
    Cause(
        "(?:Type|Attribute|Value)Error",
        r"has no attribute '(?:data|grad)'|too many values to unpack|not enough values to unpack|cannot unpack",
        "a comma makes a tuple of the two: zip({change}) goes through them together.",
        within=r"\bfor \w+, *\w+ in ([\w.]+, *[\w.]+)(?=:)",
    ),
    Cause(
        "AttributeError",
        r"'float' object has no attribute '(?:data|_children|_local_grads)'",
        "your test for int leaves out floats, such as 2 ** -1. Test not isinstance(other, Value): it is true "
        "for every plain number.",
        within=r"\btype\(other\) *(?:==|is|in) *\(?int\b(?!.*float)|\bisinstance\(other, *int\)",
    ),
    Cause(
        "AttributeError",
        r"'(?:int|float)' object has no attribute '(data|grad|_children|_local_grads)'",
        "this is a plain number, because other may be one. Turn it into a Value first.",
        within=r"def __\w+__\(self, other",
    ),
    Cause(
        "AttributeError",
        r"'int' object has no attribute '(data|grad)'",
        "this is a plain number, but only a Value has {0}. Are the two names before enumerate in the wrong order? The "
        "position comes first.",
        within=r"\benumerate\(",
    ),
    Cause(
        "AttributeError",
        r"'(?:int|float)' object has no attribute '(data|grad|exp|log|relu|backward|_children|_local_grads)'",
        "this is a plain number, but only a Value has {0}. Is there one .data too many, or one Value(...) too few?",
    ),
    Cause(
        "AttributeError",
        r"'(list|tuple)' object has no attribute '(data|grad|exp|log|relu|backward)'",
        "this is a {0}, but only a single Value has {1}. Go through it element by element.",
    ),
    Cause(
        "AttributeError",
        r"'Value' object has no attribute 'sqrt'",
        "the root of a Value is the power one half: x ** 0.5.",
    ),
    Cause("AttributeError", r"'tuple' object has no attribute 'append'", "a tuple can't grow: start with a list, []."),
    Cause(
        "AttributeError",
        r"'(int|float|str|Value)' object has no attribute '(append|extend)'",
        "{1} needs a list: start with [].",
    ),
    Cause("AttributeError", r"'dict' object has no attribute 'add'", "{{}} is an empty dict; an empty set is set()."),
    Cause(
        "TypeError",
        r"'type'(?: object)? is not (?:a container or )?iterable|descriptor '\w+' for '(?:set|list)'|"
        r"unbound method (?:set|list)\.",
        "a new set is set(), a new list is list() or []: without the parentheses it is the class.",
    ),
    Cause("AttributeError", r"'set' object has no attribute 'append'", "a set has add; a list has append."),
    Cause(
        "AttributeError",
        r"'(int|float|str|list|tuple|dict)' object has no attribute '(\w+)'",
        "this is of type {0}, but the code needs something with {1}. Is an argument of a call in the wrong place?",
    ),
    # Names
    Cause("AttributeError", r"module 'math' has no attribute 'ln'", "the natural logarithm is called math.log."),
    Cause(
        "UnboundLocalError",
        r"local variable '(\w+)'",
        "{0} is used before it has a value in this function. Assign one earlier, for example before the loop.",
    ),
    # Positions, keys and sizes
    Cause(
        "IndexError",
        r"list index out of range",
        "w has a row for each output, and each row has a number for each input. So in w[i][j], i must be less than "
        "len(w), and j less than len(x). Are the two swapped, in the index or in the loops?",
        code=r"^(?!\s*\w+\[\w+\]\s*[-+*/]=)",  # out[i] += ... of an empty list has another cause
        within=r"^\s*def linear\(\s*x\b[^,]*,\s*w\b",
    ),
    Cause(
        "IndexError",
        r"list (?:assignment )?index out of range",
        "the list has fewer elements than this position asks for: positions run from 0 to len - 1. Print len(...) of "
        "the list and the index just before this line.",
    ),
    Cause(
        "IndexError",
        r"string index out of range",
        "the text is too short for this position: positions run from 0 to len - 1.",
    ),
    Cause("IndexError", r"pop from empty|choose from an empty", "the list is empty here."),
    Cause("KeyError", r"[{}]", "the key contains braces as text: put an f before its opening quote.", code=r"\{"),
    Cause(
        "KeyError",
        r"(.+)",
        "the dict has no key {0} here. Is it spelt differently, or should the code not look it up?",
    ),
    Cause(
        "ValueError",
        r"too many values to unpack \(expected (\d+)|not enough values to unpack \(expected (\d+)",
        "the number of values on the right differs from the number of names on the left: print the right side first. "
        "To go through two lists together, use zip(...).",
    ),
    Cause("ValueError", r"is not in list|not in tuple", "the list has no such element. Print what you look up here."),
    Cause("ValueError", r"empty sequence|iterable argument is empty", "the list is empty here."),
    Cause(
        "ValueError", r"[Tt]otal of weights must be", "all weights are 0 here, or one of them is not a finite number."
    ),
    Cause("ValueError", r"number of weights does not match", "choices needs one weight for each element."),
    # Arithmetic
    Cause(
        "ValueError",
        r"math domain error|expected a (?:positive|nonnegative) input",
        "0 has no logarithm, and a negative number has no logarithm and no root. Print the number first.",
    ),
    Cause(
        "OverflowError",
        r"math range error",
        "exp of a number above 709 is too large for a float. Can you subtract something first?",
        code=r"exp\(",
    ),
    Cause("OverflowError", "", "a number becomes too large for a float."),
    Cause(
        "ZeroDivisionError",
        r"negative power|zero to a negative",
        "the divisor is 0 here (a / b of Values is a * b ** -1). Print it first.",
        code=r"/",
    ),
    Cause(
        "ZeroDivisionError",
        r"negative power|zero to a negative",
        "0 has no negative power. Print the base of the power first.",
    ),
    Cause("ZeroDivisionError", "", "the divisor is 0 here. Often a list is empty, or a counter is still 0."),
    # Files
    Cause("FileNotFoundError", "", "open the path that the function receives, not another one."),
    Cause("UnicodeDecodeError", "", 'pass the encoding: open(path, encoding="utf-8").'),
    Cause("AssertionError", "", "an assert in your own code failed."),
)


def advice_on(exception: str, message: str, code: str, name: str, body: str) -> str:
    """The usual cause of an exception, else "". code: the line of the learner's code that raised it; name, body: the
    function that the line belongs to.
    """
    for cause in CAUSES:
        if not re.fullmatch(cause.exception, exception) or not (found := re.search(cause.message, message)):
            continue
        if re.search(cause.code, code) and (within := re.search(cause.within, body, re.M)):
            called = re.search(r"(\w+)\(", code)
            groups = [group or "" for group in found.groups()]
            facts = {"change": within[1] if within.groups() else "", "name": called[1] if called else "the function"}
            return cause.says.format(*groups, **facts)
    return ""
