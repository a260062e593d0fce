"""One file each: measures of how far a map moved. `core.catalog` reads this folder."""
