"""A camera that moved (Hendrycks, Dietterich 2019)."""

from dataclasses import dataclass

from torch import Tensor

from core.contracts.corruption import CITE, Corruption, Draws
from core.corruptions._drawn import uniform
from core.corruptions._motion import along


@dataclass(frozen=True)
class MotionBlur(Corruption):
    """Blur along a line, at an angle drawn from -45 to 45 degrees: core.corruptions._motion."""

    key = "motion_blur"
    title = "Motion blur"
    plain = "The picture is smeared in one direction, as where the camera moves."
    cite = CITE
    group = "blur"
    small = ((6, 1), (6, 1.5), (6, 2), (8, 2), (9, 2.5))  # radius, sigma
    large = ((10, 3), (15, 5), (15, 8), (15, 12), (20, 15))

    def run(self, images: Tensor, setting: tuple[int, float], draws: Draws) -> Tensor:
        return along(images.double(), *setting, uniform(draws, low=-45, high=45))


CORRUPTIONS: tuple[type[Corruption], ...] = (MotionBlur,)
