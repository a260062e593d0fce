"""The parts of the Refine page."""
