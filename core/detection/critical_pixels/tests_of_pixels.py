"""Do critical pixels stand out: Welch's t-test of Arif's study, with what it leaves out beside it.

Pixels that were chosen for their large values have larger values: on the images on which they were chosen the test must
come out significant, whatever the images. So it is done on images held out as well; there with noise of the attack's
size in the attack's place too, and on what the attack has beyond noise. Nor are pixels independent: neighbours are
alike, and t, p and the interval of g count each as a sample of its own. `p_shifted` keeps neighbours together, and
`by_image` takes each image for one sample. [CALC] The study's t = 11.5968 with p = 1.34e-30 implies 3,915 to 3,944
degrees of freedom: more than 784 pixels have, and as many as the values of five images of 784 pixels (3,918, pooled).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from torch import Tensor

from core.detection.critical_pixels.comparison import Comparison, Progress, compared
from core.detection.critical_pixels.selection import CriticalPixels, by_source, importance, magnitudes
from core.evaluation.paired import Difference, paired_means


@dataclass(frozen=True)
class PixelTests:
    """`same`: by the importance by which the pixels were chosen; the rest on images held out, None if none were given.

    `noise`: the importance under noise instead of the attack; `excess`: under the attack minus under noise. `by_image`:
    the mean over critical pixels minus that over others, image by image, "attacked", "noise" and "excess".
    """

    same: Comparison
    held_out: Comparison | None
    noise: Comparison | None
    excess: Comparison | None
    by_image: Mapping[str, Difference]

    def told(self) -> dict[str, Any]:
        """In JSON."""
        groups = {"same": self.same, "held_out": self.held_out, "noise": self.noise, "excess": self.excess}
        images = {
            name: {"difference": found.value, "interval_95": [found.low, found.high], "count": found.count}
            for name, found in self.by_image.items()
        }
        return {name: each and asdict(each) for name, each in groups.items()} | {"by_image": images}


def critical_pixel_tests(
    found: CriticalPixels, clean: Tensor | None = None, attacked: Tensor | None = None, noise: Tensor | None = None, *,
    sources: Tensor | None = None, permutations: int = 10_000, seed: int = 0, on_done: Progress = None,
) -> PixelTests:  # fmt: skip
    """`found` against the other pixels, on its own images and on others held out, whose signatures are given.

    clean, attacked, noise: (N, H, W), signatures of held-out originals, of their attacked images and of these originals
    with noise of the attack's size. sources (N,): see `by_source`, for `by_image`. `on_done` is told (done, of) in
    permutations of each comparison.
    """

    def compare(values: Tensor) -> Comparison:
        return compared(values, found.chosen, permutations=permutations, seed=seed, on_done=on_done)

    same = compare(found.importance)
    if clean is None or attacked is None:
        return PixelTests(same, None, None, None, {})
    by_attack = importance(found.reading, clean, attacked)
    shown = {"attacked": magnitudes(found.reading, clean, attacked)}
    noisy = excess = None
    if noise is not None:
        by_noise = importance(found.reading, clean, noise)
        noisy, excess = compare(by_noise), compare(by_attack - by_noise)
        shown["noise"] = magnitudes(found.reading, clean, noise)
        shown["excess"] = shown["attacked"] - shown["noise"]
    by_image = {}
    if len(clean) > 1 and 0 < int(found.chosen.sum()) < found.chosen.numel():
        for name, maps in shown.items():
            maps = by_source(maps, sources)
            by_image[name] = paired_means(
                maps[:, found.chosen].mean(dim=1).tolist(), maps[:, ~found.chosen].mean(dim=1).tolist()
            )
    return PixelTests(same, compare(by_attack), noisy, excess, by_image)
