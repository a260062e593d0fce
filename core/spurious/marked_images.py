"""Images on which somebody has marked what should matter and what should not: a set of them is one .npz file.

A set made on this machine is called by the first 16 digits of the sha256 of what is in it, so that a name means the
same images for ever; sets that come with the project have names of their own. Nothing is unpickled.
"""

import hashlib
import re
from dataclasses import dataclass, fields
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.access.belonging import belonging, is_visible
from core.base.atomic_files import write_whole
from core.base.paths import ASSETS, folder, home
from core.base.plain_line import plain_line
from core.contracts.classifier import Classifier, spelt
from core.spurious.mask_files import MOST_BYTES, stored_arrays

PACKAGED = ASSETS / "marked"
NAME = re.compile(r"[a-z0-9_]{1,60}")
MOST = 10_000  # images of a set


@dataclass(frozen=True, eq=False)
class MarkedImages:
    """images: uint8 (n, C, H, W); labels: int64 (n,), places in `classes`; relevant, spurious: bool (n, H, W), True
    where somebody says that a pixel should matter, and that it should not. Neither need be marked.

    ValueError in one sentence if they do not fit one another.
    """

    images: Tensor
    labels: Tensor
    relevant: Tensor
    spurious: Tensor
    classes: tuple[str, ...]
    title: str = ""

    def __post_init__(self) -> None:
        count, shape = len(self.images), self.images.shape
        kinds = self.images.dtype == torch.uint8 and self.relevant.dtype == self.spurious.dtype == torch.bool
        if self.images.ndim != 4 or not 0 < count <= MOST or shape[1] not in (1, 3) or not kinds:
            raise ValueError("expected marked images of bytes, grey or in colour, and at least one")
        if self.images.numel() > MOST_BYTES:
            raise ValueError(f"the marked images take {self.images.numel() / 1e6:.0f} MB, a set at most "
                             f"{MOST_BYTES / 1e6:.0f} MB; take fewer")  # fmt: skip
        if self.relevant.shape != (count, *shape[2:]) or self.spurious.shape != self.relevant.shape:
            raise ValueError("expected as many marks as images, and of their size")
        if self.labels.shape != (count,) or self.labels.dtype != torch.int64:
            raise ValueError("expected one class number for each marked image")
        if int(self.labels.min()) < 0 or int(self.labels.max()) >= len(self.classes):
            raise ValueError(f"expected classes from 0 to {len(self.classes) - 1} of the marked images")

    def __len__(self) -> int:
        return len(self.labels)

    def misfit(self, classifier: Classifier) -> str:
        """Why they are not for this classifier, in one sentence; "" if they are."""
        if (size := tuple(self.images.shape[1:])) != classifier.size:
            sizes = [" x ".join(map(str, each)) for each in (size, classifier.size)]
            return f"the marked pictures are of {sizes[0]} pixels, this model takes {sizes[1]}"
        known = spelt(classifier.labels)
        strange = [each for each in self.classes if spelt([each])[0] not in known]
        return f"this model has no class {strange[0]!r}, which the marked pictures have" if strange else ""

    def labels_of(self, classifier: Classifier) -> Tensor:
        """(n,) the same classes by the classifier's numbers, found by their names."""
        known = spelt(classifier.labels)
        return torch.tensor([known.index(each) for each in spelt(self.classes)])[self.labels]

    @property
    def to_ignore(self) -> Tensor:
        """(n, H, W) bool: what was marked as spurious; where nothing was, all but what was marked as relevant.

        Empty where nothing is marked at all.

        >>> none, some = torch.zeros(1, 1, 2).bool(), torch.tensor([[[True, False]]])
        >>> pixel = torch.zeros(1, 1, 1, 2, dtype=torch.uint8)
        >>> for relevant, spurious in ((none, some), (some, none), (some, some), (none, none)):
        ...     MarkedImages(pixel, torch.tensor([0]), relevant, spurious, ("a",)).to_ignore.flatten().tolist()
        [True, False]
        [False, True]
        [True, False]
        [False, False]
        """
        marked, supported = (each.flatten(1).any(dim=1).view(-1, 1, 1) for each in (self.spurious, self.relevant))
        return torch.where(marked, self.spurious, ~self.relevant & supported)


def keep(found: MarkedImages) -> str:
    """Write a set into the user's folder and return its name; the same set twice is one file. OSError."""
    raw = packed(found)
    name = hashlib.sha256(raw).hexdigest()[:16]
    path = folder("marked") / f"{name}.npz"
    belonging("marked", name).claim(there=path.is_file())
    write_whole(path, raw)
    return name


def packed(found: MarkedImages) -> bytes:
    """The file of a set: the same bytes for the same set."""
    arrays = {name: getattr(found, name).numpy() for name in ("images", "labels", "relevant", "spurious")}
    words = {"classes": np.array(found.classes, dtype=np.str_), "title": np.array([plain_line(found.title, 200)])}
    file = BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays, **words)
    return file.getvalue()


def place(name: str) -> Path:
    """The file of a set; ValueError in one sentence if there is none."""
    for directory in (PACKAGED, *([home() / "marked"] if NAME.fullmatch(name) and is_visible("marked", name) else [])):
        if NAME.fullmatch(name) and (directory / f"{name}.npz").is_file():
            return directory / f"{name}.npz"
    raise ValueError(f"there are no marked images called {plain_line(name, 60)!r} on this machine")


def load_marked(name: str) -> MarkedImages:
    """The set of that name; ValueError in one sentence if there is none, or its file is damaged or not what it was."""
    return _loaded(place(name), name)


@lru_cache(maxsize=4)
def _loaded(path: Path, name: str) -> MarkedImages:
    found = read_marked(path)
    if path.parent != PACKAGED and hashlib.sha256(path.read_bytes()).hexdigest()[:16] != name:
        raise ValueError(f"{path.name} is not the file that was written there: its images or marks have changed")
    return found


def read_marked(path: Path) -> MarkedImages:
    """What `packed` made; ValueError in one sentence if it is something else, OSError if it cannot be read."""
    found = stored_arrays(path, [entry.name for entry in fields(MarkedImages)])
    words = {name: [str(each) for each in found.pop(name).ravel()[:MOST]] for name in ("classes", "title")}
    tensors = {name: torch.from_numpy(values.copy()) for name, values in found.items() if values.dtype.kind in "uib"}
    if len(tensors) < len(found):
        raise ValueError(f"{path.name} holds no marked images that can be read")
    return MarkedImages(**tensors, classes=tuple(words["classes"]), title=plain_line(" ".join(words["title"]), 200))
