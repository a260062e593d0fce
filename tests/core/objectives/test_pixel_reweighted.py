"""Pixel-reweighted adversarial training: the attack is the authors' in a map; the map goes where its image goes."""

from dataclasses import replace

import pytest
import torch
from torch.nn.functional import cross_entropy

from core.classifiers import mnist_cnn
from core.contracts.batch import stream
from core.objectives.pgd_adversarial import PGDAdversarial
from core.objectives.pixel_reweighted import PixelReweighted
from core.training.loop import Training
from core.training.schedule import Schedule
from tests.toys import dataset, draw, guided_batch, separable, small, whole


@pytest.mark.parametrize("inside", [0.04, 0.16, 0.0])
def test_the_attack_is_the_authors_loop_in_a_map(inside: float) -> None:
    """part_pgd of github:JiachengZ01/PART, written out, from a start that lies in the map."""
    classifier = mnist_cnn.fresh(1)
    classifier.net.double()
    images, masks = draw(6, 1, 28, 28, seed=2).double(), draw(6, 28, 28, seed=4) > 0.6
    batch = replace(whole(images, torch.arange(6), seed=3), masks=masks)
    objective = PixelReweighted(eps=0.1, inside=inside, step=0.03, steps=5)
    weighted_eps = torch.where(masks[:, None], inside, 0.1).double()
    noise = torch.empty(6, 1, 28, 28).uniform_(-1, 1, generator=torch.Generator().manual_seed(stream(3, "start")))
    moved = (images + weighted_eps * noise).clamp(0, 1)
    for _ in range(5):
        moved = moved.detach().requires_grad_(True)
        (gradient,) = torch.autograd.grad(cross_entropy(classifier(moved), batch.labels), moved)
        eta = moved.detach() + 0.03 * gradient.sign() - images
        eta = torch.where(eta > weighted_eps, weighted_eps, eta)
        eta = torch.where(eta < -weighted_eps, -weighted_eps, eta)
        moved = (images + eta).clamp(0, 1)
    found = objective.attack(classifier, batch)
    torch.testing.assert_close(found, moved)
    change = (found - images).abs()[:, 0]
    assert change[masks].max() == pytest.approx(inside, abs=1e-6)
    assert change[~masks].max() == pytest.approx(0.1, abs=1e-6)
    loss, parts = objective.loss(classifier, batch, found)
    assert loss.item() == pytest.approx(cross_entropy(classifier(moved), batch.labels).item(), rel=1e-6)
    assert parts == {"adversarial": loss.item()}


def test_without_a_map_or_with_one_strength_it_is_pgd_adversarial_training() -> None:
    batch, classifier = whole(*separable(8), seed=5), small()
    wanted = PGDAdversarial(eps=0.1).attack(classifier, batch)
    assert torch.equal(PixelReweighted(eps=0.1, inside=0.02).attack(classifier, batch), wanted)
    level = PixelReweighted(eps=0.1, inside=0.1)
    torch.testing.assert_close(level.attack(classifier, replace(batch, masks=guided_batch(8).masks)), wanted)
    assert not any(level.due(epoch) for epoch in range(9))
    assert "the strength is that elsewhere" in level.unguided(9)
    assert PixelReweighted().due(1)
    assert PixelReweighted(eps=0.1).judged_at == 0.1


def test_all_of_the_picture_is_a_smaller_strength_everywhere() -> None:
    objective, batch = PixelReweighted(eps=0.1, inside=0.05, mask_source="whole"), whole(*separable(8), seed=5)
    masks = objective.refresh(small(), small(), batch, 1)
    assert masks.all()
    found = objective.attack(small(), replace(batch, masks=masks))
    torch.testing.assert_close(found, PGDAdversarial(eps=0.05).attack(small(), batch))


def test_a_map_goes_where_its_image_goes() -> None:
    """The masks are the bright pixels; after crops and mirrors the strength is still the other one on just those."""
    data = dataset(128)
    objective = PixelReweighted(eps=0.2, inside=0.01, step=0.06, steps=5)
    schedule = Schedule(epochs=1, batch=64, crop=2, flip=True, held_out=0, bf16=False)
    training = Training(small(), objective, data, schedule)
    bright = data.images[:, 0] > 110
    batch = training.batches.batch(0, bright)
    still = Training(small(), objective, data, replace(schedule, crop=0, flip=False)).batches.batch(0, bright)
    assert not torch.equal(batch.images, still.images), "crops and mirrors have moved them"
    lit = batch.images[:, 0] > 110 / 255
    assert torch.equal(objective.budget(batch)[:, 0] < 0.1, lit)
    change = (objective.attack(small(), batch) - batch.images).abs()[:, 0]
    assert change[lit].max() <= 0.01 + 1e-6
    assert change[~lit].max() > 0.1
    handed_on = replace(batch, masks=batch.masks.roll(1, dims=0))  # the released loader's: another image's map
    assert (objective.attack(small(), handed_on) - batch.images).abs()[:, 0][lit].max() > 0.1


def test_the_attack_does_not_depend_on_who_has_which_rows() -> None:
    objective, batch, classifier = PixelReweighted(eps=0.1, inside=0.03), guided_batch(16), small(norm=False)
    found = [objective.attack(classifier, part) for part in batch.parts(6)]
    torch.testing.assert_close(torch.cat(found), objective.attack(classifier, batch))
