"""One file each: measures of how good a map is. `core.catalog` reads this folder."""
