"""The gallery begins with pictures that tell a story, and what is told is what the classifiers answer today."""

import json

import pytest

from core.attacks.pgd import PGD
from core.catalog import load_classifier
from core.images.picture import fit
from core.images.samples import gallery, index_of, sample, stored_picture
from core.images.stories import FIRST_GALLERY, MODELS, STORIES, TWINS, Story, first_picture, in_order, stories
from core.study.attack_record import attack

TOLD = [(name, story) for name in MODELS for story in stories(name)]
ASKED = [(name, story) for name, story in TOLD if name != FIRST_GALLERY or story.image == first_picture()]


@pytest.mark.parametrize("name", list(MODELS))
def test_the_first_row_tells_every_kind_there_is(name: str) -> None:
    told = stories(name)
    kinds = [story.kind for story in told]
    assert len(told) == 6
    assert kinds[0] == "falls"
    assert "wrong" in kinds
    assert ("holds" in kinds) == (name == "mnist")
    assert ("twin" in kinds) == (name in TWINS)
    shown = in_order(name)
    assert [each.id for each in shown[:6]] == [story.image for story in told]
    assert sorted(each.id for each in shown) == [each.id for each in gallery(name)]
    assert len({each.index for each in shown[:6]}) == 6, "six kinds of thing"
    assert json.loads(STORIES.read_text())["galleries"][name]["model"] == MODELS[name]


@pytest.mark.parametrize(("name", "story"), ASKED, ids=lambda value: value.image if isinstance(value, Story) else value)
def test_what_is_told_happens(name: str, story: Story) -> None:
    """Every small picture and digit, and of the photographs the first, for an attack on one takes seconds."""
    classifier = load_classifier(MODELS[name])
    image = fit(stored_picture(story.image), classifier)
    found = attack(classifier, PGD(eps=story.eps), image)
    for prediction, (label, probability) in ((found.before, story.before), (found.after, story.after)):
        assert classifier.labels[prediction.top] == label
        assert prediction[prediction.top] == pytest.approx(probability, abs=0.05)
    shipped = sample(story.image)
    assert shipped is not None
    right = found.before.top == index_of(shipped, classifier.labels, name)
    assert right == (story.kind != "wrong")
    assert found.fooled == (story.kind != "holds")
    if story.kind in ("falls", "twin"):
        assert found.survives
        assert min(story.before[1], story.after[1]) >= 0.9
    if story.twin is not None:
        twin = load_classifier(TWINS[name])
        theirs = attack(twin, PGD(eps=story.eps), fit(stored_picture(story.image), twin))
        assert not theirs.fooled
        assert twin.labels[theirs.after.top] == story.twin[0] == story.before[0]


def test_what_is_no_gallery_begins_with_the_first_photograph() -> None:
    assert stories("upload") == ()
    assert first_picture("upload") == first_picture("") == first_picture(FIRST_GALLERY)
    assert first_picture().startswith("photographs/")
