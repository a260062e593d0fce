"""The place of a row is held until its map is there, with the columns that the table will have."""

import torch

from app.study.map_panel import _place
from app.study.map_table import columns_of, pending
from core.explainers.grad_cam_pp import GradCAMPP
from core.explainers.lime import Lime
from core.study.maps import Maps
from core.study.measures import measured

MAP = torch.arange(16.0).reshape(4, 4)


def test_a_row_to_come_has_three_empty_places_and_no_number() -> None:
    shown = _place(GradCAMPP())
    assert [each["under"] for each in shown["pictures"]] == ["", "", ""]
    assert shown["soon"]
    assert [cell["text"] for cell in shown["body"][0][1:]] == ["", ""]


def test_the_columns_of_the_controls_are_there_before_them() -> None:
    """So that the table does not grow sideways."""
    grad_cam, lime = GradCAMPP(), Lime()
    cases = ((grad_cam, (0, 0), []), (lime, (0, 0), ["seed"]), (grad_cam, (0, 1), ["switch"]),
             (lime, (0, 1), ["seed", "switch"]))  # fmt: skip
    for explainer, classes, more in cases:
        early = Maps(MAP, MAP + 1, classes, {}, 0.0)
        late = Maps(MAP, MAP + 1, classes, {}, 0.0, noise=MAP[None], seeds=MAP[None] if explainer.random else None,
                    switched=MAP if classes[0] != classes[1] else None)  # fmt: skip
        first = columns_of(measured(explainer.key, early), pending(explainer, early))
        assert [key for key, _, _ in first] == ["attack", "noise", *more]
        assert first == columns_of(measured(explainer.key, late), ())
