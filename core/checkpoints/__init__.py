"""Weights on disk, the card beside them, and what they were refined from."""
