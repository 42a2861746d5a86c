"""What of pyproject.toml the commands need: in the students' zip this file is autograder/extras.py."""

# Every other command needs the learner's set only.
EXTRA_OF_COMMAND = {"notebooks": "notebooks"}
