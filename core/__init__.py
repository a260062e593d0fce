"""The headless engine of Counterproof: classifiers, attacks, explainers, and what they find."""
