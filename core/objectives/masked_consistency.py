"""Masked-view consistency: the same answer to an image and the attacked one with the same cells covered. [REC]"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.base.params import param
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Loss, Objective, expect_attacked
from core.objectives._divergence import divergence, log_probabilities
from core.objectives._support_maps import SupportMaps, map_source, uniform
from core.occlusion.fills import FILLS, fill
from core.occlusion.superpixels import superpixels
from core.spurious.parts import in_use, largest, painted
from core.spurious.score import per_part
from core.spurious.support import instability_map

MORE = {"even": "control: all cells alike", "none": "control: nothing covered (as in TRADES)"}
LEAST = 1e-6  # weight of a cell that never varies, so that it is drawn last


def drawn_cells(weights: Tensor, used: Tensor, area: float, drawn: Tensor) -> Tensor:
    """(n, S) bool: the share `area` of the cells in use (n, S), drawn one after the other in proportion to `weights`.

    Without putting back: the largest log(weight) + Gumbel noise (Efraimidis, Spirakis 2006), made of drawn (n, S) in
    [0, 1). log 2 against log 1, and noise of 0.37 each:

    >>> drawn_cells(torch.tensor([[1.0, 2.0]]), torch.ones(1, 2).bool(), 0.5, torch.full((1, 2), 0.5)).tolist()
    [[False, True]]
    """
    noise = -(-drawn.clamp(1e-7, 1 - 1e-7).log()).log()
    return largest(weights.clamp_min(LEAST).log() + noise, used, area)


@dataclass(frozen=True)
class MaskedConsistency(SupportMaps):
    """[REC] mean CE(x + delta, y) + beta mean KL(p(m x) | p(m (x + delta))), m covering the same cells of both.

    delta as in adversarial training with PGD. What is covered is filled alike in both, made from x. LIME's map is a
    linear map of the answers to covered copies of an image, so that a small gap between those of x and of x + delta
    keeps the map where it is. Which cells are covered is drawn anew in every step, in proportion to how much LIME's
    weights vary there between repeats (core.spurious.support `instability_map`), by a crop moved with the image; even
    while an image has no map, and for the control. With nothing covered the second part is that of TRADES (Zhang et al.
    2019, arXiv 1901.08573), with gradients through both distributions.
    """

    key = "masked_consistency"
    title = "Masked-view consistency"
    plain = "Learns to answer the same to a picture and the attacked one when the same parts of both are covered."
    cite = "TRADES: Zhang et al. 2019, arXiv 1901.08573; LIME: Ribeiro et al. 2016, arXiv 1602.04938; joined here"
    region = "unsteady"
    even = ("even", "none")

    mask_source: str = map_source(MORE)
    beta: float = param(6.0, low=0.0, high=20.0, title="Weight", help="How much agreement counts against being right")
    fill: str = param("mean", choices=FILLS, title="Covered with", help="What is put in place of covered cells")
    area: float = param(0.25, low=0.05, high=0.95, step=0.05, title="Cells covered", help="Share of the cells that are "
                        "covered")  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.repeats < 2 and self.mask_source not in self.even:
            raise ValueError("masked_consistency: what varies shows between repeats: expected at least 2, got 1")

    @property
    def pairs(self) -> bool:
        return self.beta > 0 and self.fill == "patch" and self.mask_source != "none"

    def due(self, epoch: int) -> bool:
        return self.beta > 0 and self.mask_source != "none" and super().due(epoch)

    def unguided(self, epochs: int) -> str:
        if self.beta == 0 or self.mask_source == "none":
            return "Nothing is covered. Nothing guides this training but its other settings."
        return super().unguided(epochs)

    def map_of(self, weights: Tensor, parts: Tensor) -> Tensor:
        return instability_map(weights, parts)

    def hidden(self, batch: Batch) -> Tensor:
        """(n, H, W) bool: the cells that are covered in a step."""
        parts = superpixels(batch.images, "grid", self.cells)
        used = in_use(parts)
        drawn = batch.draw("cells", uniform, (used.shape[1],))
        weights = torch.ones_like(drawn)
        if batch.masks is not None:
            found = per_part(batch.masks, parts)
            weights = torch.where(found.amax(dim=1, keepdim=True) > 0, found, 1.0)
        return painted(drawn_cells(weights, used, self.area, drawn), parts)

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        given = expect_attacked(attacked)
        moved = classifier(given)
        right = cross_entropy(moved, batch.labels)
        if self.beta == 0:
            return right, {"adversarial": right.item()}
        if self.mask_source == "none":
            clean = classifier(batch.images)
        else:
            hidden, filled = self.hidden(batch)[:, None], fill(batch, self.fill)
            clean, moved = (classifier(torch.where(hidden, filled, each)) for each in (batch.images, given))
        apart = divergence(log_probabilities(clean), log_probabilities(moved)).mean()
        return right + self.beta * apart, {"adversarial": right.item(), "divergence": apart.item()}


OBJECTIVES: tuple[type[Objective], ...] = (MaskedConsistency,)
