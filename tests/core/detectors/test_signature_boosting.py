"""Boosted trees walked here score as scikit-learn's own do, and their tensors cannot lead a walk astray."""

from typing import Any

import pytest
import sklearn.ensemble
import torch

from core.contracts.detector import Evidence
from core.detectors._trees import KINDS, Trees, as_tensors
from core.detectors.signature_boosting import SignatureBoosting, pooled
from tests.core.detectors.evidence import toy_evidence
from tests.toys import draw


def test_the_walk_gives_the_decision_function(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the very model that `fit` makes, on maps that it has not seen, also such as lie on a threshold."""
    made: list[Any] = []

    class Kept(sklearn.ensemble.GradientBoostingClassifier):  # type: ignore[misc]
        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings)
            made.append(self)

    monkeypatch.setattr(sklearn.ensemble, "GradientBoostingClassifier", Kept)
    model, seen, attacked = toy_evidence(200)
    _, others, _ = toy_evidence(200, seed=1)
    fitted = SignatureBoosting(trees=60).fit(model, seen, attacked)
    monkeypatch.undo()
    on_edge = others.signatures.clone().flatten(1)
    tree = made[0].estimators_[0, 0].tree_
    on_edge[:, tree.feature[0]] = float(torch.tensor(tree.threshold[0]).float())
    for maps in (seen.signatures, others.signatures, on_edge.reshape(-1, 6, 6)):
        wanted = torch.from_numpy(made[0].decision_function(maps.flatten(1).numpy()))
        own = Trees({name: fitted.tensors[name] for name in KINDS}, 36).decision(maps.flatten(1))
        torch.testing.assert_close(own, wanted, rtol=1e-12, atol=1e-12)
        given = fitted.score(model, Evidence(others.images, others.probabilities, maps))
        torch.testing.assert_close(given.double(), wanted, rtol=1e-6, atol=1e-6)


def test_a_tree_by_hand() -> None:
    """x_1 <= 0.5: -1; else x_0 <= -2: 3, else 4; and a second tree that is one leaf."""
    rows = {
        "feature": [[1, 0, 0, 0, 0], [0] * 5], "left": [[1, -1, 3, -1, -1], [-1] * 5],
        "right": [[2, -1, 4, -1, -1], [-1] * 5], "threshold": [[0.5, 0, -2, 0, 0], [0.0] * 5],
        "value": [[9, -1, 9, 3, 4], [0.25, 9, 9, 9, 9]],
    }  # fmt: skip
    tensors = {name: torch.tensor(value).to(KINDS[name]) for name, value in rows.items()}
    given = torch.tensor([[0.0, 0.5], [-2.0, 0.6], [0.0, 0.6]])
    assert Trees(tensors, 2).decision(given).tolist() == [-0.75, 3.25, 4.25]
    doubles = torch.tensor([[0.0, 0.5 + 1e-12]], dtype=torch.float64)  # 0.5 to scikit-learn
    assert Trees(tensors, 2).decision(doubles).tolist() == [-0.75]


def test_trees_that_would_walk_in_a_circle_or_out_of_the_map_are_refused() -> None:
    model, seen, attacked = toy_evidence()
    learned = dict(SignatureBoosting(trees=3).fit(model, seen, attacked).tensors)
    for name, value in (("left", 0), ("right", 10**6), ("feature", 36), ("feature", -1), ("right", -1)):
        changed = learned[name].clone()
        changed[0, 0] = value
        with pytest.raises(ValueError, match="detector's trees"):
            SignatureBoosting().restore(learned | {name: changed})
    with pytest.raises(ValueError, match="28 x 28"):
        SignatureBoosting().restore(learned | {"size": torch.tensor([40, 6])})


def test_large_maps_are_pooled_to_28_a_side_and_small_ones_left() -> None:
    maps = draw(2, 56, 84)
    assert pooled(maps).shape == (2, 28, 28)
    torch.testing.assert_close(pooled(maps)[0, 1, 2], maps[0, 2:4, 6:9].mean())
    assert torch.equal(pooled(maps[:, :20, :28]), maps[:, :20, :28])


def test_maps_of_another_size_are_refused() -> None:
    model, seen, attacked = toy_evidence()
    fitted = SignatureBoosting(trees=3).fit(model, seen, attacked)
    with pytest.raises(ValueError, match="another size"):
        fitted.score(model, Evidence(seen.images, seen.probabilities, draw(60, 4, 9)))


def test_the_stochastic_form_is_asked_for() -> None:
    tensors = as_tensors(
        sklearn.ensemble.GradientBoostingClassifier(n_estimators=2, init="zero", random_state=0).fit(
            draw(20, 3).numpy(), [0, 1] * 10
        )
    )
    assert {name: value.dtype for name, value in tensors.items()} == KINDS
    assert tensors["feature"].shape[0] == 2
