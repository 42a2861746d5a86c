"""Where each command is, and what of pyproject.toml it needs. Standard library only: read before any set-up."""

# Names by module. autograder/cli.py has those that check.
COMMANDS = {
    "autograder.commands.training": "train experiment",
    "autograder.commands.learner": "watch hint progress compare debug trace reset undo update notebooks",
    "autograder.commands.appeal": "appeal",
    "autograder.commands.capstone": "capstone card",
    "autograder.commands.leaderboard": "leaderboard",
    "autograder.commands.class_grading": "release grade bundle template classroom50 gradescope demo tutorial",
    "autograder.commands.gradebook": "roster collect grades feedback export errata appeals",
    "autograder.commands.batch": "repeat",
    "autograder.commands.analytics": "analytics similarity",
    "autograder.commands.viva": "viva",
    "autograder.commands.development": "stubs quick site test lint mutation",
}
GROUPS = {"leaderboard"}  # a room whose commands follow its name

# Which extra of pyproject.toml a command needs. Every other command needs the learner's set only.
EXTRA_OF_COMMAND = {
    "release": "classroom",
    "grade": "classroom",
    "bundle": "classroom",
    "roster": "classroom",
    "collect": "classroom",
    "grades": "classroom",
    "feedback": "classroom",
    "repeat": "instructor",
    "export": "classroom",
    "errata": "classroom",
    "appeals": "classroom",
    "demo": "classroom",
    "tutorial": "notebooks",
    "notebooks": "notebooks",
    "site": "docs",
    "card": "notebooks",
    "experiment": "notebooks",
    "analytics": "instructor",
    "similarity": "instructor",
    "viva": "instructor",
    "leaderboard": "instructor",
    "sandbox": "instructor",
    "doctor": "instructor",
    "lint": "development",
    "test": "development",
    "mutation": "mutation",
}

# Learners' commands that run code from elsewhere in the strict sandbox when they get --from: what that needs.
STRICT_WITH_FROM = ("check", "capstone")

# Megabytes on disk and seconds, measured with an empty cache: see README.md.
COST = {
    "": "about 125 MB, usually less than a minute",
    "instructor": "about 125 MB, usually less than a minute",
    "notebooks": "about 300 MB, usually less than a minute",
    "docs": "about 200 MB, usually less than a minute",
    "classroom": "about 400 MB, usually one or two minutes",
    "development": "about 670 MB, usually less than a minute",
    "mutation": "about 160 MB, usually less than a minute",
}
