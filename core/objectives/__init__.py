"""One file each: training objectives. `core.catalog` reads this folder."""
