"""SiLU, t sigmoid(t) (Elfwing, Uchibe, Doya 2018, arXiv 1702.03118): an activation that bends smoothly everywhere."""

from dataclasses import dataclass

from torch import nn

from core.contracts.classifier import Classifier
from core.contracts.layer import Layer
from core.layers._replacing import with_activations


@dataclass(frozen=True)
class SiLU(Layer):
    """Every ReLU and ReLU6 module of a network replaced by t sigmoid(t); the weights stay.

    It has all derivatives, which gives penalties on input gradients something to pull by (Rodríguez-Muñoz, Wang,
    Torralba 2024, arXiv 2409.20139, find them of use with smooth activations alone) and makes attacks in training
    stronger (Xie et al. 2020, arXiv 2006.14536). Below 0 it is a little negative and it has no ceiling, so that a
    network that was trained with ReLUs has to be trained on.
    """

    key = "silu"
    title = "SiLU"
    plain = "Replaces the kink in each switch of the network by a smooth curve, so that its sensitivity can be trained."
    cite = "Elfwing, Uchibe, Doya 2018, arXiv 1702.03118"

    def put_into(self, classifier: Classifier) -> Classifier:
        return with_activations(classifier, {nn.ReLU: nn.SiLU, nn.ReLU6: nn.SiLU}, self.title)


LAYERS: tuple[type[Layer], ...] = (SiLU,)
