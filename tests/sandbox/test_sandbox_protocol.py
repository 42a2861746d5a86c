"""The reply parser against raw bytes: it returns a message or raises ProtocolError, and costs little either way."""

import json
import math
import time
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.sandbox.limits import BOARD, CAPSTONE, CHECK
from autograder.sandbox.protocol import (
    CLAIMED_FAILURES,
    ENVELOPE_BYTES,
    EXCEPTION_NAMES,
    MESSAGE_CHARACTERS,
    OWN_EXCEPTION,
    Message,
    ProtocolError,
    encode_line,
    parse_message,
)

REPLY_BYTES = 1024 * 1024
MEGABYTE = 1024 * 1024


def value_line(inside: bytes) -> bytes:
    return b'{"id":"a","value":' + inside + b"}\n"


def failure_line(**changes) -> bytes:
    failure = {
        "id": "a",
        "failure": "raised",
        "exception": "ValueError",
        "message": "m",
        "file": "part05_gpt.py",
        "line": 3,
    }
    return encode_line({**failure, **changes})


def check_message(message: Message) -> None:
    """What holds for every message, whoever wrote the line."""
    assert type(message) is Message and type(message.id) is str
    assert message.kind in ("reply", "progress", "ready")
    check_data(message.data, 0)
    if message.reply is not None:
        reply = message.reply
        check_data(reply.value, 0)
        assert reply.failure is None or (reply.failure in CLAIMED_FAILURES and reply.value is None)
        assert reply.exception is None or reply.exception in EXCEPTION_NAMES | {OWN_EXCEPTION}
        assert len(reply.message) <= MESSAGE_CHARACTERS and (not reply.message or reply.message.isprintable())
        assert reply.file in (None, "part05_gpt.py")
        assert reply.line is None or (reply.file and 0 < reply.line < 1_000_000)


def check_data(data, depth) -> None:
    assert type(data) in (type(None), bool, int, float, str, list, dict) and depth <= 66
    if type(data) is str:
        data.encode("utf-8")
    elif type(data) is int:
        assert abs(data) < 10**301
        str(data)
    elif type(data) is list:
        for item in data:
            check_data(item, depth + 1)
    elif type(data) is dict:
        for key, item in data.items():
            check_data(key, depth + 1)
            check_data(item, depth + 1)


def parse_or_refuse(line: bytes) -> None:
    try:
        message = parse_message(line, REPLY_BYTES, ["part05_gpt.py"])
    except ProtocolError:
        return
    check_message(message)


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
keys = st.sampled_from(["id", "value", "progress", "ready", "failure", "exception", "message", "file", "line", "x"])


@given(st.binary(max_size=300))
@example(b"\xff\xfe\x00")
@example(b"[" * 5000)
@example(b'{"id":' * 5000)
@example(b'{"id":"a","value":' + b"9" * 5000 + b"}")
@example(b'{"id":"a","value":1e' + b"9" * 5000 + b"}")
@example(b'{"id":"a","value":"\\ud800"}')
@example(b'{"id":"\\udc00","value":{"\\ud800":1}}')
@example(b'"\\')
@settings(max_examples=800, deadline=None)
def test_any_bytes_are_a_message_or_refused(line):
    parse_or_refuse(line)


@given(
    st.lists(
        st.sampled_from(
            [b"{", b"}", b"[", b"]", b'"', b"\\", b":", b",", b"1", b"-", b".", b"e", b"id", b'"id"', b"NaN"]
        )
    )
)
@settings(max_examples=800, deadline=None)
def test_any_shards_of_json_are_a_message_or_refused(pieces):
    parse_or_refuse(b"".join(pieces))
    parse_or_refuse(value_line(b"".join(pieces)))


@given(st.dictionaries(keys, json_like, max_size=7))
@settings(max_examples=500, deadline=None)
def test_any_object_is_a_message_or_refused(data):
    parse_or_refuse(json.dumps(data).encode("ascii"))
    parse_or_refuse(json.dumps({**json.loads(failure_line()), **data}).encode("ascii"))


