"""A small CNN for MNIST digits, without in-place operations, so that SHAP's DeepExplainer works on it."""

from torch import Tensor, nn

from core.base.rng import seeded
from core.classifiers._packaged import Packaged
from core.classifiers._preprocessing import usual
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Source

LABELS = tuple(f"digit {number}" for number in range(10))
CAM_LAYER = "features"


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


def fresh(seed: int = 0, labels: tuple[str, ...] = LABELS) -> Classifier:
    """An untrained classifier with weights drawn from `seed`, for its own classes or others."""
    with seeded(seed):
        net = MnistCNN(len(labels))
    return usual("mnist_cnn").around(net, labels, key="mnist_cnn", cam_layer=CAM_LAYER, samples="mnist")


class MnistCnn(Packaged):
    key = "mnist_cnn"
    title = "MNIST, small CNN"
    titles = {
        "standard": "Ordinary training · MNIST digits",
        "pgd_adversarial": "Refined, attacks alone · MNIST digits",
        "lime_guided": "Refined, LIME-guided · MNIST digits",
        "random_masks": "Refined, random regions (control) · MNIST digits",
        "mart": "MART · MNIST digits",
        "cure": "CURE · MNIST digits",
        "scorpio": "SCORPIO · MNIST digits",
        "scorpio_salient": "SCOR-PIO 2.0, off the salient pixels · MNIST digits",
        "j_sigr": "J-SIGR · MNIST digits",
        "fgmf": "FGMF (SCOR-PIO 2.0 with SGAM) · MNIST digits",
        "sgam": "SGAM, a mask in front · MNIST digits",
        "lipschitz_penalty": "Adaptive Lipschitz penalty · MNIST digits",
        "saliency_guided": "Saliency-guided training · MNIST digits",
        "sg_drop": "SGDrop · MNIST digits",
        "decoy": "Ordinary training · digits with a square that tells the class",
        "decoy_right_reasons": "Right for the right reasons, 50 marked pictures · digits with a square",
    }
    fresh = staticmethod(fresh)


CLASSIFIERS: tuple[type[Source], ...] = (MnistCnn,)
