"""Grading one submission: `grade(files, part)` gives a `Report`."""

from autograder.grading.grade import grade
from autograder.grading.report import Check, Report

__all__ = ["Check", "Report", "grade"]
