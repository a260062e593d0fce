"""The pictures of a batch, one by one: those of a collection, or test images drawn from a data set."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from core.base.atomic_files import write_whole
from core.base.cancellation import Progress
from core.batch.collection import Item, kept
from core.batch.places import picture_file
from core.batch.request import BatchRequest
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.data.by_name import data_names, load_data
from core.data.class_spelling import same_names
from core.data.fit import joined
from core.images.picture import Picture, read_picture, to_png
from core.images.samples import stored_picture
from core.images.uploads import upload_id


@dataclass(frozen=True)
class Source:
    """What a row is made of: a name, the true class if known, and why it cannot be used, or "".

    read: gives what it is called as an upload, and its pixels; ValueError in a sentence where it cannot be read.
    """

    name: str
    read: Callable[[], tuple[str, Picture]]
    label: int | None = None
    folder: str = ""
    reason: str = ""


def sources(
    asked: BatchRequest, classifier: Classifier, run: Path, progress: Progress
) -> tuple[list[Source], Sequence[str], Images | str]:
    """All of them in order, notes, and what they are drawn from: images, or the collection's name, which tells its
    content. ValueError or OSError in one sentence if they cannot be had at all."""
    if asked.collection:
        whole = kept(asked.collection)
        return [_gathered(item, classifier) for item in whole.items], whole.notes, asked.collection
    data = load_data(asked.data, "test", size=classifier.size, progress=progress, fingerprint=asked.data_fingerprint)
    data = joined(classifier, data)
    title = data_names().get(asked.data, Path(asked.data).name)
    found = [_drawn(data, place, title, run) for place in drawn(len(data), asked.count, asked.draw_seed)]
    return found, data.notes, data


def drawn(total: int, count: int, seed: int) -> list[int]:
    """`count` places of `total`, drawn by the seed and sorted; all if there are no more.

    >>> drawn(5, 9, 0), len(drawn(100, 7, 3)), drawn(100, 7, 3) == drawn(100, 7, 4)
    ([0, 1, 2, 3, 4], 7, False)
    """
    order = torch.randperm(total, generator=torch.Generator().manual_seed(seed))
    return sorted(order[:count].tolist())


def class_of(folder: str, labels: Sequence[str]) -> int | None:
    """The class that a folder is named after; None where there is none, or more than one.

    >>> class_of("3", ["digit 0", "digit 3"]), class_of("Cat", ["dog", "cat"]), class_of("scans", ["dog", "cat"])
    (1, 1, None)
    """
    return same_names([folder], labels)[0] if folder else None


def _gathered(item: Item, classifier: Classifier) -> Source:
    def read() -> tuple[str, Picture]:
        try:
            return item.image, stored_picture(item.image)
        except OSError as error:
            raise ValueError(f"it cannot be read: {error.strerror or error}") from error

    return Source(item.name, read, class_of(item.folder, classifier.labels), item.folder, item.reason)


def _drawn(data: Images, place: int, title: str, run: Path) -> Source:
    label = int(data.labels[place])
    name = f"{title} test image {place} ({data.classes[label]}).png"

    def read() -> tuple[str, Picture]:
        raw = to_png(data.images[place].float() / 255)
        picture = read_picture(raw, name)
        image = upload_id(picture)
        write_whole(picture_file(run, image), raw)
        return image, picture

    return Source(name, read, label)
