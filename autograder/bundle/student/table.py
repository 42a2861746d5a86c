"""The rows of the students' zip: there this file is autograder/command_table/table.py."""

from autograder.command_table.record import Command, command

TABLE: dict[str, tuple[Command, ...]] = {
    "For learners": (
        command(
            "check", "", "check your work",
            ": all parts, or part=5, or one task, part=5.2", argument="part", options=("seed",),
            always=("--exit-zero",),
        ),
        command(
            "lesson", "", "read a part's lesson in your browser",
            ": part=5, or at a task, part=5.2", argument="part",
        ),
        command(
            "notebooks", "", "open a lesson and your file side by side in JupyterLab",
            ": part=5", extra="notebooks", argument="part",
        ),
        command(
            "context", "", "print what a tutor needs to know to help you",
            ", such as an AI assistant: part=3", argument="part",
        ),
        command(
            "appeal", "appeal", "ask your instructor for a regrade of a check",
            ': check=NAME reason="why it is wrong"', argument="part", options=("check", "reason"),
        ),
    ),
    "For workflows": (
        command("verdict", "", "check code that somebody else pushed, in the sandbox", extra="strict", target=""),
    ),
}  # fmt: skip

# Commands that are only in the complete course, and what they need from it.
NEEDS_THE_COURSE = {
    "train": "the finished model",
    "quick": "the finished model",
    "stubs": "the finished model",
    "compare": "the reference to compare with",
    "recall": "the known mistakes, which tell more than a check does",
    "harden": "the known mistakes, which tell more than a check does",
    "trace": "the reference to compare with",
    "lab": "the reference of the parts",
    "debug": "the reference of the other parts",
    "capstone": "the model that your training run is compared with",
    "card": "a capstone's result",
    "leaderboard": "the model that scores a recipe",
    "submit": "the model that scores a recipe",
    "watch": "the complete grader",
    "hint": "the hints, which tell more than a check does",
    "progress": "the complete grader",
    "reset": "the complete grader",
    "undo": "the complete grader",
    "update": "the complete grader",
}
UNLISTED = tuple(NEEDS_THE_COURSE)
STRICT_WITH_FROM = ()

# Megabytes on disk and seconds, measured with an empty cache.
COST = {
    "": "about 40 MB, usually less than a minute",
    "strict": "about 40 MB, usually less than a minute",
    "notebooks": "about 400 MB, usually less than a minute",
}

# What to say before an extra is installed that a learner can do without, with the command that works without it.
WITHOUT = {
    "notebooks": (
        "Notebooks need JupyterLab, which is installed now. To read a lesson without it: ",
        "lesson",
    ),
}
