"""Files of torch.save: converted by a process of its own, the weights found where they usually are, or refused."""

import argparse
import pickle
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
import torch
from safetensors.torch import load
from torch import Tensor, nn

from core.checkpoints import from_pickle, weight_files
from core.checkpoints.from_pickle import weights
from core.checkpoints.weight_files import read_weights


class Evil:
    """Would write a file if it were ever unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return (exec, (f"open({str(self.path)!r}, 'w')",))


def state() -> dict[str, Tensor]:
    torch.manual_seed(0)
    return OrderedDict(nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)).state_dict())


def saved(path: Path, value: Any, **how: Any) -> Path:
    torch.save(value, path, **how)
    return path


def test_a_checkpoint_is_converted_by_another_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path / "net.pt", {"state_dict": state(), "epoch": 3})
    monkeypatch.setattr(torch, "load", None)  # here it is never called
    raw, notes = read_weights(path)
    found = load(raw)
    assert set(found) == set(state())
    assert all(torch.equal(found[key], value) for key, value in state().items())
    assert notes == ["The weights were taken from the entry ‘state_dict’."]
    path.write_bytes(raw)
    assert read_weights(path) == (raw, []), "safetensors are recognised by their content"


def test_code_in_a_file_is_not_run(tmp_path: Path) -> None:
    path = saved(tmp_path / "net.pth", {"state_dict": state(), "more": Evil(tmp_path / "ran")})
    with pytest.raises(ValueError, match="net.pth cannot be converted: it holds .*exec besides tensors"):
        read_weights(path)
    path.write_bytes(pickle.dumps(Evil(tmp_path / "ran")))
    with pytest.raises(ValueError, match="no readable file of torch.save"):
        weights(path)
    assert not (tmp_path / "ran").exists()


def test_of_functions_only_those_that_published_files_name_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file of arXiv 1906.02896 names a function of the script that made it; what it does is never asked."""
    for name, message in (("cifar10_preprocess", ""), ("cifar10_process", "holds __main__.cifar10_process besides")):
        function = FunctionType((lambda: None).__code__, {}, name)
        function.__module__, function.__qualname__ = "__main__", name
        monkeypatch.setattr(sys.modules["__main__"], name, function, raising=False)
        path = saved(tmp_path / f"{name}.pt", {"model_params": state(), "training_options": {"arch": [32, function]}})
        monkeypatch.delattr(sys.modules["__main__"], name)
        if message:
            with pytest.raises(ValueError, match=message):
                read_weights(path)
            continue
        raw, notes = read_weights(path)
        assert all(torch.equal(load(raw)[key], value) for key, value in state().items())
        assert notes == ["The weights were taken from the entry ‘model_params’."]


def test_a_conversion_is_bounded_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weight_files, "PATIENCE", 0.01)
    with pytest.raises(ValueError, match="was not read within"):
        read_weights(saved(tmp_path / "net.pt", state()))


def test_what_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="is a folder"):
        read_weights(tmp_path)
    with pytest.raises(OSError, match="there is no file gone.pt"):
        read_weights(tmp_path / "gone.pt")
    monkeypatch.setattr(weight_files, "LARGEST", 10)
    with pytest.raises(ValueError, match="larger than"):
        read_weights(saved(tmp_path / "net.pt", state()))


FOUND: dict[str, tuple[Any, list[str]]] = {
    "alone": (state(), []),
    "model_state_dict": ({"model_state_dict": state(), "optimizer_state_dict": {"state": {0: {"m": torch.ones(2)}}}},
                         ["entry ‘model_state_dict’."]),
    "net": ({"net": state(), "acc": 91.2, "epoch": torch.tensor(3)}, ["entry ‘net’."]),
    "nested": ({"model": {"state_dict": state()}}, ["entry ‘model’.", "entry ‘state_dict’."]),
    "an average beside": ({"state_dict": state(), "ema": state()}, ["entry ‘state_dict’; it holds others too, ema."]),
    "only one": ({"generator": state(), "args": {"lr": 0.1}}, ["entry ‘generator’."]),
    "more than tensors": (state() | {"version": 3}, ["no tensor was left out: version."]),
    "parameters": ({key: nn.Parameter(value, False) for key, value in state().items()}, []),
}  # fmt: skip


@pytest.mark.parametrize("case", FOUND)
@pytest.mark.parametrize("zipped", [True, False])
def test_weights_are_found_where_they_usually_are(case: str, zipped: bool, tmp_path: Path) -> None:
    value, words = FOUND[case]
    found, notes = weights(saved(tmp_path / "net.pt", value, _use_new_zipfile_serialization=zipped))
    assert set(found) == set(state())
    assert all(torch.equal(found[key], value) for key, value in state().items())
    assert len(notes) == len(words)
    assert all(note.endswith(word) for note, word in zip(notes, words, strict=True))


def loop() -> dict[str, Any]:
    made: dict[str, Any] = {}
    made["again"] = made
    return made


REFUSED: dict[str, tuple[Any, str]] = {
    "an object": ({"state_dict": state(), "args": argparse.Namespace(lr=1)}, "holds argparse.Namespace besides"),
    "a whole model": (nn.Linear(2, 2), "holds torch.nn.modules.linear.Linear besides tensors"),
    "several": ({"generator": state(), "critic": state()}, r"several sets of weights \(generator, critic\)"),
    "an optimizer": ({"state": {0: {"m": torch.ones(2)}}, "param_groups": [{"lr": 1}]}, "several sets|no weights"),
    "a tensor": (torch.ones(3), "no weights by name"),
    "nothing": ({}, "no weights by name"),
    "itself": (loop(), "no weights by name"),
    "larger than memory": ({"a": torch.ones(1).expand(10**11)}, "larger than 2 GB"),
    "sparse": ({"a": torch.ones(3, 3).to_sparse()}, "tensor a is quantised or sparse"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_holds_no_weights_is_refused_in_words(case: str, tmp_path: Path) -> None:
    value, words = REFUSED[case]
    with pytest.raises(ValueError, match=words):
        weights(saved(tmp_path / "net.pt", value))


def test_programs_and_torn_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.jit.save(torch.jit.script(nn.Linear(2, 2)), str(tmp_path / "jit.pt"))
    with pytest.raises(ValueError, match="TorchScript"):
        weights(tmp_path / "jit.pt")
    raw = saved(tmp_path / "net.pt", state()).read_bytes()
    for number, part in enumerate((raw[: len(raw) // 2], b"PK\x03\x04" + bytes(99), b"\x80\x02" + bytes(99))):
        torn = tmp_path / f"torn{number}.pt"
        torn.write_bytes(part)
        with pytest.raises(ValueError, match="no readable file of torch.save"):
            weights(torn)
    with zipfile.ZipFile(tmp_path / "bomb.pt", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a", "w") as member:
        member.write(bytes(10**7))
    monkeypatch.setattr(from_pickle, "LARGEST", 10**6)
    with pytest.raises(ValueError, match="unpacks to more than"):
        weights(tmp_path / "bomb.pt")
