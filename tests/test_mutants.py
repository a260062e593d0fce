"""The mistakes of `make mutants` can still be planted: every one changes one place that is there."""

import ast
from pathlib import Path

import pytest

from core.base.paths import ROOT
from tests.mutants.edits import EDITS, Edit


@pytest.mark.parametrize("edit", EDITS, ids=lambda each: each.named[:80])
def test_a_mistake_changes_one_place_and_leaves_python(edit: Edit) -> None:
    text = (ROOT / edit.path).read_text()
    assert text.count(edit.was) == 1, "the file no longer says so, or says it more than once"
    assert edit.becomes != edit.was
    ast.parse(text.replace(edit.was, edit.becomes))
    assert all((ROOT / each).is_file() for each in edit.tests.split())


WINGS = (
    "attacks explainers objectives metrics training spurious compare minimal_distance corruptions casebook batch "
    "detection detectors"
)


@pytest.mark.parametrize("wing", WINGS.split())
def test_there_is_a_mistake_in_every_wing_that_computes_what_is_shown(wing: str) -> None:
    assert [each for each in EDITS if Path(each.path).parts[1] == wing]
