"""The messages between the grader and a worker, and how the trusted side checks them.

Every line from a worker may come from an attacker. `parse_message` limits length, depth, number of items and numbers
before the json module sees them. It either returns a message or raises ProtocolError.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.text import clean_text

ENVELOPE_BYTES = 4096  # bytes in a reply in addition to its value: the id and the keys
MAXIMUM_DEPTH = 64
MAXIMUM_ITEMS = 100_000
MAXIMUM_CONTAINERS = 30_000  # an empty list takes 56 bytes of memory for 3 in the message, a small dict 230 for 8
MAXIMUM_INTEGER_DIGITS = 300
MAXIMUM_FLOAT_CHARACTERS = 64  # repr of a float needs at most 24
MESSAGE_CHARACTERS = 200

OWN_EXCEPTION = "an exception of its own"
# A fixed list, so that no class name can carry data out of the sandbox.
EXCEPTION_NAMES = frozenset(
    """ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError BrokenPipeError
    BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError
    ConnectionResetError DeprecationWarning EOFError EncodingWarning Exception ExceptionGroup FileExistsError
    FileNotFoundError FloatingPointError FutureWarning GeneratorExit ImportError ImportWarning IndentationError
    IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError
    ModuleNotFoundError NameError NotADirectoryError NotImplementedError OSError OverflowError
    PendingDeprecationWarning PermissionError ProcessLookupError RecursionError ReferenceError ResourceWarning
    RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError SystemExit
    TabError TimeoutError TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError
    UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning ZeroDivisionError""".split()
)
# The failures that a worker may report; "timeout", "crashed" and "protocol" come from the trusted side.
CLAIMED_FAILURES = frozenset(("raised", "load", "missing", "type", "too large", "todo", "memory", "exited"))
TODO_MESSAGE = re.compile(r"L?\d{1,2}\.\d{1,2} \w[\w. ]{0,60}")

_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class ProtocolError(ValueError):
    """A line from a worker is not a valid message."""


@dataclass(frozen=True)
class Reply:
    """The answer to one call: a value of plain data, or a kind of failure with a message.

    `failure` is None or one of raised, timeout, crashed, load, missing, type, protocol, too large, todo, memory,
    exited. `file`, `line` and `columns` are the learner's frame nearest to the error; the columns count UTF-8 bytes;
    `callers` are the lines of the same file that led there, the nearest last.
    `dicts`, of a KeyError, are the name and the keys of each local dict that lacks the key.
    `place` is the function of that line, if the caller has looked it up in the source.
    """

    value: object = None
    failure: str | None = None
    exception: str | None = None
    message: str = ""
    file: str | None = None
    line: int | None = None
    columns: tuple[int, int] | None = None
    callers: tuple[int, ...] = ()
    dicts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    place: str = ""


@dataclass(frozen=True)
class Message:
    """One line from a worker: its id, and a reply, a progress note or the greeting (the interpreter's version)."""

    id: str
    kind: str  # "reply", "progress" or "ready"
    reply: Reply | None = None
    data: object = None


def encode_line(data: object) -> bytes:
    """One line of ASCII JSON. Floats are written by repr, so they arrive bit-equal, including NaN and infinities."""
    return json.dumps(data, separators=(",", ":")).encode("ascii") + b"\n"


def parse_message(line: bytes, reply_bytes: int = 1024 * 1024, files: Sequence[str] = ()) -> Message:
    """Parse the message in `line`. Raises ProtocolError, and no other exception, for an invalid line.

    `files`: the names of the job's module files; no other name is accepted.
    """
    try:
        return _message(_parse_json(line, reply_bytes + ENVELOPE_BYTES), frozenset(files))
    except ProtocolError:
        raise
    except (ValueError, RecursionError, MemoryError) as error:
        raise ProtocolError("the line is not a message") from error


def _parse_json(line: bytes, limit: int) -> object:
    if len(line) > limit:
        raise ProtocolError("the line is too long")
    # At most four quotes per item: a key and a value. Splitting at a million quotes would take 46 MB.
    if line.count(b",") > MAXIMUM_ITEMS or line.count(b'"') > 4 * MAXIMUM_ITEMS:
        raise ProtocolError("the line contains too many items")
    _check_depth(line)
    data = json.loads(line.decode("ascii"), parse_int=_bounded_integer, parse_float=_bounded_float)
    # The line was ASCII, so a lone surrogate can only come from an escape.
    return _without_surrogates(data) if b"\\ud" in line.lower() else data


def _check_depth(line: bytes) -> None:
    """Check depth and number of containers without recursion, since the json module recurses on the C stack."""
    without_escapes = line.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in line else line
    outside_strings = b"".join(without_escapes.split(b'"')[0::2])
    brackets = outside_strings.translate(None, _NOT_BRACKETS)
    if len(brackets) > 2 * MAXIMUM_CONTAINERS:
        raise ProtocolError("the line contains too many lists")
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket in b"[{" else -1
        if depth > MAXIMUM_DEPTH + 2:
            raise ProtocolError("the line is nested too deeply")


def _bounded_integer(digits: str) -> int:
    if len(digits) > MAXIMUM_INTEGER_DIGITS + 1:
        raise ProtocolError("an integer has too many digits")
    return int(digits)


def _bounded_float(characters: str) -> float:
    if len(characters) > MAXIMUM_FLOAT_CHARACTERS:
        raise ProtocolError("a number is too long")
    return float(characters)


def _without_surrogates(data: object) -> object:
    """The same data with lone surrogates replaced. The depth has been checked before."""
    if isinstance(data, str):
        return data.encode("utf-8", "replace").decode("utf-8")
    if isinstance(data, list):
        return [_without_surrogates(item) for item in data]
    if isinstance(data, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in data.items()}
    return data


def _message(data: object, files: frozenset[str]) -> Message:
    if type(data) is not dict or type(data.get("id")) is not str:
        raise ProtocolError("the line is not an object with an id")
    identity, keys = data["id"], data.keys() - {"id"}
    if keys == {"value"}:
        return Message(identity, "reply", Reply(value=data["value"]))
    if keys == {"progress"}:
        return Message(identity, "progress", data=data["progress"])
    if keys == {"ready"} and type(data["ready"]) is str:
        return Message(identity, "ready", data=clean_text(data["ready"], 40))
    if keys - {"columns", "callers", "dicts"} == {"failure", "exception", "message", "file", "line"}:
        return Message(identity, "reply", _failure(data, files))
    raise ProtocolError("the line does not have the keys of a message")


def _failure(data: dict, files: frozenset[str]) -> Reply:
    failure, message, exception, line = data["failure"], data["message"], data["exception"], data["line"]
    if type(failure) is not str or failure not in CLAIMED_FAILURES or type(message) is not str:
        raise ProtocolError("the failure is not one of the known kinds")
    if exception is not None and not (type(exception) is str and exception in EXCEPTION_NAMES):
        exception = OWN_EXCEPTION
    message = clean_text(message, MESSAGE_CHARACTERS)
    if failure == "todo" and not TODO_MESSAGE.fullmatch(message):
        failure = "raised"
    known_file = type(data["file"]) is str and data["file"] in files
    known_line = known_file and type(line) is int and 0 < line < 1_000_000
    if not known_line:
        return Reply(None, failure, exception, message, data["file"] if known_file else None)
    return Reply(
        None,
        failure,
        exception,
        message,
        data["file"],
        line,
        _columns(data.get("columns")),
        _lines(data.get("callers")),
        dicts=_dicts(data.get("dicts")),
    )


def _dicts(data: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Pairs of a dict's name and its keys; empty if the data is something else."""
    if type(data) is not list or len(data) > 3:
        return ()
    pairs = [pair for pair in data if type(pair) is list and len(pair) == 2 and type(pair[1]) is list]
    if not all(type(text) is str for name, keys in pairs for text in (name, *keys)):
        return ()
    return tuple((clean_text(name, 100), tuple(clean_text(key, 100) for key in keys[:100])) for name, keys in pairs)


def _lines(data: object) -> tuple[int, ...]:
    """A short list of line numbers; empty if the data is something else."""
    if type(data) is not list or len(data) > 20 or not all(type(line) is int and 0 < line < 1_000_000 for line in data):
        return ()
    return tuple(data)


def _columns(data: object) -> tuple[int, int] | None:
    """Two columns in order, or None."""
    if type(data) is not list or len(data) != 2 or not all(type(column) is int for column in data):
        return None
    return tuple(data) if 0 <= data[0] < data[1] < 1_000_000 else None
