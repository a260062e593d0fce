"""What experts marked, shown back: each map beside what chance gives, and marks that are told apart without colour."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from app.cases.expert_overlap import lines, regions
from core.casebook.answers import ExpertAnswer
from core.casebook.marked_picture import RELEVANT, SMALLEST, SPURIOUS, marked
from core.casebook.mask_png import mask_png
from core.compare.comparison import Comparison
from core.compare.one_image import compare
from tests.core.compare.doubles import IMAGE, model, pair

LEFT = torch.arange(8)[None].expand(8, 8) < 2
NONE = torch.zeros(8, 8, dtype=torch.bool)


@pytest.fixture(scope="module")
def toys() -> Comparison:
    return compare(pair(), model(0), model(1), IMAGE, label=1)


def test_the_share_inside_stands_beside_what_the_region_covers(toys: Comparison) -> None:
    study = toys.studies["before"]
    values = torch.zeros(8, 8)
    values[0, 0], values[0, 7], values[7, 0] = 3.0, 1.0, -9.0
    maps = study.maps | {"grad_cam_pp": replace(study.maps["grad_cam_pp"], original=values)}
    first, second = lines(replace(study, maps=maps), LEFT, NONE)
    assert [cell["text"] for cell in first] == ["Grad-CAM++", "75 %", "nothing marked"]
    assert first[1]["range"] == "by chance 25 %"
    assert second[0]["text"] == "Integrated Gradients"


def test_a_map_without_support_says_so(toys: Comparison) -> None:
    study = toys.studies["before"]
    maps = {"grad_cam_pp": replace(study.maps["grad_cam_pp"], original=-torch.ones(8, 8))}
    (only,) = lines(replace(study, maps=maps), LEFT, LEFT)
    assert only[1]["text"] == "no weight"


def test_of_a_comparison_each_explainer_on_both_models(toys: Comparison) -> None:
    names = [line[0]["text"] for line in lines(toys, LEFT, NONE)]
    assert names[:2] == ["Grad-CAM++, before refinement", "Grad-CAM++, after refinement"]
    assert len(names) == 4


def test_the_regions_of_an_answer() -> None:
    answer = ExpertAnswer("", "E", "open", 8, 8, relevant=mask_png(LEFT.numpy()))
    relevant, spurious = regions(answer)
    assert torch.equal(relevant, LEFT)
    assert not spurious.any()
    with pytest.raises(ValueError, match="what was marked"):
        regions(replace(answer, spurious=b"x"))


def test_marks_are_hatched_differently_and_the_rest_is_the_picture() -> None:
    picture = np.full((8, 8, 3), 128, dtype=np.uint8)
    masks = (LEFT.numpy(), LEFT.numpy()[:, ::-1])
    made = marked(picture, *masks)
    times = SMALLEST // 8
    assert made.shape == (8 * times, 8 * times, 3)
    large = [mask.repeat(times, 0).repeat(times, 1) for mask in masks]
    assert (made[~(large[0] | large[1])] == 128).all()
    hatched = [(made == colour).all(axis=2) for colour in (RELEVANT, SPURIOUS)]
    for own, region in zip(hatched, large, strict=True):
        assert not own[~region].any()
        assert 0.1 < own[region].mean() < 0.7, "a pattern, not a surface"
    assert not np.array_equal(hatched[0], hatched[1][:, ::-1]), "not one pattern in two colours"
    assert (picture == 128).all()
