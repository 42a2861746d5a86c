"""Recipes for the tests: the stub with edits."""

from autograder.leaderboard.recipe_source import STUB


def edited(*edits: tuple[str, str]) -> bytes:
    """The stub with each text, which occurs once, replaced."""
    text = STUB.read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text.encode("utf-8")
