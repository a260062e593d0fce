"""Checks against masked gradients, a kind of measurement on the Evaluate page."""
