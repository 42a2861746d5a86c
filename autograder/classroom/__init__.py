"""A class with nbgrader: release, collect, grade, and send feedback and grades back."""
