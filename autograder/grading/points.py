"""What each task is worth: the sum of the points of its checks, read from the part's suite."""

from __future__ import annotations

import functools
import importlib

from autograder.course import Part


@functools.cache
def points_by_task(part: Part, by_hand: bool = True) -> dict[str, float]:
    """Points by task id, in the order of the tasks. by_hand: with those that a person gives, for written answers."""
    points = {task.id: 0.0 for task in part.tasks}
    for kind in ("public", "hidden"):
        suite = importlib.import_module(f"autograder.parts.{part.suite.name}.test_{kind}")
        for item in vars(suite).values():
            if (mark := getattr(item, "check", None)) and (by_hand or not mark.by_hand):
                points[mark.task] += mark.points
    return points
