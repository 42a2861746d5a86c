"""Answers requests to the trusted side of a page with the solutions, with worker processes in place of the learner's
interpreter: python practice_natively.py FOLDER < requests > answers, a line of JSON each.
"""

import json
import sys
from dataclasses import asdict

sys.path[:0] = [sys.argv[1], f"{sys.argv[1]}/browser"]

import practice  # noqa: E402

from autograder.sandbox import Tier, Worker  # noqa: E402

STOPPED = ("timeout", "crashed", "exited")
FIELDS = ("exception", "message", "file", "line", "columns", "callers")
SECONDS = 0.4  # for code that never ends


def encoded(reply):
    """The reply as the page sends it: [line, failure, message]."""
    if reply.failure in STOPPED:
        return ["", reply.failure, reply.message]
    fields = {"failure": reply.failure, **{name: asdict(reply)[name] for name in FIELDS}}
    return [json.dumps({"id": "page", **(fields if reply.failure else {"value": reply.value})}), "", ""]


page = practice.Page()
for line in sys.stdin:
    state, rounds, asked, worker = json.loads(page.begin(line)), 0, [], None
    while "calls" in state:
        rounds += 1
        asked += [probe for probe, *_ in state["calls"]]
        if "files" in state:
            if worker is not None:
                worker.close()
            worker = Worker({path: text.encode("utf-8") for path, text in state["files"].items()}, Tier.LOCAL)
        replies = []
        for probe, given, seconds, folder in state["calls"]:
            how = {"folder": folder, "seconds": min(seconds, SECONDS)}
            replies.append(encoded(worker.call(probe, json.loads(given), **how) if probe else worker.load(**how)))
        state = json.loads(page.answer(json.dumps(replies), ""))
    if worker is not None:
        worker.close()
    print(json.dumps({**state["result"], "rounds": rounds, "asked": len(asked), "loads": asked.count("")}), flush=True)
