"""What `--set` and `--maps` are told, however absurd, is a value or a sentence; nothing is evaluated."""

from typing import Any

import pytest

from core.cli import attack, parser
from core.cli.settings import read_value, split_setting
from core.study.study import Study


@pytest.mark.parametrize(
    ("text", "real", "value"),
    [
        ("8/255", True, 8 / 255), ("3", True, 3.0), ("3", False, 3), ("-3", False, -3), ("1e-3", False, 1e-3),
        ("TRUE", False, True), ("grid", False, "grid"), ("", True, ""), ("1/0", True, "1/0"), ("[1]", False, "[1]"),
        ("1e999", True, float("inf")), ("9" * 400, True, float("inf")), ("9" * 5000, False, float("inf")),
        ("[" * 100_000, False, "[" * 100_000), ("10**400", False, "10**400"),
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_values(text: str, real: bool, value: Any) -> None:
    read = read_value(text, real)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("text", ["", "pgd", "pgd.eps", "pgd=3", "pgd.=3", "=", "."])
def test_settings_of_no_form_are_shown_one(text: str) -> None:
    with pytest.raises(ValueError, match="expected METHOD.NAME=VALUE, got"):
        split_setting(text, "METHOD.NAME=VALUE")


@pytest.mark.parametrize(
    "setting",
    ["pgd.eps=1e999", "pgd.steps=10**400", "pgd.steps=" + "9" * 30, "pgd.steps=" + "9" * 5000, "pgd.eps=",
     "pgd.eps=nan", "pgd.eps={" * 1000, "pgd.method=fgsm", "pgd.no=1", "fgsm.eps=1/255"],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_absurd_settings_are_a_sentence(setting: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert parser.main(["attack", "mnist/0003", "--model", "mnist_cnn:standard", "--set", setting]) == 2
    said = capsys.readouterr().err
    assert said.startswith("counterproof: ")
    assert said.count("\n") == 1


@pytest.mark.parametrize("part", ["objective", "schedule", "lime_guided"])
def test_the_method_is_no_parameter_of_a_refinement_either(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["refine", "--preset", "quick", "--objective", "lime_guided", "--set", f"{part}.method=trades"]
    assert parser.main(words) == 2
    assert f"'method' is not a parameter of '{part}'" in capsys.readouterr().err


def test_a_map_that_is_named_twice_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attack, "run", lambda study, _: study)
    words = ["explain", "mnist/0003", "--model", "mnist_cnn:standard", "--maps", "lime, grad_cam_pp,lime"]
    study: Study = attack.study_of(parser.parser().parse_args(words))
    assert [each.key for each in study.case.explainers] == ["lime", "grad_cam_pp"]
