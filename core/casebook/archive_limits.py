"""How much an archive of cases may hold: more is neither written nor brought in."""

MOST_CASES, MOST_ANSWERS = 500, 1000  # answers: to one case
MOST_FILES = 20_000
MOST_BYTES = 8 * 10**9  # that a whole archive may unpack to
LARGEST_INDEX = 64 * 10**6  # bytes of casebook.json
