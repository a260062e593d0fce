"""Covering parts of an image: what perturbation-based explainers and guided refinement share."""
