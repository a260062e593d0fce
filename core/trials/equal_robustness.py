"""What arms have on images as they are, at equal robustness: told from the course of their trainings."""

from collections.abc import Iterator, Sequence

from core.trials.outcomes import Outcome, Outcomes


def equal_robust(told: Outcomes, budget: str) -> Iterator[str]:
    """What each arm has as it is, in the best epoch that withstands as much as all arms can."""
    found = {arm: told.of(arm, budget) or [] for arm in told.plan.arms}
    rows = [row for each in found.values() for outcome in each for row in outcome.course]
    if not rows or any(len(row) < 3 for row in rows):
        return
    level = min(max(robust for _, _, robust in outcome.course) for each in found.values() for outcome in each)
    recipe = at_equal_robust(found[told.plan.recipe], level)
    yield (
        "Right as they are at equal robustness: the best epoch of each training, on the images that choose the epoch, "
        f"among those in which at least {100 * level:.1f} % of these are right under attack, which every training "
        "reaches. Few images, on which the epoch is chosen too: the numbers are too high, more so for arms with more "
        "epochs, and have no intervals:"
    )
    yield ""
    yield "| arm | right as they are | recipe minus this, points |"
    yield "|---|---|---|"
    for arm, facts in told.plan.arms.items():
        own = at_equal_robust(found[arm], level)
        over = "" if arm == told.plan.recipe else f"{100 * (sum(recipe) - sum(own)) / len(own):+.1f}"
        yield f"| {facts.title} | {100 * sum(own) / len(own):.1f} % | {over} |"


def at_equal_robust(found: Sequence[Outcome], level: float) -> list[float]:
    """By seed the best clean share among the epochs whose robust share is at least `level`."""
    return [max(clean for _, clean, robust in outcome.course if robust >= level) for outcome in found]
