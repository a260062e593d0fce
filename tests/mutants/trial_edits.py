"""The mistakes in what is said of trials: who is ahead of whom, and which control is named."""

from tests.mutants.edit import Edit

SAID = "tests/core/trials/test_evidence.py"

TRIAL_EDITS = (
    Edit("core/trials/verdict.py", "measure or told.plan.asks))].app", "measure or told.plan.asks)) * -1].app", SAID),
    Edit("core/trials/evidence.py", "choose in (min, max)", "choose in (max, min)", SAID),
    Edit("core/casebook/archives/export.py", "_expect(sum(sizes), MOST_BYTES, \"bytes\")", "pass",
         "tests/app/cases/test_take_along.py"),
)  # fmt: skip
