"""The source images of a study: answered right, drawn by a seed, in three sets that share no picture."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from core.contracts.batch import stream
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.detection.request import DetectionRequest
from core.detection.source_split import source_sets

AT_ONCE = 256  # images the classifier is asked about
SPARE = 1.1  # as some pictures stand in the data twice


@dataclass(frozen=True, eq=False)
class Sources:
    """Originals that are answered right: `places` (N,) in a split of the data, images (N, C, H, W) and labels (N,)."""

    places: Tensor
    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)


def right_places(
    classifier: Classifier, data: Images, count: int, seed: int, on_done: Callable[[int, int], None] | None = None
) -> Tensor:
    """(M,) the places of the first `count` images that the classifier answers right, in an order drawn by `seed`.

    Fewer if there are no more.
    """
    order = torch.randperm(len(data), generator=torch.Generator().manual_seed(stream(seed, "right answers")))
    kept: list[Tensor] = []
    found = 0
    for places in torch.split(order, AT_ONCE):
        answers = classifier.probabilities(data.images[places].float() / 255).argmax(dim=1).cpu()
        kept.append(places[answers == data.labels[places]])
        found += len(kept[-1])
        if on_done is not None:
            on_done(min(found, count), count)
        if found >= count:
            break
    return torch.cat(kept)[:count] if kept else order


def sources_of(
    classifier: Classifier, learn: Images, test: Images, asked: DetectionRequest,
    on_done: Callable[[int, int], None] | None = None,
) -> dict[str, Sources]:  # fmt: skip
    """learning, calibration and testing: the first two of `learn`, the last of `test`; these may be the same images.

    ValueError in one sentence if there are too few that are answered right.
    """
    mine, theirs = asked.learning + asked.calibration, asked.testing
    same = learn is test
    wanted = int(SPARE * (mine + (theirs if same else 0))) + 50
    first = right_places(classifier, learn, wanted, asked.seed, on_done)
    second = first if same else right_places(classifier, test, int(SPARE * theirs) + 50, asked.seed, on_done)
    try:
        sets = source_sets(
            learn.images[first], None if same else test.images[second], learning=asked.learning,
            calibration=asked.calibration, testing=asked.testing, seed=asked.seed,
        )  # fmt: skip
    except ValueError as error:
        raise ValueError(f"{error}; only images that the model answers right count") from error
    return {
        "learning": _taken(learn, first[sets.learning]), "calibration": _taken(learn, first[sets.calibration]),
        "testing": _taken(test, second[sets.testing]),
    }  # fmt: skip


def _taken(data: Images, places: Tensor) -> Sources:
    return Sources(places, data.images[places].float() / 255, data.labels[places])
