"""A picture of too few pixels (Hendrycks, Dietterich 2019)."""

from dataclasses import dataclass

from PIL import Image
from torch import Tensor

from core.contracts.corruption import CITE, Corruption, Draws
from core.corruptions._by_picture import by_picture


@dataclass(frozen=True)
class Pixelate(Corruption):
    """Made smaller to the part c of each side, whole pixels, and as large again, by means over boxes (Pillow).

    At severity 5, c = 0.65, 2 x 2 pixels become one, their mean (0 + 100 + 100 + 200) / 4, four times.

    >>> import torch
    >>> Pixelate()(torch.tensor([0, 100, 100, 200], dtype=torch.uint8).view(1, 1, 2, 2), 5).flatten().tolist()
    [100, 100, 100, 100]
    """

    key = "pixelate"
    title = "Pixelate"
    plain = "The picture is made of too few, too large pixels."
    cite = CITE
    group = "digital"
    small = (0.95, 0.9, 0.85, 0.75, 0.65)
    large = (0.6, 0.5, 0.4, 0.3, 0.25)

    def run(self, images: Tensor, setting: float, draws: Draws) -> Tensor:
        def change(picture: Image.Image) -> Image.Image:
            few = (max(int(picture.width * setting), 1), max(int(picture.height * setting), 1))
            return picture.resize(few, Image.Resampling.BOX).resize(picture.size, Image.Resampling.BOX)

        return by_picture(images, change)


CORRUPTIONS: tuple[type[Corruption], ...] = (Pixelate,)
