"""Figures about a class: where it is stuck, and which submissions are alike."""
