"""The catalogues: read from folders; one new file is a new method everywhere."""

import importlib
import sys
from dataclasses import fields
from pathlib import Path

import pytest
import torch

from core import catalog
from core.base.params import from_spec, to_spec
from core.base.paths import ROOT
from core.contracts.explainer import Explainer
from core.contracts.map_distance import MapDistance
from core.contracts.toy_models import linear
from core.recipes.published_numbers import table
from core.training.schedule import Schedule

README = (ROOT / "README.md").read_text()
NEW = README[README.index("```python\n") + 10 : README.index("```", README.index("```python\n") + 10)]


def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **files: str) -> str:
    name = f"rooms_{tmp_path.name.replace('-', '_')}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    for stem, text in files.items():
        (folder / f"{stem}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    sys.modules.pop(name, None)
    return name


def test_one_file_is_a_new_method(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The README's example, as it stands there: gradient times input on a linear model is weight times input."""
    found = catalog.collect(package(tmp_path, monkeypatch, gradient_times_input=NEW), "EXPLAINERS", Explainer)
    assert list(found) == ["gradient_times_input"]
    made = found["gradient_times_input"]()
    assert from_spec(to_spec(made), found) == made
    model = linear([[[[1.0, -2.0]]], [[[0.0, 4.0]]]])
    values = made(model, torch.full((1, 1, 1, 2), 0.5), torch.tensor([1])).values
    assert values.tolist() == [[[0.0, 2.0]]]


def test_a_missing_tuple_and_a_key_taken_twice_raise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TypeError, match="EXPLAINERS"):
        catalog.collect(package(tmp_path, monkeypatch, empty="x = 1\n"), "EXPLAINERS", Explainer)
    other = tmp_path / "twice"
    other.mkdir()
    with pytest.raises(ValueError, match="gradient_times_input"):
        catalog.collect(package(other, monkeypatch, one=NEW, two=NEW), "EXPLAINERS", Explainer)
    with pytest.raises(TypeError, match="MapDistance"):
        third = tmp_path / "kind"
        third.mkdir()
        catalog.collect(package(third, monkeypatch, one=NEW), "EXPLAINERS", MapDistance)


@pytest.mark.parametrize("room", ["ATTACKS", "EXPLAINERS", "OBJECTIVES", "METRICS", "MAP_DISTANCES", "CORRUPTIONS"])
def test_every_method_says_what_it_is(room: str) -> None:
    found = getattr(catalog, room)
    assert found
    for key, kind in found.items():
        assert kind.key == key == kind.__module__.rpartition(".")[2], "a key equals its file's name"
        assert kind.title
        assert kind.plain.endswith(".")
        assert kind.cite
        for entry in fields(kind):
            if isinstance(entry.default, int | float) and not isinstance(entry.default, bool):
                facts = entry.metadata
                assert {"low", "high"} <= facts.keys(), f"{key}.{entry.name} is not made with param()"
                assert facts["low"] <= entry.default <= facts["high"], f"{key}.{entry.name} has no range"


@pytest.mark.parametrize(
    "room", ["ATTACKS", "EXPLAINERS", "OBJECTIVES", "METRICS", "MAP_DISTANCES", "CORRUPTIONS", "schedule"]
)
def test_every_choice_has_words_for_the_screen(room: str) -> None:
    for kind in [Schedule] if room == "schedule" else getattr(catalog, room).values():
        for entry in fields(kind):
            words = list(entry.metadata["choices"].values())
            assert all(words), f"{kind.key}.{entry.name}: a choice has no words"
            assert not any("_" in each for each in words), f"{kind.key}.{entry.name}: a name of the code is no word"
            assert len(words) == len(set(words)), f"two choices of {kind.key}.{entry.name} read alike"
            assert not words or entry.default in entry.metadata["choices"]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"method": "nothing"}, "nothing"),
        ({}, "None"),
        ({"method": "pgd", "speed": 3}, "speed"),
        ({"method": "pgd", "steps": 0}, "steps between 1"),
        ({"method": "pgd", "steps": "many"}, "steps to be a whole number, got 'many'"),
        ({"method": "pgd", "eps": float("nan")}, "eps between"),
        ({"method": "pgd", "eps": 200 / 255}, "eps between 0/255 and 64/255, got 200/255"),
        ({"method": "pgd", "random_start": 1}, "random_start to be True or False, got 1"),
    ],
)
def test_a_wrong_spec_is_refused_in_words(spec: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        from_spec(spec, catalog.ATTACKS)


def test_the_readme_holds_the_table_of_the_cards() -> None:
    assert table() in README, "paste the output of `python -m core.recipes.published_numbers` into the README"
