"""A picture stored with too few bytes (Hendrycks, Dietterich 2019)."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image
from torch import Tensor

from core.contracts.corruption import CITE, Corruption, Draws
from core.corruptions._by_picture import by_picture


@dataclass(frozen=True)
class JpegCompression(Corruption):
    """Written as a JPEG of quality c and read again (Pillow, which halves the resolution of colours)."""

    key = "jpeg_compression"
    title = "JPEG compression"
    plain = "The picture is stored with so few bytes that blocks and ringing show."
    cite = CITE
    group = "digital"
    small = (80, 65, 58, 50, 40)
    large = (25, 18, 15, 10, 7)

    def run(self, images: Tensor, setting: int, draws: Draws) -> Tensor:
        def change(picture: Image.Image) -> Image.Image:
            file = BytesIO()
            picture.save(file, "JPEG", quality=setting)
            return Image.open(file)

        return by_picture(images, change)


CORRUPTIONS: tuple[type[Corruption], ...] = (JpegCompression,)
