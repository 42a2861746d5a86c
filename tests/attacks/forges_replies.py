"""Writes answers to the grader's private channel itself: with the right id, before the call, twice, stale, or from a
thread that lies in wait for each id.
"""

import json
import os
import threading
import time

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
    elif tools.variant == "thread":
        if len(SEEN) == 1:
            threading.Thread(target=lie_in_wait, args=(replies, write), daemon=True).start()
    else:
        os.write(replies.descriptor, bytes(range(256)) + b"\n" + b"[" * 100_000 + b"\n")


def lie_in_wait(replies, write):
    last = ""
    while True:
        if replies.id != last:
            last = replies.id
            write(id=last, value=ANSWERS[0])
        time.sleep(0.0005)


def honest(tools):
    assert json.dumps([1]) and os.getpid()
