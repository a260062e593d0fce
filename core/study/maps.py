"""The maps one explainer draws for one case: the original, the attacked image, and their controls."""

import time
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.study.prediction import predict


@dataclass(frozen=True, eq=False)
class Maps:
    """Maps (H, W), signed and not normalised, of one explainer; the controls are None until they are computed.

    `noise` (M, H, W): images with noise of the attack's size. `seeds` (M, H, W): the original under other seeds, empty
    for an explainer without randomness. `switched` (H, W): the original image, asked about the answer that the attacked
    image got, None where that is the class explained anyway. `pictures` (2, C, H, W): what the method made of the
    original and of the attacked image, if it makes pictures. `facts`: by image ("original", "attacked"), by name.
    `against`: what the picture is compared with, in words.
    """

    original: Tensor
    attacked: Tensor
    classes: tuple[int, int]
    facts: dict[str, dict[str, float]]
    seconds: float
    against: str = ""
    noise: Tensor | None = None
    seeds: Tensor | None = None
    switched: Tensor | None = None
    pictures: Tensor | None = None
    control_seconds: float = 0.0
    noise_classes: tuple[int, ...] = field(default=())


def draw(
    explainer: Explainer,
    classifier: Classifier,
    original: Tensor,
    attacked: Tensor,
    classes: tuple[int, int],
    seed: int,
) -> Maps:
    """The maps of the original (C, H, W) and the attacked image, for one class each, under the same seed."""
    begun = time.perf_counter()
    images = torch.stack([original, attacked])
    found = explainer(classifier, images, torch.tensor(classes), seed=seed, reference=torch.stack([original, original]))
    facts = {name: _facts(found, place) for place, name in enumerate(("original", "attacked"))}
    seconds = time.perf_counter() - begun
    against = explainer.against(classifier)
    return Maps(found.values[0], found.values[1], classes, facts, seconds, against, pictures=found.pictures)


def _facts(found: Attribution, place: int) -> dict[str, float]:
    facts = {name: float(values[place]) for name, values in found.facts.items()}
    return facts if found.gap is None else facts | {"completeness gap": float(found.gap[place])}


def control(
    maps: Maps, explainer: Explainer, classifier: Classifier, original: Tensor, noisy: Tensor, seed: int, own: bool
) -> Maps:
    """`maps` with its controls: one for each noisy image (M, C, H, W), as many other seeds, and the switched class.

    own: explain on a noisy image the answer given for it, instead of the original's class.
    """
    begun = time.perf_counter()
    first = maps.classes[0]
    classes = tuple(predict(classifier, image).top if own else first for image in noisy)
    reference = original.expand_as(noisy)
    noise = explainer(classifier, noisy, torch.tensor(classes), seed=seed, reference=reference).values
    switched = None
    if maps.classes[1] != first:
        switched = explainer(classifier, original[None], torch.tensor([maps.classes[1]]), seed=seed).values[0]
    seeds = noise[:0]
    if explainer.random:
        other = [seed + 1 + draw for draw in range(len(noisy))]
        target = torch.tensor([first])
        seeds = torch.cat([explainer(classifier, original[None], target, seed=each).values for each in other])
    return replace(
        maps, noise=noise, seeds=seeds, switched=switched, noise_classes=classes,
        control_seconds=time.perf_counter() - begun,
    )  # fmt: skip
