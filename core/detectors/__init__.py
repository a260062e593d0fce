"""Detectors of attacked images: one a file."""
