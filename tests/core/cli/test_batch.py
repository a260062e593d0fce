"""`counterproof batch`: pictures gathered, a run followed or left to itself, one file written; what is refused."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from core.batch.command import command
from core.batch.request import BatchRequest
from core.cli import follow as following
from core.cli.batch import request_of
from core.cli.parser import main, parser
from core.runs.context import Context
from core.runs.store import Store
from core.runs.tasks.batch import batch
from tests.core.batch.made import digits, zipped
from tests.core.runs.doubles import Forks

NAME = "mnist_cnn:standard"
QUICK = ["--set", "pgd.eps=51/255", "--set", "pgd.steps=3"]


def lone(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    torch.set_num_threads(1)  # a fork has lost the threads it had
    return batch(context, arguments)


@pytest.fixture
def store(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Batches in forks of this process."""
    forks = Forks({"batch": lone})
    made = Store(home / "runs", forks.launch)
    monkeypatch.setattr(Store, "usual", lambda: made)
    monkeypatch.setattr(following, "POLL", 0.01)
    yield made
    forks.reap()


def test_a_zip_is_attacked_told_and_written(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = zipped(digits(tmp_path / "digits", 2), tmp_path / "digits.zip")
    out = tmp_path / "results.csv"
    given = ["--explainers", "grad_cam_pp", "--out", str(out)]
    assert main(["batch", NAME, str(archive), *QUICK, *given]) == 0
    said = capsys.readouterr().out
    (run,) = store.runs()
    assert "Pictures gathered: 2 of 3 files, kept as set/" in said
    assert "2 pictures; their studies take up to 1 MB on this disk" in said
    assert "1 other file (labels.csv) left out: not pictures." in said
    assert said.count("of 2 pictures that the model got right") == 1
    assert f"Written to {out}" in said
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["outcome"] for row in rows].count("not used") == 1
    assert {row["label"] for row in rows} == {"", *(row["label"] for row in run.metrics if row.get("label"))}
    assert main(["batch", NAME, str(archive), *QUICK, *given]) == 2
    assert "is there already; name another file" in capsys.readouterr().err
    assert len(store.runs()) == 1


def test_detached_it_goes_on_by_itself(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = digits(tmp_path / "digits", 1, broken=False)
    assert main(["batch", NAME, str(folder), *QUICK, "--detach", "--title", "Mine"]) == 0
    assert "It goes on by itself." in capsys.readouterr().out
    (run,) = store.runs()
    assert run.spec["arguments"]["title"] == "Mine"
    assert run.spec["arguments"]["count"] == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([NAME], "name either a folder or ZIP of pictures, or a data set"),
        ([NAME, "x", "--data", "mnist"], "name either a folder or ZIP of pictures, or a data set"),
        (["nothing", "--data", "mnist"], "there is no model 'nothing'"),
        ([NAME, "/nowhere"], "there is no folder and no file /nowhere"),
        ([NAME, "set/0123456789abcdef"], "no longer here; add them again"),
        ([NAME, "--data", "mnist", "--attack", "magic"], "expected a method among"),
        ([NAME, "--data", "mnist", "--explainers", "magic"], "expected a method among"),
        ([NAME, "--data", "mnist", "--set", "lime.samples=9"], "--set names lime, which is not part of this batch"),
        ([NAME, "--data", "mnist", "--set", "steps=9"], "METHOD.NAME=VALUE"),
        ([NAME, "--data", "mnist", "--count", "0"], "count to be a whole number"),
        ([NAME, "--data", "mnist", "--out", "a.txt"], "a file that ends in .json, .csv, .html, got a.txt"),
    ],
)
def test_what_is_refused_is_one_line_and_starts_nothing(
    store: Store, capsys: pytest.CaptureFixture[str], given: list[str], said: str
) -> None:
    assert main(["batch", *given]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    assert store.runs() == []


def test_the_command_of_a_batch_asks_for_the_same(home: Path) -> None:
    asked = BatchRequest(NAME, {"method": "pgd", "eps": 0.1}, data="mnist", explainers=({"method": "lime",
                         "samples": 200},), count=7, draw_seed=3, seed=5, controls=2, explained="original")  # fmt: skip
    words = command(asked).replace("\\\n", " ").split()[1:]
    again = request_of(parser().parse_args(words), print)
    assert again.case("x") == asked.case("x")
    assert (again.data, again.count, again.draw_seed) == ("mnist", 7, 3)
    assert json.dumps(again.arguments())
