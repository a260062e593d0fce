"""Changes to a network before it is trained: one a file."""
