"""What the settings of a training are likely to spoil, said before it starts; and that it does not get under way."""

from collections.abc import Mapping

from torch.nn.modules.batchnorm import _BatchNorm

from core.base.proportion import Proportion
from core.catalog import DATASETS
from core.contracts.classifier import Classifier
from core.training.schedule import PIECEWISE, Schedule

HIGH = 0.1  # a learning rate above which networks without batch normalisation were seen to end with one answer for all
LOOK = 5  # epochs after which a long training should have learnt something


def warnings_before(classifier: Classifier, data: str, schedule: Schedule, *, hard: bool = False) -> list[str]:
    """A sentence for each; nothing is forbidden. data: a data set's name. hard: from scratch, and under attack.

    >>> from core.contracts.toy_models import linear
    >>> warnings_before(linear([[[[1.0]]], [[[2.0]]]]), "cifar10", Schedule(lr=0.2))[0][:48]
    'A learning rate of 0.2 is high for this network,'
    >>> warnings_before(linear([[[[1.0]]], [[[2.0]]]]), "mnist", Schedule(flip=False))
    []
    >>> warnings_before(linear([[[[1.0]]], [[[2.0]]]]), "cifar10", Schedule(lr=0.2, rate=PIECEWISE), hard=True)[1][:30]
    'A network that starts from not'
    """
    said = []
    if schedule.lr > HIGH and not any(isinstance(each, _BatchNorm) for each in classifier.net.modules()):
        said.append(
            f"A learning rate of {schedule.lr:g} is high for this network, without batch normalisation: it may end "
            f"with one answer for every picture. {Schedule().lr:g} is safer."
        )
    found = DATASETS.get(data)
    if schedule.flip and found is not None and not found.mirrored:
        said.append(f"In a mirror, pictures of {found.title} show something else: better switch ‘Random mirror’ off.")
    if hard and schedule.lr > HIGH and (schedule.rate == PIECEWISE or schedule.warm == 0):
        said.append(
            "A network that starts from nothing and learns under attack may do no better than guessing for many epochs "
            f"with a learning rate of {schedule.lr:g} from the first step on. One that rises first, to at most "
            f"{HIGH:g}, is safer."
        )
    return said


def warning_under_way(held: Mapping[str, float], judged: int, guess: float) -> str:
    """A sentence if no weights do better than guessing on the `judged` held-out images, beyond chance; else "".

    held: accuracies as core.training.validation gives them; guess: the share of the most frequent label.

    >>> warning_under_way({"clean": 0.11, "robust": 0.1, "clean_average": 0.104}, 500, 0.106)[:67]
    'After 5 epochs the held-out images are not answered better, beyond '
    >>> warning_under_way({"clean": 0.11, "robust": 0.1, "clean_average": 0.2}, 500, 0.106)
    ''
    """
    clean = [value for name, value in held.items() if name.startswith("clean")]
    if not clean or not judged or Proportion(round(max(clean) * judged), judged).interval[0] > guess:
        return ""
    easier = ", one that rises first, or weaker attacks" if "robust" in held else " or one that rises first"
    return (
        f"After {LOOK} epochs the held-out images are not answered better, beyond chance, than by always naming the "
        f"most frequent class ({100 * guess:.1f} %). If that stays so, stop and choose a lower learning rate{easier}."
    )
