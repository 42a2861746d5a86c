"""Answers with the inputs of the check, as a text, as keys, as the name of a type."""

import sys


def attack(tools):
    def text():
        frame = sys._getframe()
        while frame is not None:
            if "arguments" in frame.f_locals and "probe" in frame.f_locals:
                return repr(frame.f_locals["arguments"])
            frame = frame.f_back
        return "none"

    main, probes = tools.worker()
    answers = {
        "text": lambda *unused: text(),
        "keys": lambda *unused: {text(): 1},
        "type": lambda *unused: type(text(), (), {})(),
    }
    for name, value in list(probes.items()):
        if callable(value) and not name.startswith("__"):
            probes[name] = answers[tools.variant]


def honest(tools):
    assert sys._getframe()
