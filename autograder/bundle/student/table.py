"""What of pyproject.toml the commands need: in the students' zip this file is autograder/commands/table.py."""

COMMANDS, GROUPS = {}, set()  # all of them are in autograder/cli.py

# Every other command needs the learner's set only.
EXTRA_OF_COMMAND = {"notebooks": "notebooks", "verdict": "strict"}
STRICT_WITH_FROM = ()

# Megabytes on disk and seconds, measured with an empty cache.
COST = {
    "": "about 40 MB, usually less than a minute",
    "strict": "about 40 MB, usually less than a minute",
    "notebooks": "about 400 MB, usually less than a minute",
}
