"""A saved case that is damaged, in whatever way, is computed anew and replaced; a full disk costs no whole one."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.background import saved_cases
from app.background.saved_cases import from_disk, to_disk
from app.background.studies import Studies
from core.study.study import Study
from tests.app.background.test_studies import CASE, IMAGE, ended, model

__all__ = ["model"]


def text(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda place: (place / name).write_bytes(change((place / name).read_bytes()))


def folder_instead(name: str) -> Callable[[Path], object]:
    return lambda place: ((place / name).unlink(), (place / name / "x").mkdir(parents=True))


def link_instead(place: Path) -> None:
    shutil.rmtree(place)
    place.symlink_to(place.parent / "nowhere")


def file_instead(place: Path) -> None:
    shutil.rmtree(place)
    place.write_text("x")


DAMAGE: dict[str, Callable[[Path], object]] = {
    "no JSON": text("manifest.json", lambda raw: raw[:-9]), "nested": text("manifest.json", lambda _: b"[" * 10**5),
    "a list": text("manifest.json", lambda _: b"[]"), "empty": text("manifest.json", lambda _: b""),
    "NaN": text("manifest.json", lambda raw: raw.replace(b'"seed": 0', b'"seed": NaN', 1)),
    "a word for a number": text("manifest.json", lambda raw: raw.replace(b'"linf": 0', b'"linf": "x"', 1)),
    "no UTF-8": text("manifest.json", lambda raw: raw.replace(b'"toy"', b'"\xff"', 1)),
    "no arrays": lambda place: (place / "arrays.npz").unlink(),
    "other arrays": text("arrays.npz", lambda raw: raw[:-1] + b"x"), "cut": text("arrays.npz", lambda raw: raw[:99]),
    "another picture": text("original.png", lambda _: b"x"),
    "a folder for the manifest": folder_instead("manifest.json"),
    "a folder for the arrays": folder_instead("arrays.npz"), "a link": link_instead, "a file": file_instead,
}  # fmt: skip


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_case_is_computed_anew_and_replaced(home: Path, how: str, request: pytest.FixtureRequest) -> None:
    classifier = request.getfixturevalue("model")
    case = replace(CASE, explainers=CASE.explainers[:1], controls=1)
    first = ended(Studies().start(case, classifier, IMAGE, "")).study
    DAMAGE[how](home / "cases" / case.id)
    assert from_disk(case) is None
    assert Studies().find(case, classifier) is None
    assert ended(Studies().start(case, classifier, IMAGE, "")).state == "done"
    assert (found := from_disk(case)) is not None
    assert found.rows == first.rows


def test_a_full_disk_does_not_cost_the_case_that_is_there(
    home: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = ended(Studies().start(CASE, request.getfixturevalue("model"), IMAGE, "")).study

    def full(_: Study, place: Path, **__: object) -> None:
        raise OSError(f"{place} could not be stored: No space left on device")

    monkeypatch.setattr(saved_cases.write, "save", full)
    to_disk(study)
    assert from_disk(CASE) is not None


def test_a_case_under_the_name_of_another_is_not_shown(home: Path, request: pytest.FixtureRequest) -> None:
    ended(Studies().start(CASE, request.getfixturevalue("model"), IMAGE, ""))
    other = replace(CASE, seed=1)
    (home / "cases" / CASE.id).rename(home / "cases" / other.id)
    assert from_disk(other) is None
