"""One image, one attack: maps before and after, measures beside their controls, saved as a case."""
