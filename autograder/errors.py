"""Errors with a message that is written for the user. `console.reports_errors` prints it and sets the exit status."""


class Failure(Exception):
    """What was asked for makes sense, and it failed: exit status 1."""


class Misuse(Exception):
    """What was asked for makes no sense here: exit status 2. A ValueError that reaches a command counts as one, too."""
