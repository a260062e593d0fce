"""`counterproof refine` and `counterproof runs`: what they submit, say and return."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from core.base import run_folder
from core.base.paths import places
from core.cli import follow as following
from core.cli import parser as cli
from core.cli import refine as shell
from core.contracts.interfaces import DataFacts
from core.objectives.lime_guided import LimeGuided
from core.objectives.trades import Trades
from core.refinement import check as checking
from core.refinement import request as refinement
from core.refinement.presets import PRESETS
from core.refinement.request import Refinement
from core.runs import files
from core.runs.launchers import local as launch
from core.runs.status import Status, write_status
from core.runs.store import Run, Store
from core.training.schedule import Schedule
from tests.core.cli.told import Told
from tests.core.runs.tasks.refining import SCHEDULE, reached, until

SETS = [word for name, value in SCHEDULE.items() for word in ("--set", f"schedule.{name}={value}")]
TOY = ["refine", "--base", "mnist_cnn:standard", "--data", "mnist", "--objective", "cross_entropy", *SETS]


def test_a_run_is_followed_to_its_end(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*TOY, "--name", "A try", "--images", "200"]) == 0
    run = store.runs()[0]
    asked = Refinement.read(run.spec["arguments"])
    assert (asked.base, asked.data, asked.images, asked.title) == ("mnist_cnn:standard", "mnist", 200, "A try")
    assert asked.schedule == Schedule(**SCHEDULE)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"Run {run.id}"
    assert [line.partition(":")[0] for line in said[-4:-1]] == ["epoch 1 of 3", "epoch 2 of 3", "epoch 3 of 3"]
    assert "held-out images right" in said[-2]
    assert "as they are by the averaged weights" in said[-2]
    kept = run.result()["epoch_kept"]  # type: ignore[index]
    assert said[-1] == f"Completed. Kept epoch {kept}. Its classifier is run:{run.id}"
    assert cli.main(["runs"]) == 0
    assert capsys.readouterr().out == f"{run.id}  completed 100%  A try\n"


def test_without_held_out_images_every_epoch_is_told_too(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*TOY, "--set", "schedule.held_out=0"]) == 0
    said = capsys.readouterr().out
    assert said.count("\nepoch ") == 3
    assert "held-out" not in said


def test_ctrl_c_stops_and_saves_and_says_how_to_go_on(
    store: Store,
    slowly: object,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    slowly()  # type: ignore[operator]
    plain, sent, here = following.time.sleep, [], os.getpid()

    def sleep(seconds: float) -> None:
        if os.getpid() == here and not sent and store.runs() and len(store.runs()[0].metrics) >= 3:
            sent.append(1)
            raise KeyboardInterrupt
        plain(seconds)

    monkeypatch.setattr(following.time, "sleep", sleep)
    assert cli.main(TOY) == 130
    run = store.runs()[0]
    said = capsys.readouterr().out
    assert run.status.state == "stopped"
    assert f"Stopped after step {run.metrics[-1]['step'] + 1}. Go on with: counterproof runs resume {run.id}" in said
    until(lambda: not files.held(run.folder / "lock"), 20)
    assert cli.main(["runs", "resume", run.id]) == 0
    assert cli.main(["runs", "follow", run.id]) == 0
    assert run.status.state == "completed"


def by_hand(store: Store, task: str, rows: list[dict[str, object]], **arguments: object) -> Run:
    """A run without a worker: its files are written by the test."""
    run = Store(store.root, lambda _folder, _lock: None).submit(task, arguments)
    (run.folder / run_folder.METRICS).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return run


def test_notes_that_come_after_epochs_are_told(store: Store) -> None:
    run = by_hand(store, "refine", [], schedule={"epochs": 2})
    news, said = following.News(run), []
    first, last = {"step": 0, "epoch": 0, "loss": 1.0, "seconds": 1}, {"step": 1, "epoch": 1, "loss": 0.5, "seconds": 2}
    for notes, rows in (
        (("a",), []),
        (("a",), [first | {"held": {}}, last]),
        (("a", "halved"), []),
    ):
        with (run.folder / run_folder.METRICS).open("a") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        said.append(news.since(Status("running", notes=notes)))
    assert said == [["a"], ["epoch 1 of 2: loss 1.000; 1 s"], ["halved"]]


@pytest.mark.parametrize(
    ("task", "arguments", "result", "words", "subject"),
    [
        (
            "compare", {"before": "a", "after": "b", "data": "mnist", "attack": {"method": "pgd"}}, {"count": 20},
            "Completed. 20 images were measured; the page Compare shows the curves.",
            "compare a with b on mnist under pgd",
        ),
        (
            "evaluate", {"classifiers": ["a"], "data": "mnist", "attacks": []},
            {"asked": {"classifiers": ["a"], "data": "mnist"}, "count": 20, "differences": [],
             "models": [{"accuracy": [0.5, 0.25, 0.75]}]},
            "Completed. a is right on 50.0 % (25.0 to 75.0) of 20 images.", "evaluate a on mnist",
        ),
        (
            "ara", {"classifier": "a", "data": "mnist"}, {"count": 20, "accuracy": 0.5},
            "Completed. Of 20 images, 50.0 % are right as they are.", "ara a on mnist",
        ),
    ],
    ids=["compare", "evaluate", "ara"],
)  # fmt: skip
def test_runs_that_measure_are_followed_and_listed(
    store: Store, task: str, arguments: dict[str, object], result: dict[str, object], words: str, subject: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    run = by_hand(store, task, [{"step": 0, "images": [1]}, {"step": 1, "images": [2]}], **arguments)
    half, whole = (Status("running", f"{n} of 20 images", progress=n / 20) for n in (10, 20))
    moments = iter([half, half, whole, Status("completed", progress=1.0)])
    monkeypatch.setattr(Run, "status", property(lambda _: next(moments, Status("completed", progress=1.0))))
    files.write_json(run.folder / run_folder.RESULT, result)
    write_status(run.folder, Status("completed", progress=1.0))
    assert cli.main(["runs", "follow", run.id]) == 0
    assert capsys.readouterr().out.splitlines() == ["50%: 10 of 20 images", "100%: 20 of 20 images", words]
    assert cli.main(["runs"]) == 0
    assert capsys.readouterr().out == f"{run.id}  completed 100%  {subject}\n"


def test_stop_and_delete(store: Store, slowly: object, capsys: pytest.CaptureFixture[str]) -> None:
    slowly()  # type: ignore[operator]
    assert cli.main([*TOY, "--set", "schedule.epochs=200", "--detach"]) == 0
    run = store.runs()[0]
    reached(run, 2)
    assert cli.main(["runs", "delete", run.id]) == 2
    assert "still going; stop it first" in capsys.readouterr().err
    assert cli.main(["runs", "stop", run.id]) == 0
    assert f"{run.id}: stopped. Stopped after step" in capsys.readouterr().out
    assert cli.main(["runs", "follow", run.id]) == 1
    until(lambda: not files.held(run.folder / "lock"), 20)
    assert cli.main(["runs", "delete", run.id]) == 0
    capsys.readouterr()
    assert cli.main(["runs"]) == 0
    assert "There are no runs yet" in capsys.readouterr().out


def test_too_few_images_are_told_before_a_run_is_made(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = DataFacts((1, 6, 6), ("a", "b"), {"train": (250, 250)})
    monkeypatch.setattr(checking, "misfit", lambda *_, **__: None)
    monkeypatch.setattr(checking, "stored", lambda _: Told(facts))
    assert cli.main([*TOY, "--images", "80"]) == 2
    said = capsys.readouterr().err
    assert "64 held-out images and a batch of 32 are more than the 80 training images; take more, or hold out" in said
    assert store.runs() == []


def test_a_run_that_fails_gives_1_and_its_sentence(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise OSError("the disk with the images is gone")

    monkeypatch.setattr(refinement, "load_data", gone)
    assert cli.main(TOY) == 1
    assert "Failed. the disk with the images is gone" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["refine"], "--base is missing; or choose a --preset: quick"),
        (["refine", "--preset", "best"], "there is no preset 'best'"),
        (["refine", "--preset", "quick", "--data", "no/such"], "there is no data set, file or folder 'no/such'"),
        (["refine", "--preset", "quick", "--set", "schedule.speed=1"], "schedule: unknown parameter speed"),
        (["refine", "--preset", "quick", "--set", "epochs=1"], "expected --set objective.NAME=VALUE"),
        (["refine", "--preset", "quick", "--set", "trades.eps=1/255"], "expected --set objective.NAME=VALUE"),
        (["refine", "--preset", "quick", "--set", "objective.eps=2"], "expected eps between"),
        (["refine", "--preset", "quick", "--objective", "hope"], "expected a method among"),
        (["refine", "--preset", "quick", "--device", "abacus"], "expected a device such as cpu"),
        (["refine", "mnist_cnn", "--base", "other", "--data", "mnist"], "two bases were named"),
        (["runs", "stop"], "name the run to stop"),
        (["runs", "stop", "../x"], "there is no run '../x'"),
    ],
    ids=lambda value: " ".join(value[-2:]) if isinstance(value, list) else "",
)
def test_bad_input_is_a_sentence_and_submits_nothing(
    words: list[str], said: str, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    assert said in capsys.readouterr().err
    assert store.runs() == []


def test_data_that_does_not_fit_is_told_before_anything_is_submitted(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["refine", "--base", "mnist_cnn:standard", "--data", "cifar10", "--objective", "cross_entropy"]
    monkeypatch.setattr(checking, "misfit", lambda *_, **__: "it does not fit")
    monkeypatch.setattr(checking, "stored", lambda _: Told(DataFacts((1, 6, 6), ("a", "b"), {"train": (250, 250)})))
    assert cli.main(words) == 2
    assert "it does not fit" in capsys.readouterr().err
    assert store.runs() == []


def test_pictures_of_another_size_are_for_the_run_to_fit(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in "abcdefghij":
        (home / "pictures" / name).mkdir(parents=True)
        for index in range(2):
            Image.new("RGB", (64, 64)).save(home / "pictures" / name / f"{index}.png")
    words = ["refine", "cifar10_resnet20:standard", "--data", str(home / "pictures"), "--objective", "cross_entropy"]
    words += ["--set", "schedule.held_out=0", "--set", "schedule.batch=5"]
    nowhere = Store(home / "runs", lambda _folder, _lock: None)
    monkeypatch.setattr(Store, "usual", lambda: nowhere)
    assert cli.main([*words, "--detach"]) == 0
    (home / "pictures" / "k").mkdir()
    Image.new("RGB", (64, 64)).save(home / "pictures" / "k" / "0.png")
    assert cli.main([*words, "--detach"]) == 2
    assert "this data set has 11 classes; the model tells 10" in capsys.readouterr().err


@pytest.mark.parametrize("device", ["cuda:0", "xpu:0", "cuda:0,cuda:1"])
def test_a_device_that_is_not_there_is_told_before_anything_is_submitted(
    store: Store, device: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("torch.cuda.device_count", lambda: 0)
    assert cli.main([*TOY, "--device", device]) == 2
    assert f"this machine has no {device.split(',')[0]}" in capsys.readouterr().err
    assert store.runs() == []


def test_folders_named_by_a_relative_path_are_the_same_for_a_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("COUNTERPROOF_HOME", "COUNTERPROOF_DATA"):
        monkeypatch.setenv(name, name.lower())
    assert places() == (tmp_path / "counterproof_data", tmp_path / "counterproof_home" / "data")
    given = []
    monkeypatch.setattr(launch, "Popen", lambda *_, **__: given.append(dict(os.environ)) or subprocess.Popen(["true"]))
    (tmp_path / "log.txt").touch()
    launch.detached(tmp_path, 0)
    assert given[0]["COUNTERPROOF_HOME"] == str(tmp_path / "counterproof_home")
    monkeypatch.setenv("COUNTERPROOF_DATA", "data")
    cli.main(["runs"])
    assert os.environ["COUNTERPROOF_DATA"] == str(tmp_path / "data")


def test_settings_go_where_they_belong(home: Path) -> None:
    def arguments(*words: str) -> Refinement:
        return shell.request_of(cli.parser().parse_args(["refine", *words]))

    made = arguments("--preset", "quick", "--set", "objective.eps=4/255", "--set", "lime_guided.steps=2",
                     "--set", "schedule.epochs=7", "--start", "scratch")  # fmt: skip
    quick = PRESETS["quick"].request
    assert isinstance(quick.objective, LimeGuided)
    assert made.objective == replace(quick.objective, eps=4 / 255, steps=2)
    assert made.schedule == replace(quick.schedule, epochs=7)
    assert made.start == "scratch"
    other = arguments("cifar10_resnet20:adversarial", "--preset", "quick", "--objective", "trades")
    assert other.base == "cifar10_resnet20:adversarial"
    assert other.objective == Trades()


def test_who_reads_may_stop_reading() -> None:
    command = [sys.executable, "-m", "core.cli.parser", "methods"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as made:
        assert made.stdout is not None
        assert made.stderr is not None
        made.stdout.close()
        assert made.stderr.read() == ""
        assert made.wait(60) == 141


@pytest.mark.parametrize("words", [["stop", "--now", "x"], ["stop", "x", "--now"]])
def test_an_option_may_stand_before_or_after_the_run(words: list[str]) -> None:
    given = cli.parser().parse_args(["runs", *words])
    assert (given.verb, given.names, given.now) == ("stop", ["x"], True)
    assert (given := cli.parser().parse_args(["runs"])).verb == "list"
    assert (given.names, given.now) == ([], False)
