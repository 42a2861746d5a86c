"""Run a class with nbgrader: release, collect, grade, and return feedback and grades."""
