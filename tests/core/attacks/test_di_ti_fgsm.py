"""What DI2-FGSM does to pictures and TI-FGSM to gradients, on sizes and batches that the library is not asked for."""

import pytest
import torch
from torch import nn

from core.attacks.di_fgsm import DIFGSM, shrunk
from core.attacks.mi_fgsm import MIFGSM
from core.attacks.ti_fgsm import TIFGSM, gaussian, smoothed
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from tests.core.attacks.networks import EPS, STEP, batch, network


def places(height: int, width: int, rate: float, draws: int = 200) -> list[tuple[int, int, int, int]]:
    """Of many draws, where a white picture lies afterwards: (top, left, height, width)."""
    generator, found = torch.Generator().manual_seed(0), []
    for _ in range(draws):
        small, _ = shrunk(torch.ones(2, 3, height, width), rate, generator)
        assert small.shape == (2, 3, height, width)
        assert torch.equal(small, small[:1, :1].expand_as(small)), "all images and channels alike"
        rows, columns = (small[0, 0].amax(dim=side).nonzero()[:, 0].tolist() for side in (1, 0))
        assert (small[0, 0][rows][:, columns] > 0.999).all(), "one rectangle, whole"
        found.append((rows[0], columns[0], len(rows), len(columns)))
    return found


def test_pictures_get_every_size_and_place_that_they_may() -> None:
    found = places(10, 10, 0.7)
    assert {size for _, _, size, _ in found} == {7, 8, 9}
    assert all(high == wide for _, _, high, wide in found)
    assert {(top, left) for top, left, size, _ in found if size == 7} == {(x, y) for x in range(3) for y in range(3)}


def test_pictures_keep_their_proportions_and_are_never_lost() -> None:
    assert {(high, wide) for _, _, high, wide in places(10, 20, 0.8)} == {(8, 16), (8, 17), (9, 18), (10, 19)}
    assert {(high, wide) for _, _, high, wide in places(1, 3, 0.5)} == {(1, 1), (1, 2)}
    assert set(places(1, 1, 0.9)) == {(0, 0, 1, 1)}


def test_how_often_is_how_often() -> None:
    draws = [shrunk(torch.ones(1, 1, 4, 4), 0.9, generator)[1] for generator in [torch.Generator()] for _ in range(999)]
    assert 0.45 < sum(draw < 0.5 for draw in draws) / 999 < 0.55


@pytest.mark.parametrize("attack", [DIFGSM(eps=EPS, step=STEP), TIFGSM(eps=EPS, step=STEP)], ids=lambda each: each.key)
def test_an_image_by_itself_is_attacked_as_in_a_batch(attack: Attack) -> None:
    classifier = network()
    images, labels, _ = batch(classifier)
    together = attack(classifier, images, labels, seed=4)
    for row in (0, 3, 5):
        alone = attack(classifier, images[row : row + 1], labels[row : row + 1], seed=4)
        assert (
            (alone - together[row : row + 1]).abs() <= 1e-6
        ).float().mean() > 0.99  # but where signs are of rounding


def test_without_their_own_share_both_are_mi_fgsm() -> None:
    classifier = network()
    images, labels, _ = batch(classifier)
    usual = MIFGSM(eps=EPS, step=STEP, decay=0.7)(classifier, images, labels)
    never = DIFGSM(eps=EPS, step=STEP, decay=0.7, probability=0.0)(classifier, images, labels)
    assert torch.equal(never, usual)
    for other in (DIFGSM(eps=EPS, step=STEP, decay=0.7), TIFGSM(eps=EPS, step=STEP, decay=0.7)):
        assert ((other(classifier, images, labels) - usual).abs() > 1e-4).float().mean() > 0.1


def test_another_seed_draws_other_pictures() -> None:
    classifier = network()
    images, labels, _ = batch(classifier)
    one, other = (DIFGSM(eps=EPS, step=STEP)(classifier, images, labels, seed=seed) for seed in (1, 2))
    assert not torch.equal(one, other)


def test_gradients_are_smoothed_by_the_kernel_of_the_authors_code() -> None:
    """Fifteen pixels from -3 to 3 standard deviations; each channel by itself; what lies outside counts as 0."""
    weights = torch.distributions.Normal(0, 7 / 3).log_prob(torch.arange(-7.0, 8.0)).exp()
    assert torch.allclose(gaussian(7), weights / weights.sum(), atol=1e-6)
    gradient = torch.zeros(1, 2, 20, 30)
    gradient[0, 1, 10, 9] = 2.0
    found = smoothed(gradient, 7)
    assert found[0, 0].abs().max() == 0
    kernel = torch.outer(gaussian(7), gaussian(7))
    assert torch.allclose(found[0, 1, 3:18, 2:17], 2 * kernel, atol=1e-7)
    assert found.sum().item() == pytest.approx(2.0, abs=1e-5)
    edge = torch.zeros(1, 1, 20, 20)
    edge[0, 0, 0, 10] = 1.0
    assert smoothed(edge, 7).sum().item() == pytest.approx(0.5 + gaussian(7)[7].item() / 2, abs=1e-5)


@pytest.mark.parametrize(("size", "radius"), [(28, 2), (32, 2), (150, 4)])
def test_the_kernel_fits_the_picture(size: int, radius: int) -> None:
    classifier = Classifier(nn.Sequential(nn.Flatten(), nn.Linear(size * size, 2)).eval(), ("a", "b"), (1, size, size))
    image, label = torch.rand(1, 1, size, size, generator=torch.Generator().manual_seed(0)), torch.tensor([0])
    usual = TIFGSM(steps=2)(classifier, image, label)
    assert torch.equal(usual, TIFGSM(steps=2, radius=radius)(classifier, image, label))
    assert not torch.equal(usual, TIFGSM(steps=2, radius=radius + 1)(classifier, image, label))
