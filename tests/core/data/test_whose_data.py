"""Whose own data and models are."""

import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.torch import save

from core.access.acting import acting_as
from core.access.belonging import belonging
from core.access.permission import Refused
from core.access.person import Person, person_id
from core.audit.sharing import share
from core.audit.verify import verify
from core.catalog import classifier_names, load_classifier
from core.classifiers import own as models
from core.classifiers.mnist_cnn import MnistCNN
from core.data import own
from core.data.by_name import data_names, load_data
from core.data.formats import npz_write
from tests.core.access.people import ANNA, BELA, OLGA, OTTO


def arrays() -> BytesIO:
    out, labels = BytesIO(), np.arange(20) % 2
    pictures = np.zeros((20, 8, 8), dtype=np.uint8)
    np.savez(out, train_images=pictures, train_labels=labels, test_images=pictures, test_labels=labels)
    out.seek(0)
    return out


def test_data_are_seen_by_who_added_them_until_they_are_shared(home: Path) -> None:
    with acting_as(BELA), pytest.raises(Refused, match="may not add data"):
        own.install(arrays(), "scans")
    with acting_as(OTTO):
        assert own.install(arrays(), "scans")[0] == "own:scans"
        assert "own:scans" in data_names()
    with acting_as(OLGA):
        assert "own:scans" not in data_names()
        with pytest.raises(ValueError, match="there are no own data called"):
            load_data("own:scans", "test")
        with pytest.raises(ValueError, match="there are already data called scans"):
            own.install(arrays(), "scans")
        with pytest.raises(Refused):
            own.remove("scans")
    with acting_as(OTTO):
        share("data", "scans", True)
    with acting_as(OLGA):
        assert len(load_data("own:scans", "test").labels) == 20
    with acting_as(OTTO), pytest.raises(Refused, match="may not delete anything"):
        own.remove("scans")
    with acting_as(ANNA):
        own.remove("scans")
        own.install(arrays(), "scans")
    with acting_as(OTTO):
        assert "own:scans" not in data_names(), "another's new data do not inherit what was shared"
    about = [each for each in verify().entries if each.facts.get("name") == "own:scans"]
    said = [(each.event, each.person.get("name")) for each in about]
    assert said == [("added", "Otto"), ("shared", "Otto"), ("deleted", "Anna"), ("added", "Anna")]


def test_models_are_added_by_owners_and_seen_once_they_are_shared(home: Path) -> None:
    raw = save(MnistCNN(10, 1).state_dict())
    with acting_as(OTTO), pytest.raises(Refused, match="may not add models; that takes the role ‘owner’"):
        models.install(raw, "mnist_cnn", list("0123456789"), "mine")
    with acting_as(ANNA):
        models.install(raw, "mnist_cnn", list("0123456789"), "mine")
        assert "own:mine" in classifier_names()
    with acting_as(OTTO):
        assert "own:mine" not in classifier_names()
        with pytest.raises(ValueError, match="there is no own model called"):
            load_classifier("own:mine")
    with acting_as(ANNA):
        share("models", "mine", True)
    with acting_as(OTTO):
        assert load_classifier("own:mine").labels[0] == "0"


def at_once(first: Callable[[], object], second: Callable[[], object], slow: tuple[Any, str],
            monkeypatch: pytest.MonkeyPatch) -> list[str]:  # fmt: skip
    """What `second` says while `first` is in the function `slow` of a module; each may fail."""
    module, name = slow
    plain, begun, go_on = getattr(module, name), threading.Event(), threading.Event()

    def waits(*args: Any, **kwargs: Any) -> Any:
        if not begun.is_set():
            begun.set()
            assert go_on.wait(60)
        return plain(*args, **kwargs)

    monkeypatch.setattr(module, name, waits)
    thread = threading.Thread(target=first)
    thread.start()
    assert begun.wait(60)
    said = []
    try:
        second()
    except ValueError as error:
        said.append(str(error))
    go_on.set()
    thread.join()
    return said


def as_(person: Any, action: Callable[..., object], *args: Any) -> Callable[[], object]:
    def done() -> object:
        with acting_as(person):
            return action(*args)

    return done


def test_of_two_who_add_data_of_one_name_at_once_the_second_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (as_(person, own.install, arrays(), "scans") for person in (OTTO, OLGA))
    said = at_once(first, second, (npz_write, "write"), monkeypatch)
    assert said == ["somebody is adding or deleting data called scans just now; choose another name"]
    assert belonging("data", "scans").people() == ("Otto",)
    with acting_as(OLGA):
        assert own.names() == ()
    with acting_as(ANNA):
        own.remove("scans")
    with acting_as(OLGA):
        own.install(arrays(), "scans")
    assert [path.name for path in own.folder().iterdir()] == ["scans.npz"]


def test_of_two_who_add_a_model_of_one_name_at_once_the_second_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, labels = save(MnistCNN(10, 1).state_dict()), list("0123456789")
    second_owner = Person(person_id("https://id.example.org", "owen"), "Owen", "owner")
    first, second = (as_(each, models.install, raw, "mnist_cnn", labels, "mine") for each in (ANNA, second_owner))
    said = at_once(first, second, (models, "write_whole"), monkeypatch)
    assert said == ["somebody is adding a model called mine just now; choose another name"]
    assert belonging("models", "mine").people() == ("Anna",)


def test_what_could_not_be_added_is_nobodys(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(npz_write, "write", full)
    monkeypatch.setattr(models, "write_whole", full)
    with acting_as(ANNA):
        for act in (
            lambda: own.install(arrays(), "scans"),
            lambda: models.install(save(MnistCNN(10, 1).state_dict()), "mnist_cnn", list("0123456789"), "mine"),
        ):
            with pytest.raises(OSError, match="No space left"):
                act()
    assert belonging("data", "scans").nobodys()
    assert belonging("models", "mine").nobodys()
