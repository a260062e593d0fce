"""The gallery of pictures that ships with the project, and any picture by its name, uploaded ones too."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import torch
from torch import Tensor

from core.base.paths import SAMPLES
from core.contracts.classifier import Classifier
from core.images.picture import Picture, fit, read_picture
from core.images.uploads import is_upload, uploaded

TITLES = MappingProxyType(
    {
        "cifar10": "CIFAR-10: small colour pictures of ten kinds of thing",
        "cifar100": "CIFAR-100: small colour pictures of a hundred kinds of thing",
        "mnist": "MNIST: handwritten digits",
        "photographs": "Photographs, labelled with ImageNet's 1000 classes",
    }
)
_SAMPLE = re.compile(rf"({'|'.join(TITLES)})/[0-9a-z]{{4,16}}")


@dataclass(frozen=True)
class Sample:
    """One gallery picture: `id` such as "cifar10/0007", `label` in words, `index` its class, `credit` in one line."""

    id: str
    set: str
    label: str
    index: int | None
    path: Path
    credit: str = ""


def galleries() -> Mapping[str, str]:
    """The sets of the gallery: name -> title."""
    return TITLES


@lru_cache(maxsize=8)
def gallery(name: str) -> tuple[Sample, ...]:
    """The samples of one set, in order of file name; ValueError if there is no such set."""
    if name not in TITLES:
        raise ValueError(f"there is no gallery {name!r}; there are {', '.join(TITLES)}")
    folder = SAMPLES / name
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["file"])
    return tuple(
        Sample(
            id=f"{name}/{Path(row['file']).stem}",
            set=name,
            label=row["label"],
            index=int(row["index"]) if row["index"] else None,
            path=folder / row["file"],
            credit=", ".join(row[part] for part in ("author", "licence", "source") if row[part]),
        )
        for row in rows
    )


def sample(image_id: str) -> Sample | None:
    """The gallery picture of that id, None for an upload; ValueError if there is none."""
    if is_upload(image_id):
        return None
    if _SAMPLE.fullmatch(image_id):
        for each in gallery(image_id.partition("/")[0]):
            if each.id == image_id:
                return each
    raise ValueError("there is no picture of that name in the gallery")


def index_of(found: Sample, labels: Sequence[str], samples: str) -> int | None:
    """The class of a gallery picture for a model whose gallery is `samples`, by its name; None where there is none.

    A model of one's own may have other classes under the same numbers. Of two classes of one name, the number decides.

    >>> airplane = Sample("cifar10/0003", "cifar10", "airplane", 0, Path())
    >>> [index_of(airplane, labels, "cifar10") for labels in (("cat", "Airplane"), ("cat", "dog"), ("airplane",) * 2)]
    [1, None, 0]
    """
    if found.set != samples or found.index is None:
        return None
    places = [place for place, label in enumerate(labels) if label.lower() == found.label.lower()]
    return places[0] if len(places) == 1 else found.index if found.index in places else None


def stored_picture(image_id: str) -> Picture:
    """The picture called "cifar10/0007" or "upload/0123456789abcdef"; ValueError in a sentence if it is not there."""
    if found := sample(image_id):
        return read_picture(found.path.read_bytes(), found.path.name)
    return uploaded(image_id)


def sample_images(classifier: Classifier, count: int) -> Tensor:
    """Up to `count` gallery pictures, fitted to the classifier: (n, C, H, W), always the same, spread over the set."""
    if count < 1:
        raise ValueError(f"expected at least one picture, got {count}")
    if not classifier.samples:
        raise ValueError(f"there are no sample pictures for {classifier.key or 'this classifier'}")
    samples = gallery(classifier.samples)
    count = min(count, len(samples))
    chosen = [samples[index * len(samples) // count] for index in range(count)]
    return torch.stack([fit(stored_picture(each.id), classifier) for each in chosen])
