"""Bytes from outside, read within bounds: JSON, archives, arrays. What does not fit is refused in one sentence."""
