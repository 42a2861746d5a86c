"""Many submissions: releasing, collecting and grading a class with nbgrader, and what an instructor does with grades."""
