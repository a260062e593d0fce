"""The mistakes in runs that are divided: ranges, what is merged, and what is made again."""

from tests.mutants.edit import Edit

SHARE, MERGE, CREW = (f"core/runs/parts/{name}.py" for name in ("share", "merge", "crew"))
TESTED = "tests/core/runs/parts/test_coordinator.py"

PARTS_EDITS = (
    Edit(SHARE, "total * (self.number + 1) // self.of", "total * (self.number + 1) // self.of - self.number", TESTED),
    Edit(MERGE, "for _, part in sorted(parts.items()):", "for _, part in sorted(parts.items(), reverse=True):", TESTED),
    Edit(MERGE, 'for name in ("weights", "data", "total", "each"):', 'for name in ("data", "total", "each"):', TESTED),
    Edit(MERGE, 'return "its rows are not in order"', "pass", TESTED),
    Edit(CREW, "if each.ended > 1:", "if each.ended > 2:", TESTED),
    Edit(CREW, "elif each.ours:", "else:", TESTED),
    Edit(
        "core/runs/queue.py",
        "if away is not None or part_of(known_spec(folder)) is not None:",
        "if away is not None:",
        TESTED,
    ),
    Edit(
        "core/detection/pieces.py",
        "seed=asked.seed + begin",
        "seed=asked.seed",
        "tests/core/runs/parts/test_numbers.py",
    ),
    Edit(
        "core/runs/parts/place.py",
        "threads or max(1, usual)",
        "threads",
        "tests/core/runs/parts/test_place.py",
    ),
)
