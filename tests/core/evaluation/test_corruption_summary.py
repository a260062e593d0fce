"""What rows of corruptions come to: whole, and cut off anywhere."""

from typing import Any

import pytest
import torch

from core.evaluation.corruption_accuracy import cells, mean_corruption_accuracy
from core.evaluation.corruption_error import corruption_error, gain
from core.evaluation.corruption_summary import outcomes_of, so_far, summary
from core.evaluation.outcomes import pack

NAMES = ("a", "b", "c")
COUNT, BATCH = 8, 4


def rows() -> list[dict[str, Any]]:
    """Three models on eight images, two corruptions, two batches a cell."""
    draws = torch.Generator().manual_seed(0)
    return [
        {"classifier": name, "corruption": corruption, "severity": severity, "first": first,
         "right": pack((torch.rand(BATCH, generator=draws) < 0.6).tolist())}
        for corruption, severity in cells(("fog", "snow"))
        for first in range(0, COUNT, BATCH)
        for name in NAMES
    ]  # fmt: skip


def test_the_first_model_is_what_the_others_are_compared_with() -> None:
    told = summary(rows(), NAMES)
    base, *others = (outcomes_of(rows(), name) for name in NAMES)
    assert told["count"] == COUNT
    assert "gain" not in told["models"][0]
    for model, mine in zip(told["models"][1:], others, strict=True):
        assert model["against"] == "a"
        assert model["gain"] == gain(mine, base)
        assert model["mce"] == corruption_error(mine, base)["mce"]
    assert so_far(rows(), NAMES) == told | {"whole": 2}


@pytest.mark.parametrize("through", range(0, 67, 5))
def test_cut_off_it_tells_means_of_whole_corruptions_and_all_cells(through: int) -> None:
    """A batch of a cell is three rows, one a model; a cell six, a corruption thirty, after six clean ones."""
    some = rows()[:through]
    told = so_far(some, NAMES)
    if through <= 8:
        assert told is None, "the images as they are are not through, or nothing after them is there from every model"
        return
    assert told is not None
    assert told["count"] == COUNT
    whole = (through - 6) // 30
    assert told["whole"] == whole
    for model in told["models"]:
        mine = outcomes_of(some, model["classifier"])
        counted = {(cell["corruption"], cell["severity"]): cell["count"] for cell in model["cells"]}
        assert counted == {cell: len(hits) for cell, hits in mine.items()}
        assert ("mean" in model) == (whole > 0)
        if whole:
            kept = {cell: mine[cell] for cell in cells(("fog", "snow")[:whole])}
            assert model["mean"] == mean_corruption_accuracy(kept)
