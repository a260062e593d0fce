"""MNIST (LeCun, Cortes, Burges): 70,000 handwritten digits."""

from typing import Literal

from core.npz import find, read_npz
from core.paths import folder
from core.sources import DataSet, Images


class Mnist(DataSet):
    key = "mnist"
    title = "MNIST"

    def load(self, split: Literal["train", "test"]) -> Images:
        if path := find("mnist.npz"):
            return read_npz(path, split)
        from torchvision.datasets import MNIST

        data = MNIST(folder("data"), train=split == "train", download=True)
        return Images(data.data[:, None], data.targets, tuple(str(number) for number in range(10)))


DATASETS: tuple[type[DataSet], ...] = (Mnist,)
