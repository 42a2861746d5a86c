"""A class with nbgrader: release, collect, grade, and what an instructor does with grades."""
