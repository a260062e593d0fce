"""The study's detector: a small convolutional network that reads the explanation of an answer."""

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
        return self.network.scores(evidence.signatures[:, None])

    def differentiable(
        self, classifier: Classifier, images: Tensor, probabilities: Tensor, signatures: Tensor
    ) -> Tensor:
        return self.network.logits(signatures[:, None])


@dataclass(frozen=True)
class SignatureCnn(Detector):
    """[REC] Two convolutions and two linear layers on the map; binary cross-entropy, Adam at 1e-3, 10 epochs.

    The study tells the map (SHAP's, of the answer) and the ten epochs; the rest is a reconstruction. `magnitudes`
    "linear" gives the network the values of the map, divided by their root mean square in what it learns from.
    "logarithm" is ours, not the study's: what an attack does to the map is often small beside its largest values.
    """

    key = "signature_cnn"
    title = "Network on explanations"
    plain = "A small network learns how the explanations of attacked pictures differ from those of originals."
    cite = "Arif, Enhancing Deep Learning Robustness: A Multidimensional Approach Against Adversarial Threats, stage 5"

    magnitudes: str = param(
        "logarithm", choices={"linear": "as they are", "logarithm": "their logarithm"}, title="Magnitudes",
        help="How the network is told the values of a map, signs kept; as they are: the study's",
    )  # fmt: skip
    epochs: int = param(10, low=1, high=200, title="Epochs", help="How often it sees every picture it learns from")
    rate: float = param(1e-3, low=1e-5, high=1e-1, title="Learning rate", help="The step size of Adam")
    width: int = param(16, low=1, high=128, title="Width", help="Channels of the first convolution; the second: twice")

    @property
    def named(self) -> str:
        return self.title if self.magnitudes == "logarithm" else f"{self.title} (linear values)"

    def fit(self, classifier: Classifier, evidence: Evidence, attacked: Tensor, *, seed: int = 0) -> Fitted:
        return self.restore(
            learned(
                evidence.signatures[:, None], attacked, width=self.width, rate=self.rate, epochs=self.epochs, seed=seed,
                logarithm=self.magnitudes == "logarithm",
            )
        )  # fmt: skip

    def restore(self, tensors: Mapping[str, Tensor]) -> Fitted:
        network = Network(tensors)
        if network.channels != 1:
            raise ValueError(f"this network reads {network.channels} channels, and a map has one")
        return _Fitted(tensors, network)


DETECTORS: tuple[type[Detector], ...] = (SignatureCnn,)
