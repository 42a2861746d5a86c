"""A class as a whole: figures of all verdicts, and similar submissions."""
