"""The same network on the pixels: what a detector finds without any explanation."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from core.base.params import param
from core.contracts.classifier import Classifier
from core.contracts.detector import Detector, Evidence, Fitted
from core.detectors._small_cnn import Network, learned


@dataclass(frozen=True, eq=False)
class _Fitted(Fitted):
    tensors: Mapping[str, Tensor]
    network: Network

    def score(self, classifier: Classifier, evidence: Evidence) -> Tensor:
        return self.network.scores(evidence.images)

    def differentiable(
        self, classifier: Classifier, images: Tensor, probabilities: Tensor, signatures: Tensor
    ) -> Tensor:
        return self.network.logits(images)


@dataclass(frozen=True)
class PixelCnn(Detector):
    """The network of `signature_cnn` on the image, all channels: a baseline that needs no explanation."""

    key = "pixel_cnn"
    title = "Network on pixels"
    plain = "The same small network looks at the picture itself, without any explanation: what that alone would find."
    cite = "Gong, Wang, Ku 2017, arXiv 1704.04960; Metzen, Genewein, Fischer, Bischoff 2017, arXiv 1702.04267"
    reads = "pixels"

    epochs: int = param(10, low=1, high=200, title="Epochs", help="How often it sees every picture it learns from")
    rate: float = param(1e-3, low=1e-5, high=1e-1, title="Learning rate", help="The step size of Adam")
    width: int = param(16, low=1, high=128, title="Width", help="Channels of the first convolution; the second: twice")

    def fit(self, classifier: Classifier, evidence: Evidence, attacked: Tensor, *, seed: int = 0) -> Fitted:
        return self.restore(
            learned(evidence.images, attacked, width=self.width, rate=self.rate, epochs=self.epochs, seed=seed)
        )

    def restore(self, tensors: Mapping[str, Tensor]) -> Fitted:
        return _Fitted(tensors, Network(tensors))


DETECTORS: tuple[type[Detector], ...] = (PixelCnn,)
