"""Joint training with a guided view: loss and attack by two separate networks; which view it is; what it refuses."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import cross_entropy, kl_div
from torchvision.transforms import AutoAugment, AutoAugmentPolicy

from core.base.cancellation import CancelScope
from core.classifiers import cifar10_resnet20
from core.contracts.auxiliary_norm import AUXILIARY
from core.contracts.batch import Batch, stream
from core.contracts.classifier import Classifier
from core.contracts.layer import with_layers
from core.layers.auxiliary_batch_norm import AuxiliaryBatchNorm
from core.objectives.auxiliary_view import AuxiliaryView
from core.occlusion.fills import fill
from core.refinement.request import Refinement
from tests.toys import draw, guided_batch, ready, small, whole

SOURCES = ("lime", "random", "shuffled", "gradient", "none", "autoaugment")


def apart(classifier: Classifier) -> tuple[Classifier, Classifier]:
    """Two separate networks: with the plain normalisation of this one, and with its auxiliary one."""
    state = classifier.net.state_dict()
    one, two = small(), small()
    one.net.load_state_dict({name: value for name, value in state.items() if AUXILIARY not in name})
    two.net.load_state_dict({name: state.get(name.replace("1.", f"1.{AUXILIARY}"), state[name])
                             for name in one.net.state_dict()})  # fmt: skip
    return one, two


def uneven() -> Classifier:
    """One whose two sets differ."""
    classifier = ready(AuxiliaryView, 4)
    for name, value in classifier.net.state_dict().items():
        if AUXILIARY in name and value.is_floating_point():
            value.add_(0.3)
    return classifier


def test_the_loss_is_that_of_two_networks_with_the_divergence_of_the_authors_code() -> None:
    """Written out as in train_DAJAT.py with one AutoAugment view, its TRADES loss replaced by cross-entropy."""
    classifier, batch = uneven(), guided_batch(16)
    objective = AuxiliaryView(fill="patch", view=0.5, agreement=3.0)
    view = torch.where(batch.masks[:, None], batch.others, batch.images)
    attacked = torch.stack([(batch.images + 0.03).clamp(0, 1), (view - 0.02).clamp(0, 1)], dim=1)
    one, two = apart(classifier)
    for each in (classifier, one, two):
        each.net.train()
    loss, parts = objective.loss(classifier, batch, attacked)
    p_base, logits_adv_base = one(batch.images).softmax(dim=1), one(attacked[:, 0])
    p_auto1, logits_adv_auto1 = two(view).softmax(dim=1), two(attacked[:, 1])
    p_mixture = torch.clamp((p_base + p_auto1) / 2.0, 1e-7, 1).log()
    loss_js = kl_div(p_mixture, p_base, reduction="batchmean") + kl_div(p_mixture, p_auto1, reduction="batchmean")
    right, there = (cross_entropy(each, batch.labels) for each in (logits_adv_base, logits_adv_auto1))
    wanted = (right + 0.5 * there) / 1.5 + 3.0 * loss_js / 2
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-5)
    assert parts == pytest.approx({"adversarial": right.item(), "view": there.item(),
                                   "disagreement": loss_js.item() / 2}, rel=1e-4)  # fmt: skip
    loss.backward()
    wanted.backward()
    pulls = dict(classifier.net.named_parameters())
    for (name, first), second in zip(one.net.named_parameters(), two.net.parameters(), strict=True):
        if name.startswith("1."):
            torch.testing.assert_close(pulls[name].grad, first.grad, rtol=1e-4, atol=1e-6)
            own = pulls[name.replace("1.", f"1.{AUXILIARY}")]
            torch.testing.assert_close(own.grad, second.grad, rtol=1e-4, atol=1e-6)
        else:
            torch.testing.assert_close(pulls[name].grad, first.grad + second.grad, rtol=1e-4, atol=1e-6)
    for each, prefix in ((one, ""), (two, AUXILIARY)):  # clean, then attacked images have moved the statistics
        for name in ("running_mean", "running_var", "num_batches_tracked"):
            torch.testing.assert_close(classifier.net.get_buffer(f"1.{prefix}{name}"), each.net.get_buffer(f"1.{name}"))


def test_either_view_is_attacked_through_its_own_normalisation_in_evaluation_mode() -> None:
    classifier, batch = uneven(), guided_batch(12, seed=5)
    found = AuxiliaryView(eps=0.1, steps=3, step_ratio=0.4, fill="patch").attack(classifier, batch)
    views = (batch.images, torch.where(batch.masks[:, None], batch.others, batch.images))
    starts = (batch, replace(batch, seed=stream(5, "view")))
    for place, (network, images, shown) in enumerate(zip(apart(classifier), views, starts, strict=True)):
        network.net.eval()
        noise = torch.empty(12, 1, 6, 6)
        noise.uniform_(-0.1, 0.1, generator=torch.Generator().manual_seed(stream(shown.seed, "start")))
        moved = (images + noise).clamp(0, 1)
        for _ in range(3):
            moved = moved.detach().requires_grad_(True)
            (slope,) = torch.autograd.grad(cross_entropy(network(moved), batch.labels, reduction="sum"), moved)
            moved = (moved.detach() + 0.04 * slope.sign()).clamp(images - 0.1, images + 0.1).clamp(0, 1)
        torch.testing.assert_close(found[:, place], moved)
    assert not torch.equal(found[:, 0], found[:, 1])


@pytest.mark.parametrize("source", SOURCES)
def test_the_view_is_what_its_source_says(source: str) -> None:
    objective, batch = AuxiliaryView(mask_source=source, fill="mean"), guided_batch(6)
    found = objective.viewed(batch).images
    if source == "autoaugment":
        assert not torch.equal(found, batch.images)
        assert objective.unguided(9).startswith("No spurious region is looked for: AutoAugment makes the second view")
    else:
        assert torch.equal(found, torch.where(batch.masks[:, None], fill(batch, "mean"), batch.images))
    assert torch.equal(objective.viewed(replace(batch, masks=None)).images, found if source == "autoaugment" else
                       batch.images)  # fmt: skip
    assert objective.due(1) == (source not in ("none", "autoaugment"))
    assert replace(objective, fill="patch").pairs == objective.due(1)
    assert not objective.pairs


@pytest.mark.parametrize("channels", [1, 3])
def test_autoaugment_is_torchvisions_image_by_image_whoever_has_which_rows(channels: int) -> None:
    images = draw(40, channels, 12, 12, seed=3)
    batch = Batch(images, torch.zeros(40).long(), torch.arange(40), 8, 0, 40)
    found = AuxiliaryView(mask_source="autoaugment").viewed(batch).images
    seeds = torch.randint(2**62, (40,), generator=torch.Generator().manual_seed(stream(8, "autoaugment")))
    for place, image in enumerate((images * 255).round().to(torch.uint8)):
        shown = Image.fromarray(image.permute(1, 2, 0).squeeze(-1).numpy())
        torch.manual_seed(int(seeds[place]))
        changed = AutoAugment(AutoAugmentPolicy.CIFAR10, fill=(128,) * channels if channels > 1 else 128)(shown)
        wanted = torch.from_numpy(np.array(changed)).view(12, 12, channels).permute(2, 0, 1) / 255
        torch.testing.assert_close(found[place], wanted)
    torch.manual_seed(3)
    before = torch.get_rng_state()
    parts = [AuxiliaryView(mask_source="autoaugment").viewed(part).images for part in batch.parts(13)]
    assert torch.equal(torch.cat(parts), found)
    assert torch.equal(torch.get_rng_state(), before), "the generator of the process is put back"
    assert (found != images).flatten(1).any(dim=1).float().mean() > 0.3


def test_the_view_leaves_the_plain_statistics_alone() -> None:
    classifier, batch = ready(AuxiliaryView), guided_batch(16)
    mirror = small()
    for each in (classifier, mirror):
        each.net.train()
    attacked = torch.stack([batch.images, 1 - batch.images], dim=1)
    AuxiliaryView(fill="noise").loss(classifier, batch, attacked)
    for _ in range(2):
        mirror(batch.images)
    for name in ("running_mean", "running_var", "num_batches_tracked"):
        torch.testing.assert_close(classifier.net.get_buffer(f"1.{name}"), mirror.net.get_buffer(f"1.{name}"))


def test_the_loss_of_a_batch_is_that_of_its_parts_where_normalisation_does_not_mix_them() -> None:
    """Batch normalisation in training mode uses the statistics of a part; in evaluation mode it does not matter."""
    objective, batch = AuxiliaryView(eps=0.1, steps=2), guided_batch(16)
    classifier = uneven()
    classifier.net.eval()
    attacked = objective.attack(classifier, batch)
    loss, parts = objective.loss(classifier, batch, attacked)
    total, gathered = 0.0, dict.fromkeys(parts, 0.0)
    for part in batch.parts(6):
        value, numbers = objective(classifier, part)
        total += value.item() * len(part) / 16
        gathered = {name: gathered[name] + number * len(part) / 16 for name, number in numbers.items()}
    assert total == pytest.approx(loss.item(), rel=1e-5)
    assert gathered == pytest.approx(parts, rel=1e-4)


def test_it_costs_two_attacks_and_four_passes_whatever_fills_the_slot() -> None:
    for source in ("lime", "none", "autoaugment"):
        with CancelScope() as scope:
            AuxiliaryView(mask_source=source, steps=3)(ready(AuxiliaryView), guided_batch(16))
        assert scope.evaluations == 16 * (2 * 3 + 4), source


def test_a_network_without_the_layer_is_refused_and_one_that_gets_it_is_not() -> None:
    assert "auxiliary batch normalisation, which has to be put into" in AuxiliaryView().obstacle(small())
    assert AuxiliaryView().obstacle(ready(AuxiliaryView)) == ""
    assert AuxiliaryView.needs == AuxiliaryBatchNorm.key
    with pytest.raises(ValueError, match="no auxiliary batch normalisation"):
        AuxiliaryView()(small(), whole(draw(4, 1, 6, 6), torch.arange(4) % 2))
    asked = Refinement("cifar10_resnet20:standard", "cifar10", AuxiliaryView(), layers=(AuxiliaryBatchNorm(),))
    assert Refinement.read(asked.arguments()) == asked
    assert AuxiliaryView(mask_source="autoaugment").named.endswith("(control: AutoAugment)")


def test_a_whole_network_takes_a_step() -> None:
    made = with_layers(cifar10_resnet20.fresh(2), [AuxiliaryBatchNorm()])
    made.net.train()
    batch = whole(draw(6, 3, 32, 32), torch.arange(6))
    loss, _ = AuxiliaryView(mask_source="autoaugment", steps=1)(made, batch)
    loss.backward()
    assert all(weight.grad is not None and weight.grad.isfinite().all() for weight in made.net.parameters())
