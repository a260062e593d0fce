"""`python -m core.recipes [NAME ...]` trains shipped checkpoints: see core.recipes.shipped_checkpoints."""

from core.recipes.shipped_checkpoints import main

main()
