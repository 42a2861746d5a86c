"""Grading one submission: grade.py's `grade(files, part)` gives a `Report`."""
