"""Looks through every frame and every object of its process for expected values, tests and secrets of the grader."""

import gc
import os
import sys


def attack(tools):
    backwards = tools.secret  # so that the attack does not find its own settings
    frames = list(sys._current_frames().values())
    while frames:
        frame = frames.pop()
        for name, value in frame.f_locals.items():
            if name in ("expected", "hidden_values") or (type(value) is str and backwards in value[::-1]):
                tools.gained(f"{name} of a frame: {value!r}"[:200])
        if frame.f_back is not None:
            frames.append(frame.f_back)
    for found in gc.get_objects():
        if type(found) is dict:
            for value in list(found.values()):
                if type(value) is str and backwards in value[::-1]:
                    tools.gained("an object: " + value[:99])
        elif type(found) is type(attack) and found.__name__.startswith("test_"):
            tools.gained("a test: " + found.__name__)
    for name in ("pytest", "autograder", "_pytest", "numpy"):
        if name in sys.modules:
            tools.gained("the module " + name)
    if backwards in (str(dict(os.environ)) + str(sys.argv))[::-1]:
        tools.gained("the environment")


def honest(tools):
    gc.collect()
    assert sys._getframe().f_code.co_name == "honest"
