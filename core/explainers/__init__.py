"""One file each: explanations of a prediction. `core.catalog` reads this folder."""
