"""Many submissions: releasing, collecting and grading with nbgrader, and what an instructor does with grades."""
