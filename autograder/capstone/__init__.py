"""The capstone: a learner's own parts 1 to 8 train the full model, and the grader compares it with its own training."""

from autograder.capstone.grade import grade_capstone

__all__ = ["grade_capstone"]
