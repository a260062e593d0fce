"""Outcomes are kept bit by bit, and the page says what they show and no more."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.trials.cells import EPOCHS, EVALUATIONS, Cell
from core.trials.equal_robustness import at_equal_robust
from core.trials.outcomes import Outcomes
from core.trials.report import report
from core.trials.verdict import apart, pays, shown_apart, verdict
from tests.core.trials.told import TOLD, outcome, outcomes, plan

ALL, NONE, HALF = "11111111", "00000000", "11110000"


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    told = outcomes({"lime": (1000, [ALL, HALF, NONE]), "random": (1000, [HALF] * 3)})
    told.save(tmp_path / "held_out.json")
    again = Outcomes.load(tmp_path / "held_out.json")
    assert again == told
    (tmp_path / "other.json").write_text('{"plan": {"name": "a"}, "cells": []}')
    with pytest.raises(ValueError, match=r"other\.json holds no outcomes"):
        Outcomes.load(tmp_path / "other.json")


def test_shares_that_are_no_hits_are_kept_as_numbers(tmp_path: Path) -> None:
    told = outcomes({"lime": (1000, [ALL] * 3)})
    cell = Cell("lime", 0, 10)
    more = {"corrupted": [0.25, 1.0], "steady:lime": [-0.5], **told.found[cell].values}
    told = Outcomes(told.plan, "held_out", {cell: outcome(cell, ALL)})
    told.found[cell].values.update(more)  # type: ignore[attr-defined]
    told.save(tmp_path / "some.json")
    assert Outcomes.load(tmp_path / "some.json").found[cell].values == more


def test_a_recipe_pays_only_ahead_of_every_control() -> None:
    rows = {"lime": (1000, [ALL] * 3), "random": (1000, [NONE] * 3), "twin": (1000, [HALF] * 3)}
    assert pays(outcomes(rows), EPOCHS) == 0  # eight images: half of them may be chance
    sure = {"lime": (1000, [ALL] * 3), "random": (1000, [NONE] * 3), "twin": (1000, ["00000001"] * 3)}
    assert pays(outcomes(sure), EPOCHS) == 1
    assert pays(outcomes(sure | {"twin": (1000, [ALL] * 3)}), EPOCHS) == 0
    ceiling = plan(arms={**TOLD["arms"], "best": {"control": False}})
    assert pays(outcomes(sure | {"best": (1000, [ALL] * 3)}, ceiling), EPOCHS) == 1  # is shown, and no control
    behind = {"lime": (1000, [NONE] * 3), "random": (1000, [ALL] * 3), "twin": (1000, [ALL] * 3)}
    assert pays(outcomes(behind), EPOCHS) == -1
    two = outcomes({arm: (cost, hits[:2]) for arm, (cost, hits) in sure.items()}, plan(seeds=[0, 1]))
    assert pays(two, EPOCHS) == 0
    assert "With 2 of at least 3 seeds nothing is shown" in verdict(two)
    assert shown_apart(two, EPOCHS) == "nor behind any of them", "with fewer than three seeds nothing is shown"
    assert apart(two, EPOCHS)[1] == []


def test_the_control_that_is_named_is_the_one_that_decides() -> None:
    """Ahead of the first by less, but surely; of the second by more on the mean, and not surely."""
    least, unsure = ["11111100"] * 3, ["11111111", "00000000", "00000000"]
    told = outcomes({"lime": (1000, [ALL] * 3), "random": (1000, least), "twin": (1000, unsure)})
    assert "least surely ahead of “no regions”" in verdict(told)
    assert "not shown to be ahead of all 2 controls" in verdict(told)
    two = {name: TOLD["arms"][name] for name in ("lime", "random")}
    part = outcomes({"lime": (1, [ALL] * 3), "random": (1, least)}, plan(arms=two, left_out=["twin"]))
    assert "Left out, so that nothing is said of them: twin." in verdict(part)


def test_counts_and_versions_are_said() -> None:
    told = outcomes({"lime": (1000, [ALL] * 3), "random": (1000, [HALF] * 3), "twin": (1000, [HALF] * 3)})
    page = report(told, "x")
    assert "on 80 training images of `mnist`" in page, "20 of the 100 choose the epoch"
    assert "judged on 8 reserved training images that no arm has learnt from, under" in page
    assert "Beware" not in page
    first = next(iter(told.found))
    found = {**told.found, first: replace(told.found[first], code="other")}
    assert "trained by 2 versions of the engine" in report(Outcomes(told.plan, told.split, found), "x")


def test_the_page_says_what_is_not_there_yet() -> None:
    told = outcomes({"lime": (1200, [ALL] * 3), "random": (1000, [HALF] * 3), "twin": (1200, [HALF] * 3)})
    assert told.costs() == {"lime": 1200, "random": 1000, "twin": 1200}
    assert told.whole([EPOCHS])
    assert not told.whole([EVALUATIONS])  # 'random' is to be trained for 12 epochs first
    page = report(told, "counterproof trial some.toml")
    assert "For equal gradient evaluations the trial is not complete." in page
    assert "Not all of these are made yet." in page
    assert "| random regions | 100.0 % (100.0 to 100.0) | 50.0 % (50.0 to 50.0) | 10 | 0.00 |" in page
    assert "counterproof trial some.toml" in page
    assert "PGD (eps 51/255, step 12.75/255, steps 3" in page


def test_equal_cost_takes_the_longer_training() -> None:
    told = outcomes({"lime": (1200, [ALL] * 3), "random": (1000, [NONE] * 3), "twin": (1200, [HALF] * 3)})
    longer = {cell: outcome(cell, HALF, 1200) for seed in (0, 1, 2) for cell in [Cell("random", seed, 12)]}
    whole = Outcomes(told.plan, told.split, {**told.found, **longer})
    assert whole.whole([EPOCHS, EVALUATIONS])
    page = report(whole, "x")
    first, second = page.split("## For equal gradient evaluations")
    assert "| random regions | 100.0 % (100.0 to 100.0) | 0.0 % (0.0 to 0.0) | 10 |" in first
    assert "| random regions | 100.0 % (100.0 to 100.0) | 50.0 % (50.0 to 50.0) | 12 |" in second
    assert "| random regions | +0.00, +0.00 to +0.00 (+0.00 to +0.00) | +50.00," in second


def test_clean_accuracy_at_equal_robustness_by_hand() -> None:
    cells = [Cell("lime", 0, 10)]
    found = [outcome(cell, ALL) for cell in cells]  # course: (0.5, 0.2), (0.8, 0.4), (0.9, 0.3)
    assert at_equal_robust(found, 0.4) == [0.8]
    assert at_equal_robust(found, 0.3) == [0.9]
