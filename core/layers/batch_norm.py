"""Batch normalisation (Ioffe, Szegedy 2015, arXiv 1502.03167) for a network that was made without."""

from dataclasses import dataclass

from torch import nn

from core.contracts.auxiliary_norm import norms
from core.contracts.classifier import Classifier
from core.contracts.layer import Layer


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Each convolution followed by the normalisation of its channels over a batch, at first one that changes nothing.

    Its averages begin as 0, its variances as 1, as a new one's do: in evaluation mode the network computes, but for
    the 1e-5 that is added to the variance, what it did, until it has been trained. Linear layers have none. In the
    paper the bias of the convolution goes; here it stays, as a part that has no effect.
    """

    key = "batch_norm"
    title = "Batch normalisation"
    plain = "Keeps what each stage of the network passes on at the same scale, so that training is quick and steady."
    cite = "Ioffe, Szegedy 2015, arXiv 1502.03167"

    def put_into(self, classifier: Classifier) -> Classifier:
        net = classifier.net
        places = [(module, name, child) for module in net.modules() for name, child in module.named_children()
                  if isinstance(child, nn.Conv2d)]  # fmt: skip
        if norms(net):
            raise ValueError(f"{self.title}: this network has it already")
        if not places:
            raise ValueError(f"{self.title}: this network has no convolution")
        for module, name, child in places:
            norm = nn.BatchNorm2d(child.out_channels).to(classifier.device).train(child.training)
            setattr(module, name, nn.Sequential(child, norm).train(child.training))
        return classifier


LAYERS: tuple[type[Layer], ...] = (BatchNorm,)
