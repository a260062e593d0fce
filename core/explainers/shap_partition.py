"""Owen values over a tree of image regions, by shap's PartitionExplainer: forward passes only, no gradients."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.base.params import param
from core.contracts.ascend import laid_out
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.occlusion.backgrounds import SINGLE, background, describe, gap
from core.occlusion.masking import batch_size

CELLS = 32  # the finest regions: about this many to a side
Array = np.ndarray[Any, Any]


class RegionMasker:
    """A masker for shap: cells of an image, each shown or replaced by `fill`, in a tree of halves.

    fill (C, H, W). `cells` (H, W) numbers the cell of each pixel; `clustering` (cells - 1, 4) has one row a region:
    its two halves (a cell, or cells + row), a distance of 0 and its size in cells; the whole image comes last.

    >>> RegionMasker(np.zeros((1, 2, 2))).clustering.astype(int).tolist()
    [[0, 1, 0, 2], [2, 3, 0, 2], [4, 5, 0, 4]]
    """

    def __init__(self, fill: Array) -> None:
        _, height, width = fill.shape
        down, across = min(height, CELLS), min(width, CELLS)
        rows, columns = np.arange(height) * down // height, np.arange(width) * across // width
        self.fill = fill
        self.cells = rows[:, None] * across + columns
        self.shape = (1, down * across)
        self.immutable_outputs = True
        self._rows: list[tuple[int, int, int, int]] = []
        self._halve(0, down, 0, across, across)
        self.clustering = np.array(self._rows, dtype=float).reshape(-1, 4)

    def _halve(self, top: int, bottom: int, left: int, right: int, across: int) -> tuple[int, int]:
        """Add a region's rows, its halves first (the longer side is cut); returns its number and its size."""
        if (bottom - top) * (right - left) == 1:
            return top * across + left, 1
        if bottom - top >= right - left:
            middle = (top + bottom) // 2
            first, second = (top, middle, left, right), (middle, bottom, left, right)
        else:
            middle = (left + right) // 2
            first, second = (top, bottom, left, middle), (top, bottom, middle, right)
        (one, size), (other, more) = self._halve(*first, across), self._halve(*second, across)
        self._rows.append((one, other, 0, size + more))
        return self.shape[1] + len(self._rows) - 1, size + more

    def __call__(self, shown: Array, image: Array) -> tuple[Array]:
        """Cells shown (cells,) and the image (C, H, W) -> (the image with the other cells filled,), (1, C, H, W)."""
        return (np.where(shown[self.cells], image, self.fill)[None],)


@dataclass(frozen=True)
class ShapPartition(Explainer):
    """values: each pixel's share of its region's Owen value for the logit of the target; a region hidden is filled in.

    Regions are halved where most is at stake until `evaluations` are spent; what a region holds is spread evenly over
    it. The values add up to z(x) - z(everything hidden). On a linear model: weight times (x - 0):

    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[2.0, -4.0]]], [[[0.0, 0.0]]]])
    >>> found = ShapPartition(fill="black")(model, torch.tensor([[[[1.0, 0.5]]]]), torch.tensor([0]))
    >>> found.values.tolist(), found.gap.item()
    ([[[2.0, -2.0]]], 0.0)
    """

    key = "shap_partition"
    title = "SHAP (regions)"
    plain = "Hides regions of the picture, coarse ones first, and shares out what the answer's score loses."
    cite = "Lundberg, Lee 2017, arXiv 1705.07874; Owen 1977; shap"
    complete = True
    unit = "score"

    fill: str = param("blurred", choices=SINGLE, title="Hidden parts", help="What is shown where a region is hidden")
    evaluations: int = param(
        500, low=20, high=20000, title="Evaluations", help="Looks at the picture with regions hidden; more is finer"
    )

    def against(self, classifier: Classifier) -> str:
        return describe(self.fill, classifier)

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        from shap import PartitionExplainer

        made, missing = [], []
        for place, target in enumerate(targets.tolist()):
            hidden = background(self.fill, classifier, reference[place : place + 1], seed).to(images)
            regions = RegionMasker(hidden[0].cpu().numpy())

            @torch.no_grad()
            def score(pictures: Array, target: int = target) -> Array:
                parts = torch.split(torch.from_numpy(pictures), batch_size(images))
                logits = torch.cat([classifier(laid_out(part.to(images)))[:, target] for part in parts])
                scores: Array = logits.double().cpu().numpy()
                return scores

            np.random.seed(0)  # shap breaks ties by numpy's global generator, which the caller puts back
            values = PartitionExplainer(score, regions).explain_row(
                images[place].cpu().numpy(), max_evals=self.evaluations, main_effects=False, error_bounds=False,
                outputs=None, silent=True, batch_size=32,
            )["values"]  # fmt: skip
            made.append(torch.from_numpy((values / np.bincount(regions.cells.ravel()))[regions.cells]))
            whole, none = torch.from_numpy(score(torch.stack([images[place], hidden[0]]).cpu().numpy()))
            missing.append(gap(made[-1].sum(), whole, none))
        return Attribution(torch.stack(made), torch.stack(missing).float())


EXPLAINERS: tuple[type[Explainer], ...] = (ShapPartition,)
