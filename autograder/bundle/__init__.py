"""The course without its answers: a zip for students, whose checks replay what the reference answered once."""
