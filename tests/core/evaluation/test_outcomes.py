"""What is kept of each image, and compared between two checkpoints."""

from typing import Any

import pytest
import torch

from core.evaluation import outcomes
from core.evaluation.autoattack_verdict import Verdict


def test_hits_come_back_as_they_were_packed() -> None:
    generator = torch.Generator().manual_seed(0)
    for count in (1, 7, 8, 1000):
        hits = (torch.rand(count, generator=generator) < 0.3).tolist()
        assert outcomes.unpack(outcomes.pack(hits)) == hits


def test_maps_are_compared_on_the_images_both_get_right() -> None:
    def made(held: list[bool], values: list[float]) -> dict[str, Any]:
        return {"held": outcomes.pack(held), "maps": {"lime": {"attack": {"spearman": values}}}}

    a = made([True, True, True, False], [0.9, 0.8, 0.7, 0.0])
    b = made([False, True, True, True], [0.0, 0.5, 0.2, 1.0])
    found = outcomes.steadier(a, b, "lime")
    assert found is not None
    assert (found.value, found.count) == (pytest.approx(0.4), 2)
    assert outcomes.steadier(a, {}, "lime") is None
    verdict = Verdict(("a",), "0199", place=2)
    difference = outcomes.difference({"autoattack": verdict.fell}, {"autoattack": "9100"}, "autoattack")
    assert difference is not None
    assert difference.value == 0.25