@given(json_like)
@settings(max_examples=500, deadline=None)
def test_plain_data_that_an_honest_worker_sends_arrives(data):
    sent = json.dumps(data)
    if "\\ud" in sent:  # lone surrogates are replaced
        return
    message = parse_message(value_line(sent.encode("ascii")))
    assert json.dumps(message.reply.value) == sent


def test_a_lone_surrogate_is_replaced_and_a_pair_is_kept():
    reply = parse_message(value_line(rb'["\ud800", "\ud83d\ude00", {"\udfff": 1}]')).reply
    assert reply.value == ["?", "\U0001f600", {"?": 1}]


def test_nan_and_infinities_arrive():
    value = parse_message(value_line(b"[NaN, Infinity, -Infinity]")).reply.value
    assert math.isnan(value[0]) and value[1:] == [math.inf, -math.inf]


@pytest.mark.parametrize(
    "inside",
    [
        b"[" * 67 + b"]" * 67,
        b'{"a":' * 67 + b"1" + b"}" * 67,
        b"9" * 302,
        b"0." + b"1" * 80,
        b"[" + b"0," * 100_001 + b"0]",
        b"[" + b"[]," * 30_001 + b"[]]",
        b"1 2",
        b"",
        '"é"'.encode(),
    ],
    ids=[
        "deep lists",
        "deep dicts",
        "digits",
        "long float",
        "items",
        "containers",
        "two values",
        "nothing",
        "not ASCII",
    ],
)
def test_what_passes_a_bound_is_refused(inside):
    with pytest.raises(ProtocolError):
        parse_message(value_line(inside))


@pytest.mark.parametrize("inside", [b"[" * 60 + b"]" * 60, b"9" * 300, b'"' + b"[" * 999 + rb"\\\"[[" + b'"'])
def test_what_stays_below_the_bounds_is_read(inside):
    assert parse_message(value_line(inside)).reply.value == json.loads(inside)


def test_a_line_longer_than_a_reply_is_refused_before_it_is_read():
    with pytest.raises(ProtocolError, match="too long"):
        parse_message(b"[" * (REPLY_BYTES + ENVELOPE_BYTES + 1), REPLY_BYTES)


@pytest.mark.parametrize("failure", ["timeout", "crashed", "protocol", "passed", 1, None, ["raised"]])
def test_a_worker_cannot_claim_what_only_the_trusted_side_finds(failure):
    with pytest.raises(ProtocolError):
        parse_message(failure_line(failure=failure))


@pytest.mark.parametrize("exception", ["Input42", "", 7, ["ValueError"], "ValueError "])
def test_only_built_in_exception_names_are_passed_on(exception):
    assert parse_message(failure_line(exception=exception)).reply.exception == OWN_EXCEPTION


@pytest.mark.parametrize(
    "changes",
    [
        {"file": "/etc/passwd"},
        {"file": None},
        {"line": -1},
        {"line": 10**9},
        {"line": True},
        {"line": 1.0},
        {"file": {}},
    ],
)
def test_only_shipped_files_and_possible_lines_are_passed_on(changes):
    assert parse_message(failure_line(**changes), files=["part05_gpt.py"]).reply.line is None


@pytest.mark.parametrize(
    ("dicts", "kept"),
    [
        ([["d", ["a", "b"]]], (("d", ("a", "b")),)),
        ([["d", ["a\x1b[2J"]]], (("d", ("a",)),)),
        ([["d", [1]]], ()),
        ([["d"]], ()),
        ("d", ()),
        ([["d", ["a"]]] * 4, ()),
    ],
)
def test_only_names_and_keys_of_dicts_are_passed_on(dicts, kept):
    assert parse_message(failure_line(dicts=dicts), files=["part05_gpt.py"]).reply.dicts == kept


@pytest.mark.parametrize(
    ("columns", "callers", "kept"),
    [
        ([4, 9], [12, 30], ((4, 9), (12, 30))),
        (None, [], (None, ())),
        ([9, 4], [0], (None, ())),
        ([4], [True], (None, ())),
        ([-1, 5], "12", (None, ())),
        ([4, 10**9], [1.0], (None, ())),
        ([4.0, 9], [1] * 21, (None, ())),
        ({}, {}, (None, ())),
    ],
)
def test_only_possible_columns_and_callers_are_passed_on(columns, callers, kept):
    line = failure_line(columns=columns, callers=callers)
    reply = parse_message(line, files=["part05_gpt.py"]).reply
    assert (reply.columns, reply.callers) == kept
    elsewhere = parse_message(line).reply  # of a file that was not shipped
    assert (elsewhere.line, elsewhere.columns, elsewhere.callers) == (None, None, ())


