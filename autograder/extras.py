"""Where each command is, and what of pyproject.toml it needs. Standard library only: read before any set-up."""

# Names by module. autograder/cli.py has those that check.
COMMANDS = {
    "autograder.training.commands": "train experiment",
    "autograder.learner.commands": "watch hint progress compare debug trace reset undo update notebooks",
    "autograder.appeal_command": "appeal",
    "autograder.capstone.commands": "capstone card",
    "autograder.leaderboard.instructor_commands": "leaderboard",
    "autograder.classroom.commands": "release grade bundle template classroom50 gradescope demo tutorial",
    "autograder.classroom.gradebook_commands": "roster collect grades feedback export errata appeals",
    "autograder.batch.commands": "repeat",
    "autograder.insight.commands": "analytics similarity",
    "autograder.viva.commands": "viva",
    "autograder.development_commands": "stubs quick site test lint mutation",
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
