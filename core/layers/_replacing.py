"""Every module of some kinds in a network replaced by another one, its place and its mode kept."""

from collections.abc import Callable, Mapping

from torch import nn

from core.contracts.classifier import Classifier


def with_activations(
    classifier: Classifier, made: Mapping[type[nn.Module], Callable[[], nn.Module]], title: str
) -> Classifier:
    """The classifier, its net changed in place: for each module whose type is in `made` a new one of those.

    What a network computes without a module of its own stays. ValueError, beginning with `title`, if there is none.

    >>> from core.contracts.toy_models import linear
    >>> with_activations(linear([[[[1.0]]], [[[2.0]]]]), {nn.ReLU: nn.SiLU}, "SiLU")
    Traceback (most recent call last):
    ValueError: SiLU: this network has no ReLU to replace
    """
    places = [
        (module, name, child)
        for module in classifier.net.modules()
        for name, child in module.named_children()
        if type(child) in made
    ]
    if not places:
        raise ValueError(f"{title}: this network has no ReLU to replace")
    for module, name, child in places:
        setattr(module, name, made[type(child)]().to(classifier.device).train(child.training))
    return classifier
