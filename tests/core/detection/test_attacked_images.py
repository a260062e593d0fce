"""Every image is attacked at every strength, from as few computations as serve, and an interrupted one goes on."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from core.attacks.bim import BIM
from core.attacks.deepfool import DeepFool
from core.attacks.deepfool_linf import DeepFoolLinf
from core.attacks.fgsm import FGSM
from core.attacks.one_pixel import OnePixel
from core.attacks.pgd import PGD
from core.attacks.pgd_l2 import PGDL2
from core.base.cancellation import Cancelled, CancelScope
from core.base.params import param
from core.contracts.ascend import OnStep
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.detection.attacked_images import Attacked, attacked_images
from core.detection.content_cache import ContentCache
from core.evaluation.strength_sweep import at
from core.robustness.sweep import sweep

LINF, L2 = [2 / 255, 6 / 255, 12 / 255, 24 / 255], [0.05, 0.2, 0.6, 1.5]
BATCH = 10


@pytest.fixture(scope="module")
def model() -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        net = nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.Tanh(), nn.Flatten(), nn.Linear(6 * 64, 5))
    return Classifier(net, tuple("abcde"), (1, 8, 8), fingerprint="0" * 64)


@pytest.fixture(scope="module")
def images() -> Tensor:
    return torch.rand(24, 1, 8, 8, generator=torch.Generator().manual_seed(2))


@pytest.fixture(scope="module")
def labels(model: Classifier, images: Tensor) -> Tensor:
    return model.probabilities(images).argmax(dim=1)


@pytest.fixture
def cache(tmp_path: Path) -> ContentCache:
    return ContentCache(tmp_path)


def strengths_of(attack: Attack) -> list[float]:
    return LINF if attack.norm == math.inf else L2


@pytest.mark.parametrize(
    "attack", [FGSM(), BIM(steps=4), PGD(steps=3), DeepFoolLinf(steps=20), PGDL2(steps=3)], ids=lambda each: each.key
)
def test_like_one_attack_for_each_batch_and_strength(
    attack: Attack, model: Classifier, images: Tensor, labels: Tensor
) -> None:
    strengths = strengths_of(attack)
    found = attacked_images(model, images, labels, attack, strengths, seed=5, batch=BATCH)
    assert found.images.shape == (4, *images.shape)
    for place, eps in enumerate(strengths):
        for start in range(0, len(images), BATCH):
            rows = slice(start, start + BATCH)
            wanted = at(attack, eps)(model, images[rows], labels[rows], seed=5 + start)
            torch.testing.assert_close(found.images[place, rows], wanted)
        assert torch.equal(found.answers[place], model.probabilities(found.images[place]).argmax(dim=1))
    assert found.made == len(images) * (1 if attack.one_pass else 4)
    assert torch.equal(found.fooled, found.answers != labels)
    assert 0 < found.fooled[0].sum() < found.fooled[3].sum(), "images fall at several strengths"


def test_an_image_that_fell_is_attacked_at_every_larger_strength_too(
    model: Classifier, images: Tensor, labels: Tensor
) -> None:
    found = attacked_images(model, images, labels, BIM(steps=4), LINF)
    changes = (found.images - images).abs().amax(dim=(2, 3, 4))
    for place, eps in enumerate(LINF):
        torch.testing.assert_close(changes[place], torch.full((24,), eps))


@pytest.mark.parametrize("attack", [FGSM(), BIM(steps=4), PGDL2(steps=5, random_start=False), DeepFoolLinf(steps=20)])
def test_what_is_fooled_has_fallen_in_a_sweep(
    attack: Attack, model: Classifier, images: Tensor, labels: Tensor
) -> None:
    """Fooled at a strength: fallen there or before. It falls first where it is first fooled."""
    strengths = strengths_of(attack)
    fooled = attacked_images(model, images, labels, attack, strengths, batch=len(images)).fooled
    first = torch.where(fooled.any(dim=0), fooled.int().argmax(dim=0), len(strengths))
    assert torch.equal(sweep(model, images, labels, attack, strengths).fell, first)


def test_the_smallest_change_is_kept_where_it_is_inside(model: Classifier, images: Tensor, labels: Tensor) -> None:
    found = attacked_images(model, images, labels, DeepFool(steps=20), L2)
    nearest = DeepFool(steps=20)(model, images, labels)
    length = (nearest - images).flatten(1).norm(dim=1)
    for place, eps in enumerate(L2):
        inside = length <= eps
        assert torch.equal(found.images[place], torch.where(inside[:, None, None, None], nearest, images))
        assert torch.equal(found.fooled[place], inside)
    assert found.made == len(images)
    assert 0 < found.fooled[1].sum() < len(images)


def test_counts_by_class(model: Classifier, images: Tensor, labels: Tensor) -> None:
    found = attacked_images(model, images, labels, FGSM(), LINF)
    counts = found.fooled_per_class(5)
    assert counts.shape == (4, 5)
    for place in range(4):
        for kind in range(5):
            assert counts[place, kind] == int((found.fooled[place] & (labels == kind)).sum())


@pytest.mark.parametrize("attack", [FGSM(), PGD(steps=3)], ids=lambda each: each.key)
def test_the_cache_gives_the_same_and_makes_nothing(
    attack: Attack, model: Classifier, images: Tensor, labels: Tensor, cache: ContentCache
) -> None:
    once = 24 * (1 if attack.one_pass else 4)
    seen: list[tuple[int, int]] = []

    def ask(by: Classifier = model, kind: Attack = attack, rows: Tensor = images, seed: int = 5) -> Attacked:
        return attacked_images(
            by, rows, labels, kind, LINF, seed=seed, batch=BATCH, cache=cache,
            on_done=lambda done, of: seen.append((done, of)),
        )  # fmt: skip

    first, second = ask(), ask()
    assert (first.made, first.taken, second.made, second.taken) == (once, 0, 0, once)
    assert torch.equal(first.images, second.images)
    assert torch.equal(first.answers, second.answers)
    assert seen[-1] == (96, 96)
    assert [done for done, _ in seen[: len(seen) // 2]] == [done for done, _ in seen[len(seen) // 2 :]]
    other = replace(model, fingerprint="1" * 64)
    assert ask(by=other).taken == ask(kind=replace(attack, eps=0.2)).taken == ask(seed=6).taken == 0  # type: ignore[call-arg]
    assert ask(rows=images.flip(3)).taken == 0
    assert attacked_images(model, images, labels.flip(0), attack, LINF, seed=5, batch=BATCH, cache=cache).taken == 0
    assert ask(by=replace(model, fingerprint="")).taken == ask(by=replace(model, fingerprint="")).taken == 0


def test_an_interrupted_computation_goes_on_with_the_same_numbers(
    model: Classifier, images: Tensor, labels: Tensor, cache: ContentCache
) -> None:
    def interrupt(done: int, of: int) -> None:
        if done > of // 2:
            scope.stop()

    attack = PGD(steps=3)
    with CancelScope() as scope, pytest.raises(Cancelled):
        attacked_images(model, images, labels, attack, LINF, batch=BATCH, cache=cache, on_done=interrupt)
    found = attacked_images(model, images, labels, attack, LINF, batch=BATCH, cache=cache)
    assert found.taken == 50, "four strengths of ten images, and one of the ten after these"
    assert found.made + found.taken == 96
    assert torch.equal(found.images, attacked_images(model, images, labels, attack, LINF, batch=BATCH).images)


def test_each_batch_has_draws_of_its_own(model: Classifier, images: Tensor, labels: Tensor) -> None:
    twice, known = images[:1].expand(4, -1, -1, -1), labels[:1].expand(4)
    found = attacked_images(model, twice, known, PGD(steps=1), [0.1], batch=2).images[0]
    assert not torch.equal(found[:2], found[2:])


@dataclass(frozen=True)
class Sparse(OnePixel):
    eps: float = param(0.1, low=0.0, high=1.0)

    def run(
        self, classifier: Classifier, images: Tensor, labels: Tensor, targets: Tensor | None, seed: int,
        on_step: OnStep | None,
    ) -> Tensor:  # fmt: skip
        return images


def test_what_cannot_be_asked_is_said(model: Classifier, images: Tensor, labels: Tensor) -> None:
    with pytest.raises(ValueError, match="bounds the change in no norm"):
        attacked_images(model, images, labels, Sparse(), LINF)
    for strengths in ([], [0.0, 0.1], [0.2, 0.1], [0.1, 0.1]):
        with pytest.raises(ValueError, match="above 0, rising"):
            attacked_images(model, images, labels, FGSM(), strengths)
    with pytest.raises(ValueError, match="a label for each, got 24 and 23"):
        attacked_images(model, images, labels[:-1], FGSM(), LINF)
    with pytest.raises(ValueError, match="got 0 and 0"):
        attacked_images(model, images[:0], labels[:0], FGSM(), LINF)
