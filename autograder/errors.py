"""Errors with a message that is written for the user. `console.reports_errors` prints it and sets the exit status."""


class Failure(Exception):
    """A valid request failed: exit status 1."""


class Misuse(Exception):
    """The request is not valid here: exit status 2. Commands treat a ValueError in the same way."""
