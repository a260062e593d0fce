"""Masked-view consistency: its loss by another formula, TRADES' where nothing is covered, and which cells it draws."""

import math
from dataclasses import replace

import pytest
import torch
from torch.nn.functional import cross_entropy, kl_div

from core.classifiers import mnist_cnn
from core.objectives.masked_consistency import MaskedConsistency, drawn_cells
from core.objectives.pgd_adversarial import PGDAdversarial
from core.objectives.trades import Trades
from tests.toys import CELLS, draw, mapped_batch, separable, small, whole


@pytest.mark.parametrize("fill", ["mean", "patch"])
def test_the_loss_by_another_formula(fill: str) -> None:
    classifier, batch = small(1, norm=False), mapped_batch(16)
    objective = MaskedConsistency(beta=3.0, cells=4, area=0.5, fill=fill)
    attacked = (batch.images + 0.3 * (draw(16, 1, 6, 6, seed=1) - 0.5)).clamp(0, 1)
    loss, parts = objective.loss(classifier, batch, attacked)
    hidden = objective.hidden(batch)[:, None].float()
    other = batch.others if fill == "patch" else batch.images.mean(dim=(2, 3), keepdim=True)
    clean, moved = (classifier(each * (1 - hidden) + other * hidden) for each in (batch.images, attacked))
    apart = kl_div(moved.log_softmax(dim=1), clean.softmax(dim=1), reduction="batchmean")
    wanted = cross_entropy(classifier(attacked), batch.labels) + 3 * apart
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-5)
    assert parts["divergence"] == pytest.approx(apart.item(), rel=1e-3)
    assert apart > 1e-5
    weights = list(classifier.net.parameters())
    for one, two in zip(torch.autograd.grad(loss, weights), torch.autograd.grad(wanted, weights), strict=True):
        torch.testing.assert_close(one, two, rtol=1e-4, atol=1e-6)


def test_with_nothing_covered_the_second_part_is_that_of_trades() -> None:
    classifier = mnist_cnn.fresh(1)
    images, labels = draw(12, 1, 28, 28), torch.arange(12) % 10
    batch, attacked = whole(images, labels), (images + 0.2 * (draw(12, 1, 28, 28, seed=1) - 0.5)).clamp(0, 1)
    loss, parts = MaskedConsistency(mask_source="none", beta=4.0).loss(classifier, batch, attacked)
    trades, its = Trades(beta=4.0).loss(classifier, batch, attacked)
    assert parts["divergence"] == its["divergence"] > 0
    assert loss.item() - parts["adversarial"] == pytest.approx(trades.item() - its["cross_entropy"], rel=1e-4)
    assert parts["adversarial"] == cross_entropy(classifier(attacked), labels).item()


def test_without_weight_it_is_adversarial_training() -> None:
    batch, classifier = mapped_batch(16), small(norm=False)
    found, parts = MaskedConsistency(eps=0.1, beta=0.0)(classifier, batch)
    assert found.item() == PGDAdversarial(eps=0.1)(classifier, batch)[0].item()
    assert set(parts) == {"adversarial"}


def test_cells_are_drawn_in_proportion_without_putting_back() -> None:
    """Two of four: P(first a, then b) = w_a w_b / (1 - w_a), all orders by brute force."""
    weights = torch.tensor([0.5, 0.3, 0.15, 0.05])
    many = 40_000
    found = drawn_cells(weights.expand(many, -1), torch.ones(many, 4).bool(), 0.5, draw(many, 4, seed=1))
    assert set(found.sum(dim=1).tolist()) == {2}
    for cell in range(4):
        wanted = 0.0
        for first in range(4):
            for second in range(4):
                if first != second and cell in (first, second):
                    wanted += (weights[first] * weights[second] / (1 - weights[first])).item()
        assert found[:, cell].float().mean().item() == pytest.approx(wanted, abs=0.01)


@pytest.mark.parametrize("source", ["lime", "even"])
def test_what_is_covered_is_where_lime_is_unsteady(source: str) -> None:
    unsteady = torch.tensor([3.7, 0.1, 0.1, 0.1])[CELLS].expand(64, -1, -1)
    batch = replace(mapped_batch(64), masks=unsteady if source == "lime" else torch.ones(64, 6, 6))
    hidden = MaskedConsistency(cells=4, mask_source=source).hidden(batch)
    assert set(hidden.float().mean(dim=(1, 2)).tolist()) == {0.25}
    often = hidden[:, 0, 0].float().mean().item()  # the first cell
    assert often > 0.85 if source == "lime" else 0.1 < often < 0.45


def test_a_map_is_followed_to_where_a_mirror_put_it_and_an_image_without_one_has_even_cells() -> None:
    left = torch.tensor([4.0, 0.0, 0.0, 0.0])[CELLS]
    maps = torch.stack([left, left.flip(1), torch.zeros(6, 6)] * 40)
    batch = replace(mapped_batch(120), masks=maps)
    hidden = MaskedConsistency(cells=4).hidden(batch)
    assert hidden[0::3, 0, 0].all()
    assert hidden[1::3, 0, 5].all()
    assert 0.1 < hidden[2::3, 0, 0].float().mean() < 0.45
    bare = replace(batch, masks=None)
    assert torch.equal(MaskedConsistency(cells=4).hidden(bare)[2::3], hidden[2::3])


def test_what_it_refuses_and_says() -> None:
    with pytest.raises(ValueError, match="expected at least 2"):
        MaskedConsistency(repeats=1)
    assert MaskedConsistency(repeats=1, mask_source="even").due(1)
    assert not MaskedConsistency(mask_source="none").due(1)
    assert not MaskedConsistency(beta=0.0).due(1)
    assert MaskedConsistency(mask_source="none").unguided(30).startswith("Nothing is covered")
    assert MaskedConsistency(first=5).unguided(5).startswith("No map is made")
    assert MaskedConsistency(mask_source="even").named == "Masked-view consistency (control: all cells alike)"


def test_the_attack_is_that_of_adversarial_training() -> None:
    batch, classifier = whole(*separable(8)), small(norm=False)
    found = MaskedConsistency(eps=0.1).attack(classifier, batch)
    assert torch.equal(found, PGDAdversarial(eps=0.1).attack(classifier, batch))
    assert math.isfinite(found.sum().item())
