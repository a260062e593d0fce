"""Stage 2 of a detection study: the signature of each image, a map of what speaks for the classifier's own answer."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from core.base import cancellation
from core.base.params import to_spec
from core.contracts.classifier import Classifier
from core.contracts.detector import Evidence
from core.contracts.explainer import Explainer
from core.detection.content_cache import ContentCache

OnDone = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Signatures:
    """Of N images: `evidence`, what a detector may look at, and the classifier's `answers` (N,), of which the maps are.

    `made` and `taken`: maps drawn, and taken from a cache. `seconds`: how long it took.
    """

    evidence: Evidence
    answers: Tensor
    made: int
    taken: int
    seconds: float


def signatures(
    classifier: Classifier,
    explainer: Explainer,
    images: Tensor,
    *,
    seed: int = 0,
    batch: int = 100,
    cache: ContentCache | None = None,
    on_done: OnDone | None = None,
) -> Signatures:
    """The explainer's map of the answer to each of images (N, C, H, W) in [0, 1], signed, as it gives it.

    Every batch has the same seed: an explainer explains an image by itself, with draws that depend on the seed alone,
    so that no map depends on what else is in its batch. Of a classifier whose weights are unknown nothing is kept in
    `cache`. on_done: told how many of the N images have a map. ValueError in a sentence if the explainer cannot explain
    this classifier, or there is no image.
    """
    if reason := explainer.obstacle(classifier):
        raise ValueError(f"{explainer.title} cannot make signatures: {reason.rstrip('.')}")
    if not len(images):
        raise ValueError("there are no images to make signatures of")
    begun = time.perf_counter()
    images = images.detach().float().cpu()
    told = {"explainer": to_spec(explainer), "against": explainer.against(classifier), "seed": seed}
    kept = cache if classifier.fingerprint else None
    maps, probabilities, counts = [], [], {"made": 0, "taken": 0}
    for start in range(0, len(images), batch):
        cancellation.check()
        some = images[start : start + batch]
        sure = classifier.probabilities(some).float().cpu()
        answers = sure.argmax(dim=1)
        key = kept.key("signatures", {"classifier": classifier.fingerprint, **told}, some, answers) if kept else ""
        known = kept.get(key) if kept else None
        found = explainer(classifier, some, answers, seed=seed).values if known is None else known["maps"]
        if kept and known is None:
            kept.put(key, {"maps": found})
        counts["made" if known is None or (kept and kept.counts_as_made(key)) else "taken"] += len(some)
        maps.append(found)
        probabilities.append(sure)
        if on_done is not None:
            on_done(sum(counts.values()), len(images))
    evidence = Evidence(images, torch.cat(probabilities), torch.cat(maps))
    seconds = time.perf_counter() - begun
    return Signatures(evidence, evidence.probabilities.argmax(dim=1), seconds=seconds, **counts)
