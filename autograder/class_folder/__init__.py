"""A class's folder: its settings, collected files, verdicts and decisions."""
