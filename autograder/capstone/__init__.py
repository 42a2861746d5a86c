"""Train the full model with a learner's own parts, and grade that run."""

from autograder.capstone.grade_capstone import grade_capstone

__all__ = ["grade_capstone"]
