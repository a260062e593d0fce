"""What experts marked on saved cases, as a set of marked images that a model can be refined by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.casebook.answers import ExpertAnswer, answers_of
from core.casebook.casebook import Casebook
from core.casebook.folded import folded
from core.casebook.mask_png import read_mask
from core.casebook.records import SavedCase
from core.compare.comparison import Comparison
from core.contracts.classifier import spelt
from core.images.samples import sample
from core.spurious.marked_images import MarkedImages
from core.study.study import Study


@dataclass(frozen=True, eq=False)
class Gathered:
    """The set, in a sentence each why a case is not in it, and how many of its pictures are known to be test images.

    A model that has learnt from test images must not be judged on them.
    """

    found: MarkedImages | None
    left_out: tuple[str, ...]
    of_test: int = 0


def latest(answers: Iterable[ExpertAnswer]) -> list[ExpertAnswer]:
    """The last answer of each expert that marks anything, by the order of their first ones; names in any case."""
    marking = [each for each in answers if each.relevant is not None or each.spurious is not None]
    return list({each.person or folded(each.expert): each for each in marking}.values())


def by_half(answers: Sequence[ExpertAnswer], height: int, width: int) -> tuple[Tensor, Tensor]:
    """(relevant, spurious), each (H, W) bool: the pixels that at least half of those who answer have marked so.

    A pixel that is both by half of them each is neither. ValueError if a mark is of another size, or damaged.
    """
    totals = np.zeros((2, height, width))
    for answer in answers:
        if (answer.height, answer.width) != (height, width):
            raise ValueError("it was marked on a picture of another size")
        for total, raw in zip(totals, (answer.relevant, answer.spurious), strict=True):
            if raw is not None:
                total += read_mask(raw, height, width)
    marked = torch.from_numpy(2 * totals >= max(1, len(answers)))
    twice = marked[0] & marked[1]
    return marked[0] & ~twice, marked[1] & ~twice


def gather(casebook: Casebook, uids: Iterable[str], title: str = "", labels: dict[str, str] | None = None) -> Gathered:
    """The marked cases among `uids` as one set: the originals as the model saw them, with their classes.

    A case's class is what `labels` says by uid, else its label, else what the model answered on the original. All are
    of the size and the classes of the first one's model; cases of others, without marks or that cannot be read are left
    out, and told.
    """
    images, places = list[Tensor](), list[int]()
    marks, left = list[tuple[Tensor, Tensor]](), list[str]()
    classes, of_test = tuple[str, ...](), 0
    for uid in dict.fromkeys(uids):
        case = casebook.get(uid)
        try:
            study = _study(casebook.load(uid))
            answers = latest(answers_of(casebook, uid))
            if not answers:
                raise ValueError("nobody has marked anything on it")
            if images and (study.original.shape != images[0].shape or study.labels != classes):
                raise ValueError("its model takes other pictures or knows other classes than that of the first case")
            relevant, spurious = by_half(answers, *study.original.shape[1:])
            if not (relevant | spurious).any():
                raise ValueError("no pixel is marked by at least half of the experts")
            named = (labels or {}).get(uid) or case.label or case.answer_before
            if spelt([named])[0] not in spelt(study.labels):
                raise ValueError(f"its class, {named!r}, is none of the model's")
        except (ValueError, OSError) as error:
            left.append(f"{case.title}: {error}")
            continue
        classes, of_test = study.labels, of_test + is_test(case)
        images.append(study.original)
        places.append(spelt(classes).index(spelt([named])[0]))
        marks.append((relevant, spurious))
    if not images:
        return Gathered(None, tuple(left))
    relevant, spurious = (torch.stack(each) for each in zip(*marks, strict=True))
    pixels = (255 * torch.stack(images)).round().to(torch.uint8)
    named = f"{title} ({of_test} test images)" if of_test else title
    made = MarkedImages(pixels, torch.tensor(places), relevant, spurious, classes, named)
    return Gathered(made, tuple(left), of_test)


def is_test(case: SavedCase) -> bool:
    """Whether its picture is known to be a test image: one of the gallery, or drawn from a data set's test split."""
    if " test image " in case.image_name:
        return True
    try:
        return sample(case.image) is not None
    except ValueError:
        return False


def _study(contents: Study | Comparison) -> Study:
    """The study whose picture was marked: of a comparison that of the model before."""
    return contents.studies["before"] if isinstance(contents, Comparison) else contents
