"""One file each: attacks on a classifier. `core.catalog` reads this folder."""
