"""What the settings of a training are likely to spoil, said before it starts."""

from torch.nn.modules.batchnorm import _BatchNorm

from core.catalog import DATASETS
from core.classifier import Classifier
from core.schedule import Schedule

HIGH = 0.1  # a learning rate above which networks without batch normalisation were seen to end with one answer for all


def doubts(classifier: Classifier, data: str, schedule: Schedule) -> list[str]:
    """A sentence for each; nothing is forbidden. data: a data set's name.

    >>> from core.planted import linear
    >>> doubts(linear([[[[1.0]]], [[[2.0]]]]), "cifar10", Schedule(lr=0.2))[0][:48]
    'A learning rate of 0.2 is high for this network,'
    >>> doubts(linear([[[[1.0]]], [[[2.0]]]]), "mnist", Schedule(flip=False))
    []
    """
    said = []
    if schedule.lr > HIGH and not any(isinstance(each, _BatchNorm) for each in classifier.net.modules()):
        said.append(
            f"A learning rate of {schedule.lr:g} is high for this network, without batch normalisation: it may end "
            f"with one answer for every picture. {Schedule().lr:g} is safer."
        )
    found = DATASETS.get(data)
    if schedule.flip and found is not None and not found.mirrored:
        said.append(
            f"In a mirror, pictures of {found.title} show something else: better switch ‘Random mirror’ off "
            "(schedule.flip=False)."
        )
    return said
