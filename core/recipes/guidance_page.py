"""`python -m core.recipes.guidance_page`: docs/guidance.md, what the trials have shown, made from their outcomes.

A plan assets/trials/NAME.toml that was carried out with --out assets/measured/trials/NAME has its outcomes there, image
by image; every number of the page is computed from these anew.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from core.base.atomic_files import write_whole
from core.base.paths import ROOT
from core.recipes import lime_cost, spurious_mark_table
from core.trials.cells import BUDGETS, EPOCHS, EVALUATIONS
from core.trials.kept import kept_outcomes, shipped_plans
from core.trials.outcomes import HELD_OUT, TEST, Outcomes
from core.trials.report import report
from core.trials.verdict import gap, pays, verdict

PAGE = ROOT / "docs" / "guidance.md"
BEGIN = """# Does guidance pay?

An explanation can guide a training: it says which parts of an image to cover, to penalise, to paste, or how sure to be
of what is left. Whether that makes a network better is asked here of one recipe after the other, each beside its
controls: the same with **shuffled** explanations (of other images: same cost, same statistics, no meaning), with
**random** ones (most cost less, as nothing is asked), and the unguided **twin**, with the same weight averaging, with
several seeds, for equal epochs and for equal gradient evaluations. [trials.md](trials.md) says how a trial is made and
what its intervals mean. All trials are judged on training images that no arm has learnt from; no test image has been
looked at unless a section says so. What was expected was written down before.

This page is made by `python -m core.recipes.guidance_page` from the kept outcomes.
"""

COST = """LIME is asked about training images again and again while the network learns. Here it is asked with few
covered copies, and the weights of the 16 cells are compared with those of 513 copies, by the same kernel: the mean rank
correlation over training images after epochs 8 and 16, with its interval over images, and after epoch 16 just before
the next asking, when the network has moved on. The last rows are the full map asked with another seed: none can be
expected to agree better. The share counts a pass without a gradient as a third of one with, beside the eleven gradient
evaluations that PGD-10 spends on an image in an epoch. A trial's plan says how it asks; where a few copies hardly agree
with many, its maps say little, and a recipe that follows them cannot be expected to differ from one that follows the
maps of other images."""
EXPERT = """Where what is spurious is known to somebody, no explanation has to find it. A grey square tells the digit
while a network learns; on 50 images it is marked, and the network is refined with these marks or with controls that
have the same pictures and other regions; of shuffled ones every fourth lies on the square, as there are four corners,
so that control is nearly the expert's own. Judged on test digits, after all settings had been chosen on training
images."""


def page() -> str:
    """The page, in Markdown: what is known of every trial whose arms all have all their seeds."""
    kept = kept_outcomes()
    whole = {name: {split: told for split, told in each.items() if told.whole([EPOCHS])} for name, each in kept.items()}
    lines = [BEGIN, "## In short", "", _won([told for each in whole.values() for told in each.values()]), "",
             "| trial | what came |", "|---|---|"]  # fmt: skip
    lines += [f"| [{told.plan.title}](#{_anchor(told.plan.title)}) | {verdict(told)} |"
              for each in whole.values() for told in each.values()]  # fmt: skip
    begun = [f"`{name}` ({len(told.found)} of {len(told.cells(EPOCHS))} trainings for equal epochs)"
             for name, each in kept.items() for told in each.values() if not told.whole([EPOCHS])]  # fmt: skip
    if begun:
        lines += ["", f"Begun, nothing is told of them before all arms have all their seeds: {', '.join(begun)}."]
    if missing := [f"`{name}`" for name in shipped_plans() if name not in kept]:
        lines += ["", f"Not carried out yet: {', '.join(missing)}."]
    for name, each in whole.items():
        for split, told in each.items():
            command = f"counterproof trial assets/trials/{name}.toml --out assets/measured/trials/{name}"
            told_page = report(told, command + (" --test" if split == TEST else ""))
            lines += ["", told_page.replace("\n## ", "\n### ").replace("# ", "## ", 1).rstrip("\n")]
    lines += [*_cost(), "", "## An expert's regions", "", EXPERT, "", "    python -m core.recipes.spurious_mark", "",
              spurious_mark_table.table()]  # fmt: skip
    return "\n".join(lines) + "\n"


def _won(whole: Sequence[Outcomes]) -> str:
    """How many trials show a recipe ahead of all its controls at equal cost, and how small a lead could be seen."""
    whole = [told for told in whole if told.split == HELD_OUT and told.whole(BUDGETS)]
    won = [told.plan.title for told in whole if pays(told, EVALUATIONS) > 0]
    named = f": {', '.join(won)}" if won else ""
    halves = [(high - low) / 2 for told in whole for arm in told.plan.controls
              for low, high in [gap(told, arm, EVALUATIONS, told.plan.asks).both]]  # fmt: skip
    least, most = (f"{100 * choose(halves, default=0.0):.1f}" for choose in (min, max))
    return (
        f"Trials carried out: {len(whole)}. Trials that show a recipe ahead of all its controls in what they ask, for "
        f"equal gradient evaluations: {len(won) or 'none'}{named}. That is no proof that guidance does nothing: the "
        f"intervals reach {least} to {most} points to either side, and a smaller lead than that is not seen. What an "
        "expert's regions do is told [below](#an-experts-regions)."
    )


def _cost() -> list[str]:
    """What LIME costs and how far a few copies tell what many would, if it was measured."""
    if not lime_cost.KEPT.is_file():
        return []
    lines = ["", "## What the explanations cost, and what a few copies tell", "", COST, ""]
    for name, kept in json.loads(lime_cost.KEPT.read_text(encoding="utf-8")).items():
        lines += [f"`{name}` from scratch by PGD-10 on {kept['images']:,} images, {kept['epochs']} epochs:", "",
                  f"    python -m core.recipes.lime_cost {name}", "", lime_cost.table(kept), ""]  # fmt: skip
    return lines[:-1]


def _anchor(title: str) -> str:
    """A heading's address, as GitHub makes it.

    >>> _anchor("Soft labels by LIME, few digits")
    'soft-labels-by-lime-few-digits'
    """
    return "".join(each for each in title.lower().replace(" ", "-") if each.isalnum() or each == "-")


def main(where: Path = PAGE) -> None:
    """Write the page."""
    write_whole(where, page().encode())
    sys.stdout.write(f"written to {where.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
