"""Auxiliary batch normalisation (AdvProp: Xie et al. 2020, arXiv 1911.09665): a second set for other views."""

from dataclasses import dataclass

from core.contracts.auxiliary_norm import add_auxiliary
from core.contracts.classifier import Classifier
from core.contracts.layer import Layer


@dataclass(frozen=True)
class AuxiliaryBatchNorm(Layer):
    """Every batch normalisation of a network gets a second set of statistics and weights, at first a copy of its own.

    An objective sends through it what should not move the plain statistics (core.contracts.auxiliary_norm). AdvProp
    sends attacked images; DAJAT (Addepalli et al. 2022, arXiv 2210.15318) sends views that AutoAugment made. Outside of
    that training the network is exactly the plain one: attacks, explanations and accuracies are of the plain set, and
    the second one rests in the checkpoint. In DAJAT's code it begins as a new one, which is the same from scratch.
    """

    key = "auxiliary_batch_norm"
    title = "Auxiliary batch normalisation"
    plain = "Lets the model keep other averages for changed pictures while it learns, so that they do not blur its own."
    cite = "Xie et al. 2020, arXiv 1911.09665"

    def put_into(self, classifier: Classifier) -> Classifier:
        if not add_auxiliary(classifier.net):
            raise ValueError(f"{self.title}: this network has no batch normalisation")
        return classifier


LAYERS: tuple[type[Layer], ...] = (AuxiliaryBatchNorm,)
