"""Whether a training has learnt anything: its weights against always naming the most frequent class."""

from collections.abc import Mapping
from typing import Any, TypeGuard

import torch

from core.base.proportion import Proportion
from core.contracts.interfaces import Images


def guessing(data: Images) -> float:
    """The share of the images that always naming their most frequent label gets right; 0.0 without images.

    >>> guessing(Images(torch.zeros(4, 1, 1, 1), torch.tensor([0, 2, 2, 1]), ("a", "b", "c")))
    0.5
    """
    return torch.bincount(data.labels.cpu()).max().item() / len(data) if len(data) else 0.0


def collapsed(result: Mapping[str, Any]) -> str:
    """A sentence if the weights that a run kept do no better than guessing on its held-out images, else "".

    result: what the task `refine` found, with `held`, `averaged`, `judged` (how many images) and `guess`.

    >>> collapsed({"held": {"clean": 0.3}, "averaged": False, "judged": 1000, "guess": 0.11})
    ''
    >>> collapsed({"held": {"clean": 0.103}, "averaged": False, "judged": 1000, "guess": 0.112})
    'On the held-out images this is no better than always naming the most frequent class (11.2 %): nothing...'
    >>> collapsed({"held": {"clean": 31 / 300}, "averaged": False, "judged": 300, "guess": 0.1033})  # 31 of 300
    'On the held-out images this is no better than always naming the most frequent class (10.3 %): nothing...'
    """
    clean, guess, _ = _told(result)
    if clean is None or guess is None or clean > guess:
        return ""
    return (
        f"On the held-out images this is no better than always naming the most frequent class ({100 * guess:.1f} %): "
        "nothing usable was learnt. A lower learning rate often helps."
    )


def doubtful(result: Mapping[str, Any]) -> str:
    """A sentence if those weights do better than guessing by no more than chance allows, else "": see `collapsed`.

    >>> doubtful({"held": {"clean": 0.92}, "averaged": False, "judged": 250, "guess": 0.9})
    'Always naming the most frequent class is right on 90.0 %: on 250 images that cannot be told from what was learnt.'
    >>> doubtful({"held": {"clean": 0.3}, "averaged": False, "judged": 1000, "guess": 0.11})
    ''
    """
    clean, guess, count = _told(result)
    if clean is None or guess is None or clean <= guess or Proportion(round(clean * count), count).interval[0] > guess:
        return ""
    return (
        f"Always naming the most frequent class is right on {100 * guess:.1f} %: on {count:,} images that cannot be "
        "told from what was learnt."
    )


def _told(result: Mapping[str, Any]) -> tuple[float | None, float | None, int]:
    """Share right of the weights kept, that of guessing, and on how many images; no shares where there are none."""
    held = result.get("held")
    clean = held.get("clean_average" if result.get("averaged") else "clean") if isinstance(held, Mapping) else None
    count, guess = result.get("judged"), result.get("guess")
    if not isinstance(count, int) or count < 1 or not _share(guess) or not (clean is None or _share(clean)):
        return None, None, 0  # a result may come from elsewhere
    return clean, round(guess * count) / count, count  # older results have it to four digits


def _share(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
