"""What of pyproject.toml the commands need. Standard library only; read before anything is installed."""

# Which extra of pyproject.toml a command needs. Every other command needs the learner's set only.
EXTRA_OF_COMMAND = {
    "release": "classroom",
    "grade": "classroom",
    "bundle": "classroom",
    "gradescope": "instructor",
    "roster": "classroom",
    "collect": "classroom",
    "grades": "classroom",
    "export": "classroom",
    "errata": "classroom",
    "notebooks": "notebooks",
    "card": "notebooks",
    "leaderboard": "instructor",
    "sandbox": "instructor",
    "lint": "development",
    "test": "development",
    "mutation": "mutation",
}
