"""The trials of this project that were carried out: their plans, and what was kept of each."""

from collections.abc import Mapping

from core.base.paths import ASSETS
from core.trials.outcomes import HELD_OUT, TEST, Outcomes
from core.trials.plan import Plan, read_plan

PLANS, KEPT = ASSETS / "trials", ASSETS / "measured" / "trials"


def shipped_plans() -> dict[str, Plan]:
    """By name, in order of their names."""
    return {path.stem: read_plan(path) for path in sorted(PLANS.glob("*.toml"))}


def kept_outcomes(plans: Mapping[str, Plan] | None = None) -> dict[str, dict[str, Outcomes]]:
    """By plan, of these or all, and split what is kept; ValueError where it is of another plan than the one that ships.

    OSError or another ValueError where it cannot be read.
    """
    found: dict[str, dict[str, Outcomes]] = {}
    for name, plan in (shipped_plans() if plans is None else plans).items():
        for split in (HELD_OUT, TEST):
            if (kept := KEPT / name / f"{split}.json").is_file():
                told = Outcomes.load(kept)
                if told.plan != plan:
                    raise ValueError(f"the outcomes in {name} are of another plan than {name}.toml")
                found.setdefault(name, {})[split] = told
    return found
