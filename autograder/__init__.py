"""The grader of the course: `python -m autograder` is its command line."""

__version__ = "0.1.0"
