"""What of pyproject.toml the commands need. Standard library only; read before anything is installed."""

# Which extra of pyproject.toml a command needs. Every other command needs the learner's set only.
EXTRA_OF_COMMAND = {
    "release": "classroom",
    "grade": "classroom",
    "bundle": "classroom",
    "roster": "classroom",
    "collect": "classroom",
    "grades": "classroom",
    "export": "classroom",
    "errata": "classroom",
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
