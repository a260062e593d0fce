"""One file each: labelled images. `core.catalog` reads this folder."""
