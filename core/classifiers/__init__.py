"""One file each: sources of classifiers. `core.catalog` reads this folder."""
