"""CIFAR-10 (Krizhevsky 2009): 60,000 small colour pictures of ten kinds of thing."""

from typing import Literal

from core.npz import find, read_npz
from core.paths import folder
from core.sources import DataSet, Images


class Cifar10(DataSet):
    key = "cifar10"
    title = "CIFAR-10"

    def load(self, split: Literal["train", "test"]) -> Images:
        if path := find("cifar10.npz"):
            return read_npz(path, split)
        import torch
        from torchvision.datasets import CIFAR10

        data = CIFAR10(folder("data"), train=split == "train", download=True)
        return Images(torch.from_numpy(data.data).permute(0, 3, 1, 2), torch.tensor(data.targets), tuple(data.classes))


DATASETS: tuple[type[DataSet], ...] = (Cifar10,)
