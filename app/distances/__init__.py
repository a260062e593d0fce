"""Smallest changes on the Evaluate page: what is asked, and how far images lie from a wrong answer."""
