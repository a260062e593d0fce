"""RISE (Petsiuk, Das, Saenko 2018, arXiv 1806.07421): randomised input sampling for explanation."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.ascend import laid_out
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.occlusion.backgrounds import SINGLE, background, describe
from core.occlusion.masking import batch_size

MEAN = "mean"
FILLS = {MEAN: "the model's mean colour"} | SINGLE


def stretch(cells: int, length: int) -> Tensor:
    """((cells + 1) * ceil(length / cells), cells): what each pixel of a side takes from each of at least two cells.

    Bilinear, the centres of pixels and cells at half numbers, mirrored about the outermost centres: what the authors'
    code has from skimage's `resize` with mode "reflect". Two cells for three pixels, whose centres lie at -1/6, 1/2 and
    7/6 of the way from the first cell's to the second's:

    >>> stretch(2, 1).mul(6).round().tolist()
    [[5.0, 1.0], [3.0, 3.0], [1.0, 5.0]]
    """
    size = (cells + 1) * math.ceil(length / cells)
    place = (torch.arange(size) + 0.5) * cells / size - 0.5
    low = place.floor()
    weights = torch.zeros(size, cells)
    for cell, share in ((low, low + 1 - place), (low + 1, place - low)):
        mirrored = cells - 1 - (cells - 1 - cell.abs()).abs()
        weights.scatter_add_(1, mirrored.long()[:, None], share[:, None])
    return weights


class Masks:
    """`count` masks (H, W) in [0, 1]: grids of cells shown with probability `shown`, enlarged, at a random offset.

    The same for a seed on every device and however many are made at once.
    """

    def __init__(self, height: int, width: int, *, cells: int, shown: float, count: int, seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)
        self._grids = (torch.rand(count, cells, cells, generator=generator) < shown).float()
        self._weights, self._places = [], []
        for length in (height, width):
            step = math.ceil(length / cells)  # the side of a cell: offsets are below it, and the rest is cut off
            offsets = torch.randint(0, step, (count, 1), generator=generator)
            self._weights.append(stretch(cells, length))
            self._places.append(offsets + torch.arange(length))

    def __call__(self, start: int, end: int) -> Tensor:
        """Those from `start` to before `end`, (n, H, W)."""
        down, across = (w[p[start:end]] for w, p in zip(self._weights, self._places, strict=True))
        return down @ self._grids[start:end] @ across.transpose(1, 2)


@dataclass(frozen=True)
class Rise(Explainer):
    """values = 1 / (N p1) sum_i p_target(x * M_i) M_i, the published map, less p' sum_i M_i / (N p1) with `centre`.

    p' is the mean of p_target(x * M_i). The published map holds it everywhere, times how often a pixel happened to be
    shown; `centre` leaves Cov(p_target, M) / p1: positive where the answer is likelier with the pixel shown, negative
    where it is less likely. Hidden is what is mixed with `fill`; the authors' code hides in the mean colour, as it
    multiplies normalised images. p1 is `shown`.

    Two white pixels whose probability is 0.3, and 0.5 more where the first is shown, not black; 2 x 2 cells. A mask
    takes 5/6 and 1/6 from two cells for the first row and column, and half from each for the second column. Cells vary
    by p1 (1 - p1) = 1/4, so the centred map is 0.5 / p1 / 4 times (26/36)(26/36) and (26/36)(1/2), that is .130 and
    .090. The published one is p' = 0.3 + 0.5 p1 more:

    >>> from core.contracts.toy_models import linear_probability
    >>> model = linear_probability([[[0.5, 0.0]]], base=0.3)
    >>> image, target = torch.ones(1, 1, 1, 2), torch.tensor([0])
    >>> for centre in (True, False):
    ...     found = Rise(samples=20000, cells=2, centre=centre)(model, image, target).values
    ...     print([round(value, 2) for value in found.flatten().tolist()])
    [0.13, 0.09]
    [0.68, 0.64]
    """

    key = "rise"
    title = "RISE"
    plain = "Covers the picture with many random veils, and shows which parts were open when the answer was likelier."
    cite = "Petsiuk, Das, Saenko 2018, arXiv 1806.07421"
    random = True
    unit = "probability"

    samples: int = param(1000, low=20, high=20000, title="Samples", help="Veils to try; more gives a steadier map")
    cells: int = param(8, low=2, high=32, title="Cells", help="Along a side of a veil; more show finer parts")
    shown: float = param(
        0.5, low=0.05, high=0.95, step=0.05, title="Share shown", help="How much of the picture a veil leaves open"
    )
    fill: str = param(MEAN, choices=FILLS, title="Covered with", help="What the veil shows instead of the picture")
    centre: bool = param(
        True, title="Less the average",
        help="Subtract what all covered copies have in common, so that 0 means no influence; off: as published",
    )  # fmt: skip

    def against(self, classifier: Classifier) -> str:
        return f"a plain image of {FILLS[MEAN]}" if self.fill == MEAN else describe(self.fill, classifier)

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        height, width = images.shape[2:]
        masks = Masks(height, width, cells=self.cells, shown=self.shown, count=self.samples, seed=seed)
        hidden = torch.cat([self._hidden(classifier, each[None], seed).to(images) for each in reference])
        total = images.new_zeros(len(images), height, width, dtype=torch.float64)
        drawn, answers, size = torch.zeros_like(total[0]), torch.zeros_like(total[:, 0, 0]), batch_size(images)
        for start in range(0, self.samples, size):
            mask = masks(start, min(start + size, self.samples)).to(images)
            drawn += mask.sum(dim=0)
            for place, target in enumerate(targets.tolist()):  # image by image: none depends on its neighbours
                copies = hidden[place] + mask[:, None] * (images[place] - hidden[place])
                with torch.no_grad():
                    told = classifier(laid_out(copies)).softmax(dim=1)[:, target].double()
                answers[place] += told.sum()
                total[place] += torch.einsum("m,mhw->hw", told, mask.double())
        if self.centre:
            total = total - answers.view(-1, 1, 1) / self.samples * drawn
        return Attribution(total / self.samples / self.shown)

    def _hidden(self, classifier: Classifier, reference: Tensor, seed: int) -> Tensor:
        """(1, C, H, W): what is seen where a veil covers the picture altogether."""
        if self.fill == MEAN:
            return reference.new_tensor(classifier.mean).view(1, -1, 1, 1).expand_as(reference)
        return background(self.fill, classifier, reference, seed)


EXPLAINERS: tuple[type[Explainer], ...] = (Rise,)
