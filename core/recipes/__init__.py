"""How the shipped checkpoints are trained, measured and tabulated: `python -m core.recipes`."""
