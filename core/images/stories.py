"""The gallery pictures that tell a story, measured on the model that their gallery begins with, and their order.

`assets/samples/stories.json` holds them; `python -m core.recipes.gallery_stories` measures every picture and writes it.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from core.base.paths import SAMPLES
from core.images.samples import Sample, gallery

Kind = Literal["falls", "holds", "twin", "wrong"]
Answer = tuple[str, float]  # a class in words, and its probability

STORIES = SAMPLES / "stories.json"
FIRST_GALLERY = "photographs"
MODELS = MappingProxyType(
    {
        "photographs": "imagenet_efficientnet_lite0",
        "cifar10": "cifar10_resnet20:standard",
        "cifar100": "cifar100_resnet20:standard",
        "mnist": "mnist_cnn:standard",
    }
)  # gallery -> the classifier that it begins with
TWINS = MappingProxyType(  # asked where that classifier holds on nothing
    {"cifar10": "cifar10_resnet20:adversarial", "cifar100": "cifar100_resnet20:lime_guided"}
)


@dataclass(frozen=True)
class Story:
    """What happens to one gallery picture, attacked by PGD with at most `eps` a pixel.

    kind: "falls" (right, sure, and fooled, also once saved in 8 bits), "holds" (right, and still right under attack),
    "twin" (the same as falls, while the robust twin holds: `twin` is its answer under attack), "wrong" (wrong before
    any attack). before, after: what the classifier answers to the original and to the attacked image.
    """

    image: str
    kind: Kind
    eps: float
    before: Answer
    after: Answer
    twin: Answer | None = None


@lru_cache(maxsize=1)
def _stories() -> dict[str, tuple[Story, ...]]:
    found = json.loads(STORIES.read_text(encoding="utf-8"))["galleries"]
    return {name: tuple(_story(each, entry["attack"]["eps"]) for each in entry["stories"])
            for name, entry in found.items()}  # fmt: skip


def _story(entry: dict[str, object], eps: float) -> Story:
    answers = {name: tuple(value) for name, value in entry.items() if isinstance(value, list)}
    return Story(str(entry["image"]), entry["kind"], eps, **answers)  # type: ignore[arg-type]


def stories(name: str) -> tuple[Story, ...]:
    """The stories of a gallery, in the order in which they are shown; none for what is no gallery."""
    return _stories().get(name, ())


def first_picture(name: str = FIRST_GALLERY) -> str:
    """The id of the picture that a gallery begins with, which falls; that of the photographs for any other name."""
    return (stories(name) or stories(FIRST_GALLERY))[0].image


def first_to_compare(name: str) -> str:
    """The id of the gallery picture that two models are compared on first: where a robust twin holds, if told."""
    twins = [story.image for story in stories(name) if story.kind == "twin"]
    return twins[0] if twins else gallery(name)[0].id


def in_order(name: str) -> tuple[Sample, ...]:
    """The samples of a gallery as they are shown: those with a story first, the rest by file name."""
    told = [story.image for story in stories(name)]
    rest = len(told)
    return tuple(sorted(gallery(name), key=lambda each: told.index(each.id) if each.id in told else rest))
