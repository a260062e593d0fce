"""What all adversarial trainings share whose masks LIME or one of its controls makes: how, when, and what is told."""

from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from core.base.params import param
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Adversarial
from core.objectives._mask_cycles import MaskCycles
from core.occlusion.superpixels import KINDS
from core.spurious.controls import CONTROLS, shuffled_masks
from core.spurious.mask_leakage import mask_leakage
from core.spurious.mask_statistics import mask_statistics
from core.spurious.regions import CLASSES, POLARITIES, SOURCES, SpuriousRegions

PARTS = {kind: KINDS[kind] for kind in ("grid", "slic")}


def region_source(more: Mapping[str, str] | None = None) -> Any:
    """The parameter `mask_source`; `more`: controls that only one objective has, each with its words."""
    return param("lime", choices=SOURCES | dict(more or {}), title="Spurious region from",
                 help="Where the regions come from; all but LIME are controls: they tell whether the explanation adds "
                 "anything")  # fmt: skip


@dataclass(frozen=True)
class Guided(MaskCycles, Adversarial, ABC):
    """An objective that attacks, and keeps a mask of the spurious region of each image (core.spurious.regions).

    Every `every` epochs, after the first `first`, masks are made for one of the `groups` of images, so that an image
    gets a new one every `every` x `groups` epochs.
    """

    mask_source: str = region_source()
    explained: str = param("teacher", choices=CLASSES, title="Class explained",
                           help="Whose support is looked at; a region found with the true label can "
                           "give the label away")  # fmt: skip
    polarity: str = param("against", choices=POLARITIES, title="Polarity",
                          help="Whether a sensitive region counts as spurious when it does not support the class, or "
                          "when it does")  # fmt: skip
    area: float = param(0.25, low=0.05, high=0.95, step=0.05, title="Size of the spurious region",
                        help="Share of the parts called spurious")  # fmt: skip
    instability: float = param(0.0, low=0.0, high=10.0, step=0.1, title="Weight of instability",
                               help="How much a part is blamed for a LIME weight that varies "
                               "between repeats")  # fmt: skip
    irrelevance: float = param(1.0, low=0.0, high=10.0, step=0.1, title="Weight of sensitivity without support",
                               help="How much a part is blamed for moving the answer "
                               "without supporting it")  # fmt: skip
    parts: str = param("grid", choices=PARTS, title="Parts", help="Square cells, or regions along edges")
    cells: int = param(16, low=4, high=100, title="Number of parts", help="Into how many parts an image is cut")
    samples: int = param(33, low=2, high=1000, title="LIME samples", help="Covered copies of an image in one repeat; "
                         "fewer than twice the number of parts cannot tell parts apart")  # fmt: skip
    repeats: int = param(1, low=1, high=10, title="Repeats", help="How often LIME is asked, to see what is unstable")
    noise: float = param(10 / 255, low=0.0, high=64 / 255, title="Noise of a repeat", unit="/255",
                         help="Standard deviation of the noise added in each repeat")  # fmt: skip
    first: int = param(1, low=0, high=1000, title="First regions after … epochs",
                       help="Epochs before spurious regions are looked for at all")  # fmt: skip
    every: int = param(3, low=1, high=1000, title="New regions every … epochs",
                       help="Spurious regions are looked for anew so often, as the model changes")  # fmt: skip
    groups: int = param(4, low=1, high=50, title="Groups", was="turns", help="In how many groups all images "
                        "get new regions, one after the other: 4 means a quarter each time")  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        SpuriousRegions.of(self)

    @property
    def named(self) -> str:
        return self.title + (f" ({CONTROLS[self.mask_source]})" if self.mask_source in CONTROLS else "")

    def refresh(self, classifier: Classifier, teacher: Classifier, batch: Batch, epoch: int) -> Tensor | None:
        return SpuriousRegions.of(self).masks(classifier, teacher, batch)

    def arrange(self, masks: Tensor, seed: int) -> Tensor:
        return shuffled_masks(masks, seed) if self.mask_source == "shuffled" else masks

    def audit(self, masks: Tensor, before: Tensor | None, labels: Tensor) -> Mapping[str, float]:
        return {**mask_statistics(masks, before), **mask_leakage(masks, labels)}