def test_a_message_is_cleaned_and_cut():
    reply = parse_message(failure_line(message="\x1b[1mbold\u202e\n" + "x" * 999)).reply
    assert reply.message == "bold " + "x" * 195


def test_brackets_in_strings_are_not_nesting():
    for text in ["[" * 99, '"' + "[" * 99, '\\"' + "[" * 99, "\\" * 3 + '"' + "{" * 99]:
        assert parse_message(value_line(json.dumps([text]).encode())).reply.value == [text]


def test_todo_needs_the_number_of_a_task():
    assert parse_message(failure_line(failure="todo", message="5.1 attend")).reply.failure == "todo"
    assert parse_message(failure_line(failure="todo", message="full marks")).reply.failure == "raised"


def test_the_jobs_own_reply_limits_are_those_that_the_bound_is_shown_for():
    assert {limits.reply_bytes for limits in (CHECK, CAPSTONE, BOARD)} == {REPLY_BYTES}


def distinct(pattern: str, separator: bytes, count: int) -> bytes:
    return separator.join((pattern % number).encode() for number in range(count))


# The costliest lines we know, each as long as a reply may be or as full as the bounds allow, and just beyond them.
EXPENSIVE = {
    "empty lists": b"[" + b"[]," * 29_990 + b"1]",
    "small dicts": b"[" + b'{"a":0},' * 29_990 + b"1]",
    "distinct keys": b"{" + distinct('"%05d":0', b",", 99_000) + b"}",
    "distinct strings": b"[" + distinct('"%06d"', b",", 99_000) + b"]",
    "distinct floats": b"[" + distinct("0.%06d", b",", 99_000) + b"]",
    "distinct integers": b"[" + distinct("1%08d", b",", 99_000) + b"]",
    "long integers": b"[" + b",".join([b"9" * 299] * 3_400) + b"]",
    "one long string": b'"' + b"x" * REPLY_BYTES + b'"',
    "wide characters": b'"' + rb"\ud83d\ude00" * (REPLY_BYTES // 12) + b'"',
    "lone surrogates": b'["' + rb"\ud800" * 80_000 + b'","' + rb"\ud800" * 80_000 + b'"]',
    "escapes": b'"' + rb"\"" * (REPLY_BYTES // 2) + b'"',
    "backslashes": b"\\" * REPLY_BYTES,
    "pairs of words": b"{" + distinct('"a%05d":"b"', b",", 75_000) + b"}",
    "quotes": b'"' * REPLY_BYTES,
    "quotes and letters": b'"ab' * 349_000,
    "commas": b"," * REPLY_BYTES,
    "open brackets": b"[" * REPLY_BYTES,
    "brackets in turn": b"[]" * (REPLY_BYTES // 2),
    "digits": b"9" * REPLY_BYTES,
    "a long fraction": b"0." + b"3" * REPLY_BYTES,
    "blanks": b" " * REPLY_BYTES,
    "nested keys": b'{"":' * 60 + b"1" + b"}" * 60,
}


@pytest.mark.parametrize("inside", EXPENSIVE.values(), ids=EXPENSIVE.keys())
def test_the_most_expensive_lines_cost_less_than_fifty_megabytes_and_little_time(inside):
    line = value_line(inside)
    begin = time.process_time()
    parse_or_refuse_plainly(line)
    seconds = time.process_time() - begin
    tracemalloc.start()
    try:
        parse_or_refuse_plainly(line)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 30 * MEGABYTE, f"{peak / MEGABYTE:.1f} MB"
    # With the lines that wait (two queued, one at the reader, this one) and the buffers of the pipe.
    assert peak + 5 * len(line) < 50 * MEGABYTE
    assert seconds < 2.0


def parse_or_refuse_plainly(line: bytes) -> None:
    try:
        parse_message(line, REPLY_BYTES)
    except ProtocolError:
        pass
