"""What several test files share. Tests import from here: pytest puts tests/ on Python's path."""
