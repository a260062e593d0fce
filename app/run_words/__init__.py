"""Runs and their settings in words, for Refine and Runs alike."""
