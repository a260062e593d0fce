"""Signing in: whether it is asked for, who is there, the page before all others, and what may be pressed."""
