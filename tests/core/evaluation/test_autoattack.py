"""What withstands AutoAttack: against exact answers, the library's own runs, and after a break."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import torchattacks
from torch import Tensor

from core.contracts.interfaces import Images
from core.contracts.toy_models import linear
from core.evaluation import autoattack
from core.evaluation.accuracy import right
from core.evaluation.autoattack import withstood
from core.evaluation.autoattack_verdict import HELD, verdict_of
from tests.core.evaluation.networks import EPS, Broken, after, answered, network


def test_autoattack_on_a_linear_classifier_is_exact(tmp_path: Path) -> None:
    """An image falls if and only if min_k (z_y - z_k) / |w_y - w_k|_1 is at most eps, far from black and white."""
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(5, 1, 3, 3, generator=generator)
    classifier = linear(weight.tolist())
    images = torch.randint(90, 166, (40, 1, 3, 3), generator=generator).to(torch.uint8)
    scores = (images.float() / 255).flatten(1) @ weight.flatten(1).T
    labels = scores.argmax(dim=1)
    rows = weight.flatten(1)
    reach = torch.stack(
        [
            min(
                (score[label] - score[k]) / (rows[label] - rows[k]).abs().sum() for k in range(5) if k != label
            )
            for score, label in zip(scores, labels.tolist(), strict=True)
        ]
    )  # fmt: skip
    middle = reach.sort().values[10:30]
    widest = int((middle[1:] - middle[:-1]).argmax())  # so that no image stands on the brink
    eps = float(middle[widest : widest + 2].mean())
    assert ((reach - eps).abs() > 1e-3).all()
    data = Images(images, labels, classifier.labels)
    found = withstood(classifier, data, eps, folder=tmp_path, batch=16, steps=30, queries=60)
    assert [each == HELD for each in found.fell] == (reach > eps).tolist()
    assert found.order == ("apgd-ce", "apgd-t", "fab-t", "square")


def test_survivors_only_fall_and_are_what_the_library_leaves(tmp_path: Path) -> None:
    classifier = network()
    data = answered(classifier)
    found = withstood(classifier, data, EPS, folder=tmp_path, batch=50, steps=10, queries=50)
    held = list(found.after.values())
    assert held[0] == 22
    assert found.fell[-2:] == "00"
    assert held == sorted(held, reverse=True)
    assert 0 < held[-1] < held[0]
    parts = torchattacks.AutoAttack(classifier.module(), eps=EPS, seed=0)._autoattack.attacks
    parts[3] = torchattacks.Square(classifier.module(), eps=EPS, n_queries=50, resc_schedule=False)
    left = right(classifier, data)
    for part, count in zip(parts, held[1:], strict=True):
        images, labels = data.images[left].float() / 255, data.labels[left]
        left[left.clone()] = classifier.probabilities(part(images, labels)).argmax(dim=1) == labels
        assert int(left.sum()) == count


def test_a_break_changes_nothing(tmp_path: Path) -> None:
    classifier = network()
    data = answered(classifier)
    asked: dict[str, Any] = {"batch": 6, "steps": 3, "queries": 20}
    said: list[str] = []
    whole = withstood(classifier, data, EPS, folder=tmp_path / "whole", say=said.append, **asked)
    assert len(said) > 7
    for stop in (1, 2, len(said) // 2, len(said)):
        folder = tmp_path / str(stop)
        with pytest.raises(Broken):
            withstood(classifier, data, EPS, folder=folder, say=after(stop), **asked)
        left: list[str] = []
        again = withstood(classifier, data, EPS, folder=folder, say=left.append, **asked)
        assert again.fell == whole.fell
        assert len(left) == len(said) - stop, "what was done is not done again"
    assert withstood(classifier, data, EPS, folder=tmp_path / "whole", say=after(1), **asked).finished


def test_an_evaluation_ended_early_goes_on_from_there(tmp_path: Path) -> None:
    classifier = network()
    data = answered(classifier)
    asked: dict[str, Any] = {"batch": 6, "steps": 3, "queries": 20}
    whole = withstood(classifier, data, EPS, folder=tmp_path / "whole", **asked)
    begun = withstood(classifier, data, EPS, folder=tmp_path / "part", first=1, **asked)
    assert (begun.finished, set(begun.after)) == (False, {"clean", "apgd-ce"})
    assert set(begun.fell) <= set("01" + HELD)
    assert withstood(classifier, data, EPS, folder=tmp_path / "part", **asked).fell == whole.fell


def test_a_state_of_another_question_is_refused(tmp_path: Path) -> None:
    classifier = network()
    data = answered(classifier)
    withstood(classifier, data, EPS, folder=tmp_path, steps=1, queries=1)
    for other, images, eps in (
        (network(1), data, EPS),
        (classifier, answered(classifier, 23), EPS),
        (classifier, data, 0.1),
    ):
        with pytest.raises(ValueError, match="another evaluation"):
            withstood(other, images, eps, folder=tmp_path, steps=1, queries=1)


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", '{"seconds": NaN}', '{"asked": 1}'], ids=len)
def test_a_damaged_state_is_a_sentence(tmp_path: Path, text: str) -> None:
    classifier = network()
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(ValueError, match="state.json"):
        withstood(classifier, answered(classifier), EPS, folder=tmp_path, steps=1, queries=1)


@pytest.mark.parametrize(
    "wrong",
    [{"fell": 3}, {"fell": "x"}, {"order": "a"}, {"order": []}, {"place": 1.5}, {"place": True}, {"done": -1},
     {"seconds": None}],
    ids=str,
)  # fmt: skip
def test_a_state_of_other_kinds_is_a_sentence(wrong: dict[str, Any]) -> None:
    state = {"order": ["apgd-ce"], "fell": "019", "place": 1, "done": 3, "seconds": 2.5}
    assert verdict_of(state, "state.json").fell == "019"
    with pytest.raises(ValueError, match="state.json is damaged"):
        verdict_of(state | wrong, "state.json")


def test_square_keeps_the_published_schedule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bool, int]] = []
    theirs = torchattacks.Square.perturb

    def look(self: Any, images: Tensor, labels: Tensor) -> Tensor:
        seen.append((self.rescale_schedule, self.n_queries))
        self.n_queries = 3
        return theirs(self, images, labels)

    monkeypatch.setattr(torchattacks.Square, "perturb", look)
    classifier = network()
    withstood(classifier, answered(classifier), 0.2 / 255, folder=tmp_path, steps=1)
    assert seen == [(False, 5000)]


def test_only_a_change_within_the_strength_counts() -> None:
    classifier = linear([[[[1.0]]], [[[0.0]]]])
    classifier.net.register_parameter("bias", None)
    shifted = replace(classifier, mean=(0.5,))
    images, labels = torch.full((3, 1, 1, 1), 0.6), torch.zeros(3, dtype=torch.int64)
    attacked = torch.tensor([0.45, 0.3, float("nan")]).view(3, 1, 1, 1)
    assert autoattack._fooled(shifted, images, attacked, labels, 0.15).tolist() == [True, False, False]
