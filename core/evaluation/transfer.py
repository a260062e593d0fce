"""What a classifier withstands of images that were attacked on other classifiers, and carried over to it."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from core.attacks.di_fgsm import DIFGSM
from core.attacks.mi_fgsm import MIFGSM
from core.attacks.ti_fgsm import TIFGSM
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.evaluation.accuracy import right

STEPS = 20
FEWEST = 3  # surrogates


def step_of(eps: float) -> float:
    """The step of an attack with strength `eps` (fraction of the full range): a tenth, and at least 0.1/255.

    >>> step_of(0.2)
    0.02
    """
    return max(eps / 10, 0.1 / 255)


def attacks(eps: float) -> tuple[Attack, ...]:
    """MI-FGSM, DI2-FGSM and TI-FGSM at strength `eps` (fraction of the full range), all with `STEPS` steps.

    >>> [attack.key for attack in attacks(8 / 255)]
    ['mi_fgsm', 'di_fgsm', 'ti_fgsm']
    """
    return tuple(kind(eps=eps, step=step_of(eps), steps=STEPS) for kind in (MIFGSM, DIFGSM, TIFGSM))


def carried_over(
    classifier: Classifier,
    data: Images,
    surrogates: Mapping[str, Classifier],
    eps: float,
    *,
    count: int = 1000,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, dict[str, Tensor]]:
    """{key of the attack: {name of the surrogate: which of the first `count` images are right, (count,) bool}}.

    Every attack sees the surrogate alone, and the true label; the classifier is shown the outcome. An image that it
    answers wrong as it is may be answered right afterwards: nothing but the outcome counts. eps: fraction of the full
    range. `say` gets a sentence for every attack. ValueError if there are fewer than three surrogates, or one has other
    classes or takes images of another size.
    """
    if len(surrogates) < FEWEST:
        raise ValueError(f"expected at least {FEWEST} classifiers to carry attacks over from, got {len(surrogates)}")
    for name, other in surrogates.items():
        if (other.labels, other.size) != (classifier.labels, classifier.size):
            raise ValueError(f"attacks cannot be carried over from {name}, whose classes or images are others")
    found: dict[str, dict[str, Tensor]] = {}
    for attack in attacks(eps):
        found[attack.key] = {}
        for name, other in surrogates.items():
            correct = right(classifier, data, attack, count=count, made_on=other)
            found[attack.key][name] = correct
            say(f"{int(correct.sum()):,} of {len(correct):,} right under {attack.title} made on {name}")
    return found


def worst(found: Mapping[str, Mapping[str, Tensor]]) -> Tensor:
    """(N,) bool: which images are right whatever was carried over, of what `carried_over` found.

    >>> worst({"a": {"s": torch.tensor([True, True]), "t": torch.tensor([True, False])}}).tolist()
    [True, False]
    """
    return torch.stack([correct for by_name in found.values() for correct in by_name.values()]).all(dim=0)
