"""Writes the results itself: reports, a gradebook, a feedback file, wherever it can."""

import json
import os

NAMES = ("results.json", "junit.xml", "report.json", "gradebook.db", "feedback.html", "results.xml")


def attack(tools):
    full = json.dumps({"score": 100, "earned": 100.0, "status": "passed"})
    for place in tools.places():
        for name in NAMES:
            path = os.path.join(place, f"written-by-an-attack-{name}")
            tools.attempt("wrote " + path, lambda path=path: tools.write(path, full.encode()))


def honest(tools):
    assert json.dumps({"score": 0}) and os.path.join("a", "b")
