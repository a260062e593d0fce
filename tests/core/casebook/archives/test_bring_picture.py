"""A case whose picture is on another machine: the model sees of the one that is kept here the very same image."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.casebook.archives.bring_picture import with_picture
from core.compare.comparison import Comparison
from core.contracts.toy_models import quadrant
from core.images.picture import fit
from core.images.samples import stored_picture
from core.study.study import Study


@pytest.mark.parametrize("resize", [0, 8, 10, 11, 16])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_model_sees_the_very_same(home: Path, image_case: Study, resize: int, channels: int) -> None:
    original = (255 * image_case.original[:channels]).round() / 255
    told = {"resize": resize}
    study = replace(image_case, original=original, preprocessing=told, case=replace(image_case.case, image=GONE))
    here = with_picture(study)
    assert here.case.image.startswith("upload/")
    picture = stored_picture(here.case.image)
    assert here.image_sha256 == picture.sha256
    model = replace(quadrant(8), size=(channels, 8, 8), resize=resize)
    assert torch.equal(fit(picture, model), original)
    assert here.maps == study.maps
    assert with_picture(here) is here


GONE = "upload/0123456789abcdef"


def test_of_a_comparison_both_sides_are_of_the_same_picture(home: Path, compared: Comparison) -> None:
    here = with_picture(compared)  # toy/1 is no picture of the gallery
    assert here.studies["before"].case == here.pair.case("before")
    assert here.studies["after"].case == here.pair.case("after")
    assert here.pair.image.startswith("upload/")
    assert here.crossings == compared.crossings
    gallery = replace(compared, studies={side: replace(study, case=replace(study.case, image="mnist/0003"))
                                         for side, study in compared.studies.items()})  # fmt: skip
    assert with_picture(gallery) is gallery
