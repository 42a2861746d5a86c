"""The class in figures, and similar submissions."""
