"""The small picture by which a case is found again: the original beside the attacked image."""

import io

from PIL import Image
from torch import Tensor

from core.compare.comparison import Comparison
from core.study.figures import pixels
from core.study.study import Study

SIDE = 128  # pixels a picture is high
GAP = 2  # between the two


def thumbnail(contents: Study | Comparison) -> bytes:
    """A PNG, at most 128 pixels high: original | attacked, of a comparison that of the model before refinement."""
    study = contents if isinstance(contents, Study) else contents.studies["before"]
    assert study.attacked is not None
    left, right = _small(study.original), _small(study.attacked.image)
    made = Image.new("RGB", (left.width + GAP + right.width, left.height), "white")
    made.paste(left, (0, 0))
    made.paste(right, (left.width + GAP, 0))
    out = io.BytesIO()
    made.save(out, "PNG")
    return out.getvalue()


def _small(image: Tensor) -> Image.Image:
    """An image (C, H, W) in [0, 1], made smaller if it is too high, larger by whole factors if it fits twice."""
    made = Image.fromarray(pixels(image))
    if made.height > SIDE or made.width > 4 * SIDE:
        made.thumbnail((4 * SIDE, SIDE))
        return made
    times = SIDE // made.height
    return made.resize((made.width * times, made.height * times), Image.Resampling.NEAREST) if times > 1 else made
