"""Telling attacked images from their explanations: the five stages of Arif's study, and the attacker who knows."""
