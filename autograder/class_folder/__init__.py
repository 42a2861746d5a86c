"""A class's folder: its settings, what was collected, and the verdicts on it."""
