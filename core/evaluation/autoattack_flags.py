"""Signs that AutoAttack's number may flatter a classifier: the flags of the authors' code (Croce, Hein 2020)."""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn.functional import normalize

from core.contracts.classifier import Classifier

PASSES, APART = 5, 1e-4  # passes over the same images; logits of length one may differ by this much
SQUARE = 0.002  # share of the images that Square may take from what the others left


def flags(classifier: Classifier, images: Tensor, labels: Tensor, after: Mapping[str, int], count: int) -> list[str]:
    """One sentence for each flag raised, on a few hundred images (N, C, H, W) in [0, 1]; empty if there is none.

    after, count: images held after each attack, of how many.
    """
    images, labels = images.to(classifier.device), labels.to(classifier.device)
    with classifier.frozen(), torch.no_grad():
        passes = [classifier(images) for _ in range(PASSES)]
    said = []
    lengths = [normalize(logits, dim=1) for logits in passes]
    apart = max(float((first - lengths[0]).norm(dim=1).max()) for first in lengths)
    if apart > APART:
        said.append("The answers differ from pass to pass: a randomised classifier needs another evaluation.")
    logits = passes[0]
    if logits.min() > -1e-5 and logits.max() < 1 + 1e-5 and bool(((logits.sum(dim=1) - 1).abs() < 1e-5).all()):
        said.append("The classifier puts out probabilities instead of logits, which hides gradients.")
    classes = len(classifier.labels)
    if classes < 4:
        said.append(f"With {classes} classes the targeted attacks cannot run.")
    held = logits.argmax(dim=1) == labels  # only these are attacked
    if classes >= 3 and (flat := _without_gradient(classifier, images[held], labels[held])):
        said.append(f"{flat} of {int(held.sum())} images have no gradient, so attacks that need one are unreliable.")
    before = min((held for name, held in after.items() if name != "square"), default=0)
    if before - after.get("square", before) > SQUARE * count:
        said.append(f"Square, which needs no gradient, took {before - after['square']} more images: masking is likely.")
    return said


def _without_gradient(classifier: Classifier, images: Tensor, labels: Tensor) -> int:
    """How many images have an all-zero gradient of the difference of logits ratio."""
    flat = 0
    for part, right in zip(torch.split(images, 100), torch.split(labels, 100), strict=True):
        with classifier.frozen(), torch.enable_grad():
            inputs = part.clone().requires_grad_(True)
            logits = classifier(inputs)
            ordered = logits.sort(dim=1, descending=True).values
            own = logits.gather(1, right[:, None])[:, 0]
            best = torch.where(own == ordered[:, 0], ordered[:, 1], ordered[:, 0])
            ratio = (own - best) / (ordered[:, 0] - ordered[:, 2] + 1e-12)
            (gradient,) = torch.autograd.grad(ratio.sum(), inputs)
        flat += int((gradient.flatten(1).abs().sum(dim=1) == 0).sum())
    return flat
