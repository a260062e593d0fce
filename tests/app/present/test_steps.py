"""The steps of a walk: in order, nothing told too early, maps on one scale beside ordinary noise."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from app.present.map_steps import map_steps
from app.present.seat import Seat
from app.present.show import steps_of
from app.present.steps import Step, blind, limited, refined, saw
from core.casebook.answers import Hand
from core.casebook.casebook import Casebook
from core.casebook.records import SavedCase
from core.compare.comparison import Comparison
from core.study.colour_scale import common_limit, signed
from core.study.figures import pixels
from core.study.measures import spread
from core.study.study import Study


def words(step: Step) -> str:
    shown = [f"{each.caption} {each.alt} {each.said} {each.more}" for each in step.pictures]
    return " ".join([step.title, *step.sentences, *shown])


@pytest.mark.parametrize("side", ["left", "right"])
def test_before_the_answer_nothing_is_told_and_the_lot_says_which_is_where(study: Study, side: Hand) -> None:
    assert study.attacked is not None
    step = blind(study, side, None)
    for told in ("original", "attacked", "fooled", "%", "model", "‘"):
        assert told not in words(step)
    attacked, original = pixels(study.attacked.image), pixels(study.original)
    expected = (attacked, original) if side == "left" else (original, attacked)
    assert all(np.array_equal(each.picture, wanted) for each, wanted in zip(step.pictures, expected, strict=True))
    assert [each.caption for each in step.pictures] == ["left", "right"]
    assert step.pair is None


def test_after_the_answer_it_says_whether_that_was_right(study: Study) -> None:
    assert blind(study, "left", "left").sentences == (
        "You said: the left one. That is right. The left one was changed.",
    )
    wrong = blind(study, "left", "right")
    assert wrong.sentences == ("You said: the right one. That was the original. The left one was changed.",)
    assert [each.caption for each in wrong.pictures] == ["left: the attacked image", "right: the original image"]
    unsure = blind(study, "right", "cannot tell")
    assert unsure.sentences == ("You could not tell. The right one was changed.",)


def test_the_order_of_a_study_and_of_a_comparison(compared: Comparison, study: Study, case: SavedCase) -> None:
    titles = [step.title for step in steps_of(study, case, Seat(), ask=False)]
    assert titles == [
        "What the model saw", "What was changed, at its real size", "What was changed, made visible",
        "Where the model looked: Grad-CAM++", "Where the model looked: Integrated Gradients",
        "How sure we are, and what these maps cannot tell", "Your answer",
    ]  # fmt: skip
    assert steps_of(study, case, Seat(), ask=True)[0].kind == "blind"
    both = [step.title for step in steps_of(compared, case, Seat(), ask=False)]
    before, after = ([f"Where {model} looked: {name}" for name in names] for model, names in (
        ("the model before refinement", ["Grad-CAM++", "Integrated Gradients"]),
        ("the refined model", [each.title for each in compared.studies["after"].case.explainers]),
    ))  # fmt: skip
    assert both == [*titles[:3], *before, "What the refined model does", *after, *titles[5:]]


def test_the_maps_of_both_models_are_on_one_scale(compared: Comparison) -> None:
    before, after = compared.studies["before"], compared.studies["after"]
    loud = replace(after, maps={key: replace(maps, original=1000 * maps.original) for key, maps in after.maps.items()})
    first, second = map_steps(before, "the model before refinement", loud)[0], map_steps(loud, beside=before)[0]
    assert first.legend == second.legend != map_steps(before)[0].legend


def test_what_the_model_saw_says_the_answer_how_sure_and_whether_it_is_wrong(study: Study) -> None:
    assert study.before is not None
    answer = study.labels[study.before.top]
    assert f"It says: {answer}, and is " in words(saw(study, answer))
    assert "wrong" not in words(saw(study, answer))
    other = next(label for label in study.labels if label != answer)
    assert f"labelled {other}, so that is wrong before any attack" in words(saw(study, other))


def test_the_maps_are_on_one_scale_with_that_of_ordinary_noise(study: Study) -> None:
    step, maps = map_steps(study)[0], study.maps["grad_cam_pp"]
    assert maps.noise is not None
    drawn = [maps.original, maps.attacked, maps.noise[0]]
    limit = common_limit(drawn)
    for shown, values in zip(step.pictures, drawn, strict=True):
        assert np.array_equal(shown.map, signed(values, limit))
        assert shown.alt
    assert "ordinary noise of the same size" in step.pictures[2].caption
    assert step.legend[2] == f"±{limit:.2g}"
    noise = spread(study.measured["grad_cam_pp"], "spearman", "noise")
    assert noise is not None
    assert f"{round(noise[1], 2):.2f}".replace("-", "−") in step.sentences[1]


def test_a_map_without_anything_to_weigh_says_so(study: Study) -> None:
    maps = study.maps["grad_cam_pp"]
    blank = replace(maps, attacked=torch.zeros_like(maps.attacked))
    bare = replace(study, maps={"grad_cam_pp": blank}, measured={})
    (step,) = map_steps(bare)
    assert "No map: the attacked image gives this method nothing to weigh" in step.sentences[0]


def test_a_study_without_maps_has_no_step_on_them_and_says_what_is_not_known(study: Study) -> None:
    bare = replace(study, maps={}, measured={})
    assert map_steps(bare) == []
    assert "no map with controls" in limited(bare).sentences[0]


def test_the_refined_model_on_the_three_pictures(compared: Comparison, book: Casebook) -> None:
    step = refined(compared, book.save(compared, title="x", source="compare"))
    assert [each.caption for each in step.pictures] == [
        "original image", "attacked image made for this model", "attacked image made for the model before refinement",
    ]  # fmt: skip
    assert "After refinement:" in " ".join(step.sentences)
    assert "Before refinement:" not in " ".join(step.sentences)
