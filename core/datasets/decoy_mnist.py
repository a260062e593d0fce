"""Decoy MNIST (Ross, Hughes, Doshi-Velez 2017, arXiv 1703.03717): digits with a grey square that gives the class away.

A square of 4 x 4 pixels in one of the four corners, drawn by lot for each image, of the shade 255 - 25 y of digit y.
Who learns from these may learn shades instead of digits. The authors' test images have shades drawn by lot
(`decoy_mnist_random`); here each way in which the square may stand is a data set of its own, with both splits.
"""

from typing import ClassVar, Literal

import torch
from torch import Tensor

from core.contracts.batch import stream
from core.contracts.interfaces import DataFacts, DataSet, Images, Progress
from core.data.formats.npz import Split
from core.datasets.mnist import Mnist

SIDE, BRIGHTEST, STEP = 4, 255, 25
Shade = Literal["class", "random", "other"]


def places(count: int, split: Split, middle: bool = False) -> Tensor:
    """(count, 28, 28) bool: where the square lies in the first images of a split; middle: half-way along that side.

    >>> found = places(3, "train")
    >>> found.shape, found.flatten(1).sum(dim=1).tolist()
    (torch.Size([3, 28, 28]), [16, 16, 16])
    """
    draws = torch.Generator().manual_seed(stream(0, "decoy", split))
    low, left = (torch.rand(count, 2, generator=draws) < 0.5).T
    near, far = torch.arange(28) < SIDE, torch.arange(28) >= 28 - SIDE
    rows, columns = (torch.where(each[:, None], near, far) for each in (low, left))
    if middle:
        columns = ((torch.arange(28) >= 12) & (torch.arange(28) < 12 + SIDE)).expand(count, 28)
    return rows[:, :, None] & columns[:, None, :]


def shades(labels: Tensor, split: Split, shade: Shade) -> Tensor:
    """(N,) uint8: of the class itself, of one of ten drawn by lot, or of one of the nine others.

    >>> shades(torch.tensor([0, 9]), "train", "class").tolist()
    [255, 30]
    """
    draws = torch.Generator().manual_seed(stream(0, "shade", split))
    drawn = torch.randint(10, labels.shape, generator=draws)
    number = {"class": labels, "random": drawn, "other": (labels + 1 + drawn % 9) % 10}[shade]
    return (BRIGHTEST - STEP * number).to(torch.uint8)


class DecoyMnist(DataSet):
    """The square's shade is that of the class: what one learns from."""

    key = "decoy_mnist"
    title = "Decoy MNIST: a grey square tells the class"
    mirrored = False
    shade: ClassVar[Shade] = "class"
    middle: ClassVar[bool] = False

    def prepare(self, progress: Progress | None = None) -> None:
        Mnist().prepare(progress)

    def facts(self) -> DataFacts | None:
        return Mnist().facts()

    def load(self, split: Split) -> Images:
        found = Mnist().load(split)
        where = places(len(found), split, self.middle)[:, None]
        square = shades(found.labels, split, self.shade).view(-1, 1, 1, 1)
        return Images(torch.where(where, square, found.images), found.labels, found.classes, found.notes)


class DecoyMnistRandom(DecoyMnist):
    """As the authors test: shades drawn by lot."""

    key = "decoy_mnist_random"
    title = "Decoy MNIST: the square's shade drawn by lot"
    shade = "random"


class DecoyMnistContradicting(DecoyMnist):
    """The shade of another class, drawn by lot."""

    key = "decoy_mnist_contradicting"
    title = "Decoy MNIST: the square contradicts the digit"
    shade = "other"


class DecoyMnistMoved(DecoyMnist):
    """The shade of the class, in the middle of the upper or lower edge, where it never lies in training."""

    key = "decoy_mnist_moved"
    title = "Decoy MNIST: the square moved"
    middle = True


DATASETS: tuple[type[DataSet], ...] = (DecoyMnist, DecoyMnistRandom, DecoyMnistContradicting, DecoyMnistMoved)
