"""The tiles of a gallery, and what the first of them tell in a hover text."""

from collections.abc import Callable

from core.base.units import in_255ths
from core.images.stories import Answer, Story, in_order, stories
from core.study.words import percent

KINDS = {
    "falls": ("fooled", "fooled"),
    "twin": ("held", "its robust twin holds"),
    "holds": ("held", "holds"),
    "wrong": ("wrong", "wrong from the start"),
}  # kind of a story -> the class of its mark in gallery.css, and what the legend says


def tiles(name: str, model: str, thumbnail: Callable[[str], str]) -> list[dict[str, str]]:
    """Id, label and thumbnail of every sample of a gallery; of those with a story also that, and the kind of its mark.

    model: what people call the classifier that the gallery begins with; thumbnail: id -> address.
    """
    told = {story.image: story for story in stories(name)}
    made = []
    for each in in_order(name):
        tile = {"id": each.id, "label": each.label, "src": thumbnail(each.id)}
        if story := told.get(each.id):
            tile |= {"story": story_words(story, each.label, model), "mark": KINDS[story.kind][0]}
        made.append(tile)
    return made


def marks(name: str) -> list[dict[str, str]]:
    """The legend of a gallery's marks: kind and words."""
    kinds = {story.kind: KINDS[story.kind] for story in stories(name)}
    return [{"kind": kind, "words": words} for kind, words in kinds.values()]


def story_words(story: Story, label: str, model: str) -> str:
    """The story in plain sentences. label: of the picture; model: the title of the one on which it was measured.

    >>> story_words(Story("mnist/0001", "holds", 0.2, ("digit 2", 1.0), ("digit 2", 0.83)), "digit 2", "Ordinary")
    'digit 2, > 99 %: right. After a change of at most 51/255 per pixel: still digit 2, 83 %. (Ordinary)'
    """
    if story.kind == "wrong":
        return f"{_said(story.before)}: wrong before any attack, for it is labelled {label}. ({model})"
    changed = f"After a change of at most {in_255ths(story.eps)} per pixel"
    told = f"{_said(story.before)}: right. {changed}: {'still ' if story.kind == 'holds' else ''}{_said(story.after)}."
    twin = f" Its robust twin, attacked as much: still {_said(story.twin)}." if story.twin else ""
    return f"{told}{twin} ({model})"


def _said(answer: Answer) -> str:
    return f"{answer[0]}, {percent(answer[1])}"
