"""The catalogues: read from folders; one new file is a new method everywhere."""

import importlib
import sys
from pathlib import Path

import pytest

from core import catalog
from core.contracts import Explainer, Shift
from core.params import from_spec, to_spec

NEW = '''"""A map that is bright where the picture is."""

from dataclasses import dataclass

from torch import Tensor

from core.classifier import Classifier
from core.contracts import Attribution, Explainer
from core.params import param


@dataclass(frozen=True)
class Bright(Explainer):
    """The mean over the channels, times `gain`."""

    key = "bright"
    title = "Brightness"
    plain = "Marks bright pixels."
    cite = "none"

    gain: float = param(1.0, low=0.0, high=2.0)

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        return Attribution(self.gain * images.mean(dim=1))


EXPLAINERS: tuple[type[Explainer], ...] = (Bright,)
'''


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
    found = catalog.collect(package(tmp_path, monkeypatch, bright=NEW), "EXPLAINERS", Explainer)
    assert list(found) == ["bright"]
    made = found["bright"](gain=0.5)  # type: ignore[call-arg]
    assert from_spec(to_spec(made), found) == made


def test_a_missing_tuple_and_a_key_taken_twice_raise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TypeError, match="EXPLAINERS"):
        catalog.collect(package(tmp_path, monkeypatch, empty="x = 1\n"), "EXPLAINERS", Explainer)
    other = tmp_path / "twice"
    other.mkdir()
    with pytest.raises(ValueError, match="bright"):
        catalog.collect(package(other, monkeypatch, one=NEW, two=NEW), "EXPLAINERS", Explainer)
    with pytest.raises(TypeError, match="Shift"):
        third = tmp_path / "kind"
        third.mkdir()
        catalog.collect(package(third, monkeypatch, one=NEW), "EXPLAINERS", Shift)


@pytest.mark.parametrize("room", ["ATTACKS", "EXPLAINERS", "OBJECTIVES", "METRICS", "SHIFTS"])
def test_every_method_says_what_it_is(room: str) -> None:
    found = getattr(catalog, room)
    assert found
    for key, kind in found.items():
        assert kind.key == key == kind.__module__.rpartition(".")[2], "a key equals its file's name"
        assert kind.title
        assert kind.plain.endswith(".")
        assert kind.cite


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"method": "nothing"}, "nothing"),
        ({}, "None"),
        ({"method": "pgd", "speed": 3}, "speed"),
        ({"method": "pgd", "steps": 0}, "steps between 1"),
        ({"method": "pgd", "steps": "many"}, "steps to be int"),
        ({"method": "pgd", "eps": float("nan")}, "eps between"),
        ({"method": "pgd", "random_start": 1}, "random_start to be bool"),
    ],
)
def test_a_wrong_spec_is_refused_in_words(spec: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        from_spec(spec, catalog.ATTACKS)
