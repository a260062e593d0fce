"""One file each: measures of one map. `core.catalog` reads this folder."""
