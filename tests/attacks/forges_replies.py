"""Writes answers to the grader's private channel itself: with the right id, before the call, twice, or stale."""

import json
import os

ANSWERS = [[0.123454321] * 3, [[0.123454321] * 3, [[0.123454321] * 3] * 3], True]
SEEN = []


def attack(tools):
    replies = tools.replies()
    SEEN.append(replies.id)

    def write(**message):
        os.write(replies.descriptor, json.dumps(message).encode() + b"\n")

    if tools.variant == "instead":
        write(id=replies.id, value=ANSWERS[len(SEEN) % 3])
    elif tools.variant == "early":
        write(id="0" * 16, value=ANSWERS[0])
    elif tools.variant == "extra":
        for answer in ANSWERS:
            write(id=replies.id, value=answer)
    elif tools.variant == "stale":
        write(id=SEEN[0], value=ANSWERS[0])
    elif tools.variant == "verdict":
        write(id=replies.id, value=ANSWERS[0], status="passed", earned=1.0)
    elif tools.variant == "ready":
        write(id=replies.id, ready="9.9.9")
    else:
        os.write(replies.descriptor, bytes(range(256)) + b"\n" + b"[" * 100_000 + b"\n")


def honest(tools):
    assert json.dumps([1]) and os.getpid()
