"""The mistakes in what is removed, what a log may say and what a probe is told."""

from tests.mutants.edit import Edit

ITEM = "core/operations/retention/item.py"
TIDY = "tests/core/operations/retention/test_tidy.py"

OPERATIONS_EDITS = (
    Edit(ITEM, "if not each.needed and now - each.touched", "if now - each.touched", TIDY),
    Edit(ITEM, "key=lambda each: (each.touched,", "key=lambda each: (-each.touched,", TIDY),
    Edit(
        "core/operations/retention/inventory.py",
        'read_status(run).state == "completed"',
        'read_status(run).state != "running"',
        TIDY,
    ),
    Edit(
        "core/operations/log_lines.py",
        "isinstance(value, str) and _DRAWN.fullmatch(value)",
        "isinstance(value, str)",
        "tests/core/operations/test_server_log.py",
    ),
    Edit(
        "core/operations/health.py",
        'state == "lost" and before == "queued"',
        'state == "queued" and before == "queued"',
        "tests/core/operations/test_health.py",
    ),
)
