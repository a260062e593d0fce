"""What is said of a way to learn, from outcomes made up by hand, and from those that ship."""

from pathlib import Path

import pytest

from core.catalog import OBJECTIVES
from core.trials import evidence as said
from core.trials import kept
from core.trials.evidence import OPEN, evidence, sentences
from core.trials.kept import kept_outcomes, shipped_plans
from core.trials.verdict import verdict
from tests.core.trials.told import outcomes, plan

ALL, HALF, ONE, NONE = "11111111", "11110000", "10000000", "00000000"


def test_the_recipe_stands_beside_its_weakest_and_its_strongest_control() -> None:
    told = outcomes({"lime": (9.0, [ALL] * 3), "random": (9.0, [ONE] * 3), "twin": (9.0, [NONE] * 3)})
    assert sentences(told) == (
        "“A trial” (MNIST, 3 networks trained each way, equal gradient evaluations). Right under every attack, on "
        "8 pictures that none had learnt from: 100.0 % with “regions by LIME”; its 2 controls reach from 0.0 % (“no "
        "regions”) to 12.5 % (“random regions”): it is ahead of every one, beyond the interval."
    )


def test_a_plan_may_ask_about_another_measure() -> None:
    told = outcomes({"lime": (9.0, [ALL] * 3), "random": (9.0, [ONE] * 3), "twin": (9.0, [NONE] * 3)},
                    plan(asks="clean"))  # fmt: skip
    assert "Right as they are, on 8 pictures that none had learnt from: 100.0 % with “regions by" in sentences(told)
    assert sentences(told).endswith("it is not shown to be ahead of all of these, nor behind any of them.")
    assert "in “right as they are”" in verdict(told)
    with pytest.raises(ValueError, match="expected asks to be one of clean, attacked, got 'on:mnist'"):
        plan(asks="on:mnist")


def test_a_single_control_that_is_ahead_or_behind_is_named() -> None:
    told = outcomes({"lime": (9.0, [ONE] * 3), "random": (9.0, [ALL] * 3), "twin": (9.0, [ONE] * 3)})
    apart = "but behind “random regions”; against the others nothing is shown either way."
    assert sentences(told).endswith(f"it is not shown to be ahead of all of these, {apart}")
    assert apart in verdict(told)
    assert "(behind “random regions”: -87.5 points" in verdict(told)
    told = outcomes({"lime": (9.0, [ALL] * 3), "random": (9.0, [ALL] * 3), "twin": (9.0, [NONE] * 3)})
    assert sentences(told).endswith("but ahead of “no regions”; against the others nothing is shown either way.")
    behind = outcomes({"lime": (9.0, [NONE] * 3), "random": (9.0, [ALL] * 3), "twin": (9.0, [ALL] * 3)})
    assert sentences(behind).endswith("it is behind every one, beyond the interval.")


def test_only_what_is_asked_about_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file of outcomes that is damaged is refused where it is asked about, and there alone."""
    name = next(iter(kept_outcomes()))
    (tmp_path / name).mkdir()
    (tmp_path / name / "held_out.json").write_text("{")
    monkeypatch.setattr(kept, "KEPT", tmp_path)
    plan_of_it = shipped_plans()[name]
    with pytest.raises((ValueError, OSError)):
        evidence(type(plan_of_it.arms[plan_of_it.recipe].objective))
    assert evidence(OBJECTIVES["trades"]) == []


def test_of_a_trial_that_is_not_whole_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    told = outcomes({"lime": (9.0, [ALL] * 3), "random": (9.0, [HALF] * 3)})
    monkeypatch.setattr(said, "shipped_plans", lambda: {"made_up": told.plan})
    monkeypatch.setattr(said, "kept_outcomes", lambda plans: {"made_up": {"held_out": told}})
    assert evidence(OBJECTIVES["lime_guided"]) == [OPEN]
    assert evidence(OBJECTIVES["trades"]) == []


def test_every_kept_trial_is_told_of_under_its_objective() -> None:
    known = [name for name, told in kept_outcomes().items() if told["held_out"].whole(["epochs"])]
    plans = shipped_plans()
    assert known
    for name in known:
        kind = type(plans[name].arms[plans[name].recipe].objective)
        assert any(each.startswith(f"“{plans[name].title}”") for each in evidence(kind))
