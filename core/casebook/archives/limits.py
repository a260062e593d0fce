"""How much an archive of cases may hold: more is neither written nor brought in."""

import re

from core.bundles.comparison_folder import COMPARISON, CROSSINGS
from core.bundles.manifest import ARRAYS, LARGEST, MANIFEST
from core.casebook import mask_png

MOST_CASES, MOST_ANSWERS = 500, 1000  # answers: to one case
MOST_FILES = 20_000
MOST_BYTES = 8 * 10**9  # that a whole archive may unpack to
LARGEST_INDEX = 64 * 10**6  # bytes of casebook.json
LARGEST_ARRAYS, LARGEST_PICTURE = 2 * 10**9, 64 * 10**6  # bytes
MASK = re.compile(r"answers/[0-9a-f]{16}_(?:relevant|spurious)\.png")


def largest(name: str) -> int:
    """How many bytes such a file may have."""
    last = name.rpartition("/")[2]
    if last in (ARRAYS, CROSSINGS):
        return LARGEST_ARRAYS
    if last in (MANIFEST, COMPARISON):
        return LARGEST
    return mask_png.LARGEST if MASK.fullmatch(name) else LARGEST_PICTURE
