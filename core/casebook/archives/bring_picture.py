"""The picture of a case that came from another machine, kept here so that the case can be opened like any other."""

from dataclasses import replace
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from core.compare.comparison import SIDES, Comparison
from core.images.picture import to_png
from core.images.samples import stored_picture
from core.images.uploads import keep_upload
from core.study.study import Study

Contents = TypeVar("Contents", Study, Comparison, Study | Comparison)


def with_picture(contents: Contents) -> Contents:
    """The study or the comparison, of a picture that is here: where its own is not, what the model saw of it is kept
    as an upload.

    The model sees of that upload the very same image. ValueError or OSError if it cannot be kept.
    """
    study = contents if isinstance(contents, Study) else contents.studies["before"]
    if _is_here(study.case.image):
        return contents
    image = keep_upload(to_png(_framed(study)), "picture of a case.png")
    sha256 = stored_picture(image).sha256
    if isinstance(contents, Study):
        return replace(contents, case=replace(contents.case, image=image), image_sha256=sha256)
    pair = replace(contents.pair, image=image)
    studies = {side: replace(contents.studies[side], case=pair.case(side), image_sha256=sha256) for side in SIDES}
    return replace(contents, pair=pair, studies=studies)


def _is_here(image: str) -> bool:
    try:
        return bool(stored_picture(image))
    except (ValueError, OSError):
        return False


def _framed(study: Study) -> Tensor:
    """The original with the frame around it that the model's preparation cuts off, its edges repeated.

    A model that takes the centre of what was resized to `resize` pixels on the shorter side would cut into it.
    """
    image, resize = study.original, study.preprocessing.get("resize")
    high, wide = image.shape[1:]
    if not isinstance(resize, int) or resize <= min(high, wide):
        return image
    above, left = (round((max(resize, length) - length) / 2) for length in (high, wide))  # as core.images.picture
    below, right = max(resize, high) - high - above, max(resize, wide) - wide - left
    padded = np.pad(image.numpy(), ((0, 0), (above, below), (left, right)), mode="edge")
    return torch.from_numpy(padded)
