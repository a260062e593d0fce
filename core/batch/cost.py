"""What a batch leaves on the disk, told before it begins: at most, as maps and noise are stored without loss."""

import math

from core.batch.request import BatchRequest

VALUE = 4  # bytes
MANIFEST = 20_000  # bytes of a case beside its arrays, of a few classes


def bytes_of(asked: BatchRequest, size: tuple[int, int, int], classes: int = 10) -> int:
    """At most so many bytes for the studies of all pictures, for a classifier of images (C, H, W).

    >>> from core.base.params import to_spec
    >>> from core.attacks.fgsm import FGSM
    >>> asked = BatchRequest("a", to_spec(FGSM()), data="mnist", count=10, controls=3)
    >>> bytes_of(asked, (1, 28, 28)) - 10 * (MANIFEST + 900)  # ten times five images of 784 values, no maps
    156800
    """
    channels, height, width = size
    images = (2 + asked.controls) * channels
    maps = 0
    for each in asked.chosen_explainers():
        maps += 3 + asked.controls * (2 if each.random else 1) + (2 * channels if each.pictured else 0)
    probabilities = 3 * 30 * classes  # before, after, saved, as text
    return asked.count * (VALUE * (images + maps) * height * width + MANIFEST + probabilities)


def in_words(size: float) -> str:
    """A number of bytes.

    >>> [in_words(each) for each in (20_000, 3_400_000, 1_700_000_000)]
    ['1 MB', '4 MB', '1.7 GB']
    """
    return f"{math.ceil(size / 10**6)} MB" if size < 10**9 else f"{size / 10**9:.1f} GB"
