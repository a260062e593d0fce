"""A small CNN for MNIST digits, without in-place operations, so that SHAP's DeepExplainer works on it."""

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor, nn

from core import checkpoint as weights
from core.classifier import Classifier
from core.contracts import Progress, Source
from core.paths import CHECKPOINTS


class MnistCNN(nn.Module):
    """Two convolutions with pooling, two linear layers; each ReLU is its own module."""

    def __init__(self, classes: int = 10, channels: int = 1) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(channels, 16, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 5, padding=2),
            nn.ReLU(),
        )
        self.pool = nn.MaxPool2d(2)
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(32 * 7 * 7, 128), nn.ReLU(), nn.Linear(128, classes))

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.head(self.pool(self.features(x)))
        return out


def fresh(seed: int = 0) -> Classifier:
    """An untrained classifier with weights drawn from `seed`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = MnistCNN()
    labels = tuple(f"digit {number}" for number in range(10))
    return Classifier(
        net, labels, (1, 28, 28), (0.1307,), (0.3081,), key="mnist_cnn", cam_layer="features", samples="mnist"
    )


class MnistCnn(Source):
    key = "mnist_cnn"
    title = "MNIST, small CNN"

    def checkpoints(self) -> Mapping[str, str]:
        return {"standard": "MNIST handwritten digits, ordinary training"}

    def load(self, checkpoint: str, progress: Progress | None = None) -> Classifier:
        if checkpoint not in self.checkpoints():
            raise ValueError(f"{self.key} has no checkpoint {checkpoint!r}; it has {', '.join(self.checkpoints())}")
        made = fresh()
        digest = weights.shipped(made.net, CHECKPOINTS / f"{self.key}_{checkpoint}.safetensors")
        made.net.eval()
        return replace(made, key=f"{self.key}:{checkpoint}", fingerprint=digest)


CLASSIFIERS: tuple[type[Source], ...] = (MnistCnn,)
