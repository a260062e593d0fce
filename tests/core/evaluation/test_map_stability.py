"""How far maps move under attack: where nothing changes, and after a break."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.attacks.pgd import PGD
from core.evaluation import map_stability as stability
from core.evaluation.accuracy import right
from core.evaluation.map_stability import moved, summary
from core.explainers.integrated_gradients import IntegratedGradients
from core.explainers.lime import Lime
from tests.core.evaluation.networks import EPS, Broken, after, answered, network


def test_stability_of_what_does_not_change_is_one(tmp_path: Path) -> None:
    """At strength 0 the attacked image is the original, and so is the noise; only another seed can move a map."""
    classifier = network()
    data = answered(classifier, 12)
    lime = Lime(samples=40, segments=16, segmentation="grid")
    held, values = moved(
        classifier, data, PGD(eps=0.0), folder=tmp_path, count=12, explainers=(IntegratedGradients(), lime)
    )
    assert held == [True] * 10 + [False] * 2
    assert list(values["integrated_gradients"]) == ["attack", "noise"]
    for rows in values.values():
        assert all(value == 1 for comparison in ("attack", "noise") for value in rows[comparison]["spearman"])
    assert all(value < 1 for value in values["lime"]["seed"]["spearman"])
    found = summary(held, values)["lime"]["spearman"]
    assert found["attack"] == {
        "all": {"mean": 1.0, "interval_95": [1.0, 1.0], "count": 12},
        "held": {"mean": 1.0, "interval_95": [1.0, 1.0], "count": 10},
    }
    assert found["seed"]["all"]["mean"] == pytest.approx(sum(values["lime"]["seed"]["spearman"]) / 12, abs=1e-4)


def test_stability_goes_on_after_a_break(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stability, "CHUNK", 4)
    classifier = network()
    data = answered(classifier, 12)
    asked: dict[str, Any] = {"count": 12, "explainers": (Lime(samples=40, segments=16, segmentation="grid"),)}
    attack = PGD(eps=EPS, step=EPS / 4, steps=3)
    whole = moved(classifier, data, attack, folder=tmp_path / "whole", **asked)
    held = right(classifier, data) & right(classifier, data, attack, batch=4)
    assert whole[0] == held.tolist()
    assert 0 < held.sum() < right(classifier, data).sum()
    with pytest.raises(Broken):
        moved(classifier, data, attack, folder=tmp_path / "broken", say=after(2), **asked)
    assert moved(classifier, data, attack, folder=tmp_path / "broken", **asked) == whole
    with pytest.raises(ValueError, match="another evaluation"):
        moved(classifier, data, replace(attack, steps=4), folder=tmp_path / "broken", **asked)
    with_few = summary([True] + [False] * 11, whole[1])
    assert with_few["lime"]["spearman"]["attack"]["held"] == {"count": 1}, "one image is no mean"
