"""What the shell is told by a parameter's earlier name."""

import pytest

from core.cli import parser as cli
from core.cli import refine as shell
from core.objectives.lime_guided import LimeGuided


@pytest.mark.parametrize("preset", [["--preset", "quick"], ["mnist_cnn:standard", "--data", "mnist"]], ids=len)
@pytest.mark.parametrize("name", ["objective.groups", "objective.turns", "lime_guided.turns"])
def test_a_setting_by_its_earlier_name_is_still_read(name: str, preset: list[str]) -> None:
    words = ["refine", *preset, "--objective", "lime_guided", "--set", f"{name}=7"]
    found = shell.request_of(cli.parser().parse_args(words)).objective
    assert isinstance(found, LimeGuided)
    assert found.groups == 7
