"""SGAM: the mask by hand, its losses by hand, in front of a CNN and a vision transformer, and attacked end to end."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import VisionTransformer

from core.attacks.pgd import PGD
from core.classifiers import cifar10_resnet20, mnist_cnn
from core.contracts.classifier import Classifier
from core.contracts.layer import with_layers
from core.contracts.normalisation import normalised
from core.explainers.attention_mask import AttentionMask
from core.explainers.grad_cam_pp import GradCAMPP
from core.layers.sgam import Sgam
from core.objectives.cross_entropy import CrossEntropy
from core.training.loop import Training
from core.training.schedule import Schedule
from tests.toys import dataset, separable, small, whole


def transformer() -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = VisionTransformer(32, 8, 1, 2, 16, 32, num_classes=10)
        nn.init.normal_(net.heads[0].weight)
    return Classifier(net.eval(), tuple(map(str, range(10))), (3, 32, 32), cam_layer="")


def trained() -> Classifier:
    schedule = Schedule(epochs=8, batch=32, lr=0.1, crop=0, flip=False, bf16=False, held_out=0)
    made = with_layers(small(), [Sgam(cells=3, area=1.0)])
    for _ in Training(made, CrossEntropy(), dataset(), schedule):
        pass
    made.net.eval()
    return made


def test_at_first_it_leaves_nearly_everything() -> None:
    plain = cifar10_resnet20.fresh()
    made = with_layers(plain, [Sgam()])
    images = torch.rand(2, 3, 32, 32)
    masks = AttentionMask()(made, images, torch.tensor([0, 1])).values
    torch.testing.assert_close(masks, torch.full((2, 32, 32), 0.9526), atol=1e-4, rtol=0)
    x = normalised(images, plain.mean, plain.std)
    mean = x.mean(dim=(2, 3), keepdim=True)
    made.net.eval(), plain.net.eval()
    torch.testing.assert_close(made(images), plain.net(masks[:, None] * x + (1 - masks[:, None]) * mean))
    assert sum(weight.numel() for weight in made.net.get_submodule("attention").parameters()) < 50_000
    assert GradCAMPP()(made, images, torch.tensor([0, 1])).values.shape == (2, 32, 32), "its layer is found again"


def test_what_the_mask_learns_by_hand() -> None:
    made = with_layers(small(), [layer := Sgam(cells=3, area=0.5, smooth=2.0, taught=3.0)])
    nn.init.normal_(made.net.get_submodule("attention.odds").weight, std=2.0)
    images, labels = separable(8)
    total, parts = layer.loss(made, whole(images, labels))
    m = AttentionMask()(made, images, labels).values
    cams = GradCAMPP()(made, images, labels).values
    g = torch.stack([(cam - cam.min()) / (cam.max() - cam.min()).clamp_min(1e-12) for cam in cams])
    rough = (m[:, 1:] - m[:, :-1]).abs().mean() + (m[:, :, 1:] - m[:, :, :-1]).abs().mean()
    expected = 0.5 * m.mean() + 2.0 * rough + 3.0 * ((m - g) ** 2).mean()
    torch.testing.assert_close(total, expected)
    assert parts["mask_area"] == pytest.approx(m.mean().item())
    assert all(module.training for module in made.net.modules()), "the look at Grad-CAM++ leaves no trace"


def test_it_learns_with_any_objective_and_is_drawn() -> None:
    made = trained()
    images, labels = separable(64)
    assert (made.probabilities(images).argmax(dim=1) == labels).float().mean() > 0.95
    found = AttentionMask()(made, images, labels)
    assert 0 < found.values.min() < found.values.max() < 1
    other = AttentionMask()(made, images, 1 - labels)
    assert torch.equal(found.values, other.values), "it does not depend on the class"
    assert "no attention mask" in AttentionMask().obstacle(small())


@pytest.mark.parametrize("make", [transformer, mnist_cnn.fresh])
def test_in_front_of_a_transformer_and_a_cnn(make: object) -> None:
    plain: Classifier = make()  # type: ignore[operator]
    made = with_layers(plain, [layer := Sgam()])
    made.net.train()
    images = torch.rand(4, *plain.size)
    total, parts = layer.loss(made, whole(images, torch.arange(4)))
    assert ("mask_distance" in parts) == bool(plain.cam_layer)
    (CrossEntropy().loss(made, whole(images, torch.arange(4)), None)[0] + total).backward()  # type: ignore[no-untyped-call]
    odds = made.net.get_submodule("attention.odds").weight
    assert odds.grad is not None
    assert odds.grad.abs().max() > 0


class Frozen(nn.Module):
    """The network as an attacker sees it who holds the masks of the images as they are for fixed."""

    def __init__(self, made: Classifier, masks: Tensor) -> None:
        super().__init__()
        self.inner, self.masks = made.net.get_submodule("inner"), masks

    def forward(self, images: Tensor) -> Tensor:
        plain = images.mean(dim=(2, 3), keepdim=True)
        out: Tensor = self.inner(plain + self.masks * (images - plain))
        return out


def test_an_attack_around_the_mask_would_flatter_it() -> None:
    """Of a mask drawn at random, which a change of the picture moves much: the way in leads through the mask.

    The attacker who holds the mask for fixed finds fewer changes that fool than the one who attacks all of it.
    """
    made = with_layers(small(norm=False), [Sgam(cells=3)])
    generator = torch.Generator().manual_seed(0)
    for weight in made.net.get_submodule("attention").parameters():
        weight.data = torch.randn(weight.shape, generator=generator) * (1.0 if weight.ndim > 1 else 0.1)
    schedule = Schedule(epochs=6, batch=32, lr=0.05, crop=0, flip=False, bf16=False, held_out=0)
    for _ in Training(replace(made, layers=()), CrossEntropy(), dataset(), schedule):
        pass
    made.net.eval()
    images, labels = separable(128)
    with torch.no_grad():
        masks = made.net.get_submodule("attention")(normalised(images, made.mean, made.std))
    attack = PGD(eps=0.25, step=0.25 / 6, steps=20)
    around = attack(replace(made, net=Frozen(made, masks), fingerprint=""), images, labels)
    through = attack(made, images, labels)
    held = [(made.probabilities(x).argmax(dim=1) == labels).float().mean().item() for x in (images, around, through)]
    assert held[0] > 0.95
    assert held[2] < held[1] - 0.1, f"attacked around it {held[1]:.2f}, through it {held[2]:.2f}"
