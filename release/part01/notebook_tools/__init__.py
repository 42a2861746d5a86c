"""What the notebooks share: finding the learner's modules, running the checks, and pictures with a text alternative."""

from notebook_tools.lesson import Lesson, start

__all__ = ["Lesson", "start"]
