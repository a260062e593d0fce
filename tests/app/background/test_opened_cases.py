"""What is opened as a case is shown as it is to who opened it: an import, and where people sign in, to nobody else."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from app.background.comparisons import Comparisons
from app.background.studies import Studies
from core.access.acting import acting_as
from core.access.person import LOCAL, Person
from core.attacks.pgd import PGD
from core.compare.comparison import Comparison, Pair, Side
from core.compare.one_image import compare
from core.contracts.classifier import Classifier
from core.explainers.grad_cam_pp import GradCAMPP
from core.study.study import Study
from tests.app.background.test_comparisons import awaited, toy
from tests.app.background.test_studies import ended
from tests.core.access.people import BELA, EMMA

IMAGE = torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(0))
MODELS: dict[Side, Classifier] = {"before": toy(0), "after": toy(1)}
PAIR = Pair("toy/1", "one", "two", PGD(steps=4), (GradCAMPP(),), controls=1)
CASE, MODEL = PAIR.case("before"), MODELS["before"]


@pytest.fixture(scope="module")
def forged() -> Comparison:
    """Studies and crossings that say what nothing has computed."""
    truly = compare(PAIR, MODELS["before"], MODELS["after"], IMAGE)
    studies = {side: replace(each, versions={"forged": "1"}) for side, each in truly.studies.items()}
    crossings = {
        side: replace(each, maps={key: torch.full_like(values, 9) for key, values in each.maps.items()})
        for side, each in truly.crossings.items()
    }
    return Comparison(PAIR, studies, crossings)


def is_forged(study: Study) -> bool:
    return "forged" in study.versions


@pytest.mark.parametrize("imported", [True, False])
def test_where_people_sign_in_it_is_found_by_who_opened_it_alone(
    home: Path, forged: Comparison, imported: bool
) -> None:
    desk = Studies()
    with acting_as(BELA):
        desk.restore(forged.studies["before"], imported)
        found = desk.find(CASE, MODEL)
        assert found is not None
        assert is_forged(found.study)
        assert desk.imported(found.study) == imported, "saved again, it is told apart"
        assert desk.start(CASE, MODEL, IMAGE, "") is found, "it is whole, so nothing is computed"
    assert not (home / "cases").exists(), "nothing of it is kept where all look"
    for person in (EMMA, LOCAL):
        with acting_as(person):
            assert desk.find(CASE, MODEL) is None
            assert not desk.imported(forged.studies["before"])
    with acting_as(EMMA):
        computed = ended(desk.start(CASE, MODEL, IMAGE, "")).study
        assert not is_forged(computed)
        assert desk.find(CASE, MODEL).study is computed  # type: ignore[union-attr]
    with acting_as(BELA):
        assert is_forged(desk.find(CASE, MODEL).study), "what was opened is shown as it was"  # type: ignore[union-attr]
    with acting_as(LOCAL):
        assert not is_forged(Studies().find(CASE, MODEL).study), "nor on the disk"  # type: ignore[union-attr]


def test_nothing_goes_on_from_it(home: Path, forged: Comparison) -> None:
    """Neither what lacks a map nor a like case takes anything over from it."""
    desk = Studies()
    with acting_as(BELA):
        desk.restore(replace(forged.studies["before"], maps={}, measured={}), True)
        assert not is_forged(ended(desk.start(CASE, MODEL, IMAGE, "")).study)
        assert not is_forged(desk.find(CASE, MODEL).study)  # type: ignore[union-attr]
    desk = Studies()
    wrong = replace(forged.studies["before"], noise_answers=(77,))
    with acting_as(BELA):
        desk.restore(wrong, True)
        like = replace(CASE, explained="original")
        assert ended(desk.start(like, MODEL, IMAGE, "")).study.noise_answers != (77,)


def test_without_sign_in_an_import_is_shown_as_it_was_and_kept_apart(home: Path, forged: Comparison) -> None:
    desk = Studies()
    truly = ended(desk.start(CASE, MODEL, IMAGE, "")).study
    desk.restore(forged.studies["before"], True)
    assert is_forged(desk.find(CASE, MODEL).study)  # type: ignore[union-attr]
    assert Studies().find(CASE, MODEL).study.versions == truly.versions  # type: ignore[union-attr]
    desk.restore(truly)
    assert not is_forged(desk.find(CASE, MODEL).study)  # type: ignore[union-attr]


def test_without_sign_in_what_was_saved_here_is_kept_as_before(home: Path, forged: Comparison) -> None:
    desk = Studies()
    desk.restore(forged.studies["before"])
    assert is_forged(Studies().find(CASE, MODEL).study)  # type: ignore[union-attr]


@pytest.mark.parametrize(("opener", "imported"), [(BELA, False), (BELA, True), (LOCAL, True)])
def test_what_each_made_of_the_others_image_is_shown_to_them_alone(
    home: Path, forged: Comparison, opener: Person, imported: bool
) -> None:
    comparisons = Comparisons(Studies())
    with acting_as(opener):
        comparisons.restore(forged, imported)
        mine = awaited(comparisons, PAIR, MODELS)
        assert forged_maps(mine.comparison)
        again = replace(forged, crossings={side: replace(each, maps={}) for side, each in forged.crossings.items()})
        comparisons.restore(again, imported)
        assert not forged_maps(awaited(comparisons, PAIR, MODELS).comparison), "the case that is opened, not the last"
        comparisons.restore(forged, imported)
        assert forged_maps(awaited(comparisons, PAIR, MODELS).comparison)
    with acting_as(EMMA):
        assert comparisons.find(PAIR, MODELS, None) is None
        comparisons.start(PAIR, MODELS, IMAGE, "", None)
        theirs = awaited(comparisons, PAIR, MODELS).comparison
        assert not forged_maps(theirs)
        assert not any(map(is_forged, theirs.studies.values()))


def forged_maps(comparison: Comparison) -> bool:
    return any(bool((values == 9).all()) for each in comparison.crossings.values() for values in each.maps.values())
