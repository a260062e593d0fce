"""The attacker who knows: on models small enough to say what can be evaded, and what cannot."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

import core.detection.adaptive.adaptive_search as search
from core.base.cancellation import Cancelled, CancelScope
from core.contracts.classifier import Classifier
from core.contracts.detector import Evidence, Fitted
from core.contracts.toy_models import linear
from core.detection.adaptive.adaptive_attack import Adapted, adaptive_attack
from core.detection.adaptive.adaptive_gradients import Known, Seen, Way, orthogonal, unit, uphill
from core.detection.adaptive.adaptive_search import Try
from core.detection.adaptive.differentiable_signature import Surrogate
from tests.toys import draw

# The lead of class 0, 2 (x1 + x2 - x3), is 0.75, and x2 and x3 can take 0.8 of it within 0.2 a pixel: they alone fool,
# if they go nearly all the way. `FirstPixel` calls a picture attacked once x1 has gone below 0.45.
MODEL = linear([[[[2.0, 2.0, -2.0]]], [[[0.0, 0.0, 0.0]]]])
IMAGES = torch.tensor([0.5, 0.5, 0.625]).view(1, 1, 1, 3).repeat(12, 1, 1, 1)
LABELS = torch.zeros(12, dtype=torch.long)
BLACK = Surrogate(torch.zeros(1, 1, 1, 3))
EPS = 0.2


class Toy(Fitted):
    tensors: dict[str, Tensor] = {}

    def score(self, classifier: Classifier, evidence: Evidence) -> Tensor:
        return self.differentiable(classifier, evidence.images, evidence.probabilities, evidence.signatures)


class FirstPixel(Toy):
    def differentiable(
        self, classifier: Classifier, images: Tensor, probabilities: Tensor, signatures: Tensor
    ) -> Tensor:
        return 0.5 - images[:, 0, 0, 0]


@dataclass(frozen=True, eq=False)
class Signature(Toy):
    """weight (H, W) times the signature, plus a constant."""

    weight: Tensor
    constant: float = 0.0

    def differentiable(
        self, classifier: Classifier, images: Tensor, probabilities: Tensor, signatures: Tensor
    ) -> Tensor:
        return (signatures * self.weight).sum(dim=(1, 2)) + self.constant


class Opaque(FirstPixel):
    def score(self, classifier: Classifier, evidence: Evidence) -> Tensor:
        return 0.5 - evidence.images[:, 0, 0, 0]

    def differentiable(
        self, classifier: Classifier, images: Tensor, probabilities: Tensor, signatures: Tensor
    ) -> Tensor:
        raise NotImplementedError


def real(fitted: Fitted) -> Callable[[Tensor], Tensor]:
    def score_of(images: Tensor) -> Tensor:
        probabilities = MODEL.probabilities(images)
        maps = BLACK(MODEL, images, probabilities.argmax(dim=1)).detach()
        return fitted.score(MODEL, Evidence(images, probabilities, maps))

    return score_of


def attacked(fitted: Fitted, threshold: float = 0.05, **more: object) -> Adapted:
    given = {"score_of": real(fitted), "surrogate": BLACK, "steps": 30, "check": 5} | more
    return adaptive_attack(MODEL, fitted, IMAGES, LABELS, EPS, threshold=threshold, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("way", ["orthogonal", "weighted"])
def test_either_way_finds_what_passes_both(way: Way) -> None:
    found = attacked(FirstPixel(), tries=(Try(way),) * 2)
    assert found.passed.all()
    assert found.fooled.all()
    assert (MODEL.probabilities(found.images).argmax(dim=1) == 1).all()
    assert (found.images[:, 0, 0, 0] > 0.45).all()
    assert (found.images - IMAGES).abs().max() <= EPS + 1e-6
    assert 0 <= found.images.min() <= found.images.max() <= 1
    torch.testing.assert_close(found.scores, 0.5 - found.images[:, 0, 0, 0])
    assert not found.stood_in


def test_who_does_not_mind_the_detector_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "uphill", lambda way, seen, *_: seen.of_lead)
    blind = attacked(FirstPixel(), tries=(Try("weighted"),))
    assert blind.fooled.all()
    assert blind.passed.sum() <= 6


def test_a_score_that_never_falls_is_never_evaded() -> None:
    found = attacked(Signature(torch.zeros(1, 3), constant=1.0))
    assert found.fooled.all()
    assert not found.passed.any()
    assert found.scores.tolist() == [1.0] * 12


def test_an_image_is_called_attacked_above_the_threshold_and_passes_at_it() -> None:
    found = attacked(Signature(torch.zeros(1, 3), constant=1.0), threshold=1.0)
    assert found.passed.all()
    assert found.queries <= 12 + 2 * 12  # and is then left alone
    assert not attacked(Signature(torch.zeros(1, 3), constant=1.0), threshold=0.99).passed.any()


def test_a_detector_of_signatures_that_asks_for_little_is_always_evaded() -> None:
    """The signatures of class 1 are zero, as its weights are: below the threshold wherever the answer is wrong."""
    fitted = Signature(torch.ones(1, 3))
    assert (real(fitted)(IMAGES) > 0.1).all()
    found = attacked(fitted, threshold=0.1)
    assert found.passed.all()
    assert found.scores.tolist() == [0.0] * 12


def test_the_signature_that_is_followed_is_that_of_the_class_it_is_led_to() -> None:
    model = linear([[[[1.0, 0.0, 0.0]]], [[[0.0, 5.0, 0.0]]], [[[0.0, 0.0, 7.0]]]])
    image, label = torch.tensor([[[[0.9, 0.1, 0.01]]]]), torch.tensor([0])
    known = Known(model, Signature(torch.ones(1, 3)), 0.0, BLACK)
    assert known.look(image, label).of_score.flatten().tolist() == [0.0, 5.0, 0.0]
    assert known.look(image, label, beside=False).of_score.flatten().tolist() == [1.0, 0.0, 0.0]
    assert known.look(image, label).of_lead.flatten().tolist() == [1.0, -5.0, 0.0]


def test_the_walk_looks_at_that_class_and_at_the_threshold_of_what_has_gradients(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[tuple[bool, float]] = []
    look = Known.look

    def watched(self: Known, *given: Tensor, beside: bool = True, draws: torch.Generator | None = None) -> Seen:
        if draws is not None:
            seen.append((beside, self.threshold))
        return look(self, *given, beside=beside, draws=draws)

    monkeypatch.setattr(Known, "look", watched)
    attacked(Opaque(), stand_in=(FirstPixel(), 0.25), steps=5)
    assert set(seen) == {(True, 0.25)}
    seen.clear()
    attacked(FirstPixel(), tries=(Try("detector"),), threshold=-9.0, steps=5)
    assert set(seen) == {(False, -9.0)}


def test_nothing_passes_that_the_real_detector_catches() -> None:
    found = attacked(FirstPixel(), score_of=lambda images: torch.full((len(images),), 9.0))
    assert found.fooled.all()
    assert not found.passed.any()


def test_a_detector_without_gradients_needs_a_stand_in_and_answers_itself() -> None:
    with pytest.raises(ValueError, match="stand-in"):
        attacked(Opaque())
    found = attacked(Opaque(), stand_in=(FirstPixel(), 0.05))
    assert found.stood_in
    assert found.passed.all()
    other_scale = attacked(Opaque(), stand_in=(Signature(torch.tensor([[0.0, 0.0, 1.0]])), 40.0))
    torch.testing.assert_close(other_scale.scores, 0.5 - other_scale.images[:, 0, 0, 0])


def test_who_minds_the_detector_alone_makes_the_score_small_and_fools_nobody() -> None:
    scores = real(FirstPixel())(IMAGES)
    found = attacked(FirstPixel(), threshold=-0.15, tries=(Try("detector"),))
    assert (scores > -0.15).all()
    assert (found.scores < -0.15).all()
    assert not found.fooled.any()
    assert not found.passed.any()


def test_an_image_that_cannot_be_moved_is_handed_back() -> None:
    found = adaptive_attack(
        MODEL, FirstPixel(), IMAGES, LABELS, 0.01, threshold=0.05, score_of=real(FirstPixel()), steps=5
    )
    assert torch.equal(found.images, IMAGES)
    assert not found.fooled.any()
    assert found.scores.tolist() == [0.0] * 12


def test_of_what_fools_the_lowest_real_score_is_kept() -> None:
    asked: list[Tensor] = []

    def score_of(images: Tensor) -> Tensor:
        asked.append(images)
        return 2 + images[:, 0, 0, 1]

    found = attacked(FirstPixel(), score_of=score_of)
    fooling = torch.cat([each for each in asked[1:]])
    assert (MODEL.probabilities(fooling).argmax(dim=1) == 1).all()
    assert found.scores.min().item() == pytest.approx((2 + fooling[:, 0, 0, 1]).min().item())
    torch.testing.assert_close(found.scores, 2 + found.images[:, 0, 0, 1])
    assert found.queries == sum(map(len, asked))


@pytest.mark.parametrize("one", [Try("weighted", reach=1), Try("weighted")])
def test_a_try_that_keeps_off_plain_surfaces_leaves_them_as_they_are(one: Try) -> None:
    """Two images, one plain on the left, the other on the right; the first passes if its plain side is as it was."""
    model = linear([[[[1.0, -1.0, 1.0, 1.0, -1.0, 1.0]]], [[[0.0] * 6]]])
    first = torch.tensor([0.5, 0.5, 0.5, 0.5, 0.9, 0.2]).view(1, 1, 1, 6)
    images, asked = torch.cat([first, first.flip(3)]), []

    def score_of(shown: Tensor) -> Tensor:
        asked.append(shown)
        return 1 - (shown[..., :3] == 0.5).all(dim=3)[:, 0, 0].float()

    found = adaptive_attack(
        model, Signature(torch.zeros(1, 6)), images, torch.tensor([0, 0]), EPS, threshold=0.5, tries=(one,), steps=20,
        score_of=score_of, check=5,
    )  # fmt: skip
    assert found.fooled.all()
    assert found.passed.tolist() == [one.reach is not None, False]
    assert torch.equal(asked[-1][-1, ..., 3:], images[1, ..., 3:]) == (one.reach is not None)
    assert len(asked[-1]) == (1 if one.reach is not None else 2)


def test_at_every_look_something_new_is_shown() -> None:
    asked: list[Tensor] = []

    def score_of(images: Tensor) -> Tensor:
        asked.append(images)
        return torch.ones(len(images))

    known = Known(MODEL, Signature(torch.zeros(1, 3), constant=1.0), 0.05)
    hunt = search.Search(known, IMAGES, LABELS, EPS, 0.05, score_of, batch=50)
    start = torch.tensor([0.5, 0.3, 0.82]).expand_as(IMAGES)
    list(hunt.walk(Try("weighted"), torch.arange(12), start, 1.0, step=0.01, steps=3, check=1, seed=0))
    assert [len(each) for each in asked] == [12] * 4
    assert torch.equal(asked[1], start)
    assert (asked[2] < asked[1])[..., 0].all()
    assert (asked[3] < asked[2])[..., 0].all()


def test_the_same_seed_gives_the_same_whatever_the_batch_and_another_seed_another() -> None:
    one, two, other = attacked(FirstPixel()), attacked(FirstPixel(), batch=5), attacked(FirstPixel(), seed=7)
    assert torch.equal(one.images, two.images)
    assert not torch.equal(one.images, other.images)


def test_an_image_that_passes_is_left_alone() -> None:
    found = attacked(FirstPixel(), threshold=5.0)
    assert found.passed.all()
    assert found.queries <= 12 + 2 * 12  # as they are, and hardly more than once
    right = attacked(FirstPixel(), threshold=5.0, tries=(Try("weighted"),) * 3)
    assert right.evaluations < 30 * 12 * 3 * 30


def test_it_tells_how_far_it_is_and_stops_when_asked() -> None:
    told: list[tuple[int, int]] = []
    attacked(Signature(torch.zeros(1, 3), constant=1.0), on_done=lambda *part: told.append(part), batch=5)
    assert told == sorted(told)
    assert told[-1] == (4 * 12 * 30, 4 * 12 * 30)

    scope = CancelScope()
    with scope, pytest.raises(Cancelled):
        attacked(FirstPixel(), on_done=lambda *_: scope.stop(), threshold=-9.0)


def test_the_weight_rises_where_it_is_detected_and_falls_where_it_does_not_fool() -> None:
    known = Known(MODEL, Signature(torch.zeros(1, 3), constant=1.0), 0.05)
    for eps, wanted in ((EPS, 2.0), (0.01, 0.5)):
        hunt = search.Search(known, IMAGES, LABELS, eps, 0.05, lambda images: torch.ones(len(images)), batch=50)
        list(hunt.walk(Try("weighted"), torch.arange(12), IMAGES, 1.0, step=0.1, steps=20, check=10, seed=0))
        assert hunt.weights.tolist() == [wanted**2] * 12
        list(hunt.walk(Try("orthogonal"), torch.arange(12), IMAGES, 1.0, step=0.1, steps=20, check=10, seed=0))
        assert hunt.weights.tolist() == [wanted**2] * 12


def test_what_is_orthogonal_leaves_the_other_as_it_is() -> None:
    one, other = draw(6, 2, 3, 3) - 0.5, draw(6, 2, 3, 3, seed=1) - 0.5
    left = orthogonal(one, other)
    torch.testing.assert_close((left * other).sum(dim=(1, 2, 3)), torch.zeros(6), atol=1e-6, rtol=0)
    torch.testing.assert_close(orthogonal(left, other), left)
    torch.testing.assert_close((one - left) / unit(other), ((one - left) / unit(other))[:, :1, :1, :1].expand_as(one))


def test_the_weighted_way_by_hand() -> None:
    """sigmoid(0) (0.6, 0.8) + 3 sigmoid((7 - 5) / 2 + 1) (0, 1)."""
    seen = Seen(torch.zeros(1), torch.tensor([7.0]), torch.tensor([[[[3.0, 4.0]]]]), torch.tensor([[[[0.0, 0.1]]]]))
    found = uphill("weighted", seen, torch.tensor([3.0]), 5.0, 2.0).flatten().tolist()
    assert found == pytest.approx([0.3, 0.4 + 3 / (1 + 2.718281828**-2)])
    assert torch.equal(uphill("detector", seen, torch.tensor([3.0]), 5.0, 2.0), seen.of_score)


def test_what_makes_no_sense_is_refused() -> None:
    for wrong in ({"tries": ()}, {"tries": (Try("detector"), Try("weighted"))}, {"steps": 0}, {"step": 0.0}):
        with pytest.raises(ValueError, match="expected"):
            attacked(FirstPixel(), **wrong)
    for way, reach in (("best", None), ("weighted", -1)):
        with pytest.raises(ValueError, match="a way among"):
            Try(way, reach)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no images"):
        adaptive_attack(MODEL, FirstPixel(), IMAGES[:0], LABELS[:0], EPS, threshold=0.0, score_of=real(FirstPixel()))
    with pytest.raises(ValueError, match="not finite"):
        attacked(FirstPixel(), score_of=lambda images: torch.full((len(images),), float("nan")))
