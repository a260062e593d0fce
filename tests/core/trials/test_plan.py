"""Plans: what is read, what is refused in a sentence, and that no image that is judged on is ever learnt from."""

from pathlib import Path
from typing import Any

import pytest
import torch

from core.base.paths import ASSETS
from core.contracts.interfaces import Images
from core.data.subset import few, set_aside, split_held_out
from core.objectives.fast_adversarial import FastAdversarial
from core.objectives.lime_guided import LimeGuided
from core.refinement.request import Refinement
from core.trials.cells import Cell, equal_epochs, equal_evaluations
from core.trials.plan import plan_of, read_plan
from tests.core.trials.told import TOLD, plan


def test_an_arm_has_the_plans_objective_with_its_own_settings_or_another() -> None:
    made = plan()
    assert made.arms["lime"].objective == LimeGuided(eps=0.2, cells=4, samples=9)
    assert made.arms["random"].objective == LimeGuided(eps=0.2, cells=4, samples=9, mask_source="random")
    assert made.arms["twin"].objective == FastAdversarial(eps=0.2)
    request = made.refinement("random", 7, 13)
    assert (request.schedule.seed, request.schedule.epochs, request.reserved, request.images) == (7, 13, 8, 100)
    assert Refinement.read(request.arguments()) == request
    chosen = {made.refinement(arm, 0).validation_attack for arm in made.arms}
    assert chosen == {made.judging.attacks[0]}, "the same attack chooses the epoch of every arm"
    assert plan_of("made_up", made.spec()) == made


def test_fractions_of_255_are_numbers(tmp_path: Path) -> None:
    text = (ASSETS / "trials" / "spurious_penalty_few_digits.toml").read_text()
    path = tmp_path / "some.toml"
    path.write_text(text.replace("eps = 0.1\nsteps", 'eps = "51/255"\nsteps'))
    assert read_plan(path).arms["lime"].objective == LimeGuided(
        eps=0.2, steps=5, step_ratio=0.3, sensitivity=30.0, every=4, groups=1, first=3
    )


@pytest.mark.parametrize("path", sorted((ASSETS / "trials").glob("*.toml")), ids=lambda path: path.stem)
def test_shipped_plans_have_their_controls(path: Path) -> None:
    made = read_plan(path)
    assert {"shuffled", "random", "twin"} <= set(made.arms), "a recipe stands beside these controls"
    assert len(made.seeds) >= 3
    assert made.question.endswith("?")
    assert made.expected


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"recipe": "other"}, "expected the recipe 'other' and a control among the arms"),
        ({"seeds": [1, 1]}, "expected seeds, each once"),
        ({"reserved": 1}, "at least two reserved images"),
        ({"start": "base", "reserved": 2000}, "may have learnt from reserved images"),
        ({"start": "base", "base": "own:mine"}, "may have learnt from reserved images"),
        ({"start": "base", "base": "mnist_cnn:cure"}, "may have learnt from reserved images"),
        ({"arms": {"lime": {}, "b": {"objective": {"method": "right_reasons"}}}}, "b brings pictures of its own"),
        ({"arms": {"lime": {}, "b": {"control": "no"}}}, "expected control to be true or false"),
        ({"judging": {**TOLD["judging"], "also": "usps"}}, "expected also to be a list"),
        ({"judging": {**TOLD["judging"], "also": ["nothere"]}}, "nothere"),
        ({"judging": {**TOLD["judging"], "batch": 2.5}}, "expected batch to be a whole number"),
        ({"judging": {**TOLD["judging"], "corruptions": "no"}}, "expected corruptions to be a whole number"),
        (
            {"judging": {**TOLD["judging"], "stability": 1, "explainers": ["lime"]}},
            "expected stability to be 0 or at least 2",
        ),
        ({"judging": {"attacks": []}}, "expected at least one attack"),
        ({"judging": {"attacks": [{"method": "none"}]}}, "expected a method among"),
        ({"judging": {**TOLD["judging"], "depth": 3}}, "judging: unknown 'depth'"),
        ({"judging": {**TOLD["judging"], "stability": 3}}, "name explainers"),
        ({"arms": {"lime": {"objective": {"wrong": 3}}, "b": {}}}, "unknown parameter wrong"),
        ({"arms": 3}, "expected arms"),
        ({"arms": {**TOLD["arms"], "b": {"depth": 3}}}, "an arm has no 'depth'"),
        ({"arms": {"lime": {}, "b": {"control": False}}}, "and a control among the arms"),
        ({"base": "nobody"}, "there is no classifier named 'nobody'"),
        ({"title": 3}, "expected title to be words"),
    ],
)
def test_what_cannot_be_is_a_sentence(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        plan(**changes)


def test_a_file_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    for text, said in (
        ("= 3", "not a plan in TOML"), ('depth = 3\n[judging]\nattacks=[{method="pgd"}]', "some.toml"),
        ('[judging]\nattacks=["pgd"]', "some.toml"),
    ):  # fmt: skip
        (tmp_path / "some.toml").write_text(text)
        with pytest.raises(ValueError, match=said):
            read_plan(tmp_path / "some.toml")


def test_reserved_images_are_the_same_for_all_and_never_learnt_from() -> None:
    numbered = Images(torch.arange(200).view(200, 1, 1, 1).to(torch.uint8), torch.zeros(200).long(), ("a",))
    _, away = set_aside(numbered, 30)
    judged = set(away.images.flatten().tolist())
    assert len(judged) == 30
    for seed in range(5):
        rest, again = set_aside(numbered, 30)
        assert torch.equal(again.images, away.images)
        learn, chooses = split_held_out(few(rest, 100, seed), 20, seed)
        assert not judged & {*learn.images.flatten().tolist(), *chooses.images.flatten().tolist()}
    assert set(split_held_out(numbered, 30, 0)[1].images.flatten().tolist()) == judged  # as the checkpoints' seed 0
    with pytest.raises(ValueError, match="leave none of the 200"):
        set_aside(numbered, 200)


def test_cells_of_equal_cost_give_no_arm_less_than_the_recipe_spends() -> None:
    made = plan(seeds=[4, 5])
    assert equal_epochs(made)[:3] == [Cell(arm, 4, 10) for arm in ("lime", "random", "twin")]
    costs = {"lime": 1130.0, "random": 1000.0, "twin": 400.0}
    cells = equal_evaluations(made, costs)
    assert [cell.epochs for cell in cells[:3]] == [10, 12, 29]
    for cell in cells:
        assert costs[cell.arm] * cell.epochs / 10 >= costs["lime"] * (1 - 1e-3)
