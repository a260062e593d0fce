"""A study as a folder or a zip: written whole, read back within bounds, and compared number by number."""
