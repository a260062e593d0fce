"""`python -m core.recipes [NAME ...]` trains shipped checkpoints: see core.recipes.recipes."""

from core.recipes.recipes import main

main()
