"""Two classifiers that take pictures of different sizes: one scales them itself, and all else is as usual."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from core.attacks.pgd import PGD
from core.base.params import to_spec
from core.compare.comparison import SIDES, Pair
from core.compare.one_image import compare
from core.compare.resized import matched, resized
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.explainers.grad_cam_pp import GradCAMPP
from core.explainers.integrated_gradients import IntegratedGradients
from core.runs.context import Context
from core.runs.tasks import compare as comparing

ATTACK = PGD(eps=16 / 255, step=4 / 255, steps=3)
ASKED = Pair("toy/1", "one", "two", ATTACK, (GradCAMPP(), IntegratedGradients(steps=4)), controls=1)


def model(side: int, seed: int = 0, channels: int = 3) -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = nn.Sequential(
            nn.Conv2d(channels, 4, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(64, 3)
        ).eval()
    return Classifier(
        net, ("a", "b", "c"), (channels, side, side), (0.4,) * channels, (0.2,) * channels, key="toy",
        fingerprint=f"f{side}", cam_layer="1", resize=side + 2, interpolation="bilinear" if side > 8 else "bicubic",
    )  # fmt: skip


def draw(*shape: int) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(1))


def test_it_answers_for_the_scaled_picture_as_pillow_scales_it() -> None:
    images, small = draw(2, 3, 16, 16), model(8)
    wide = resized(small, model(16))
    wanted = []
    for image in images:
        planes = [Image.fromarray(plane.numpy()).resize((8, 8), Image.Resampling.BILINEAR) for plane in image]
        wanted.append(torch.from_numpy(np.stack([np.asarray(plane) for plane in planes])))
    torch.testing.assert_close(wide(images), small(torch.stack(wanted)), atol=1e-5, rtol=1e-5)
    assert (wide.size, wide.resize, wide.interpolation) == ((3, 16, 16), 18, "bilinear")
    assert wide.fingerprint != small.fingerprint
    assert wide.lock is small.lock


def test_its_gradient_passes_through_the_scaling() -> None:
    wide, image = resized(model(8), model(16)), draw(1, 3, 16, 16).requires_grad_(True)
    (gradient,) = torch.autograd.grad(wide(image)[0, 0], image)
    along = torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(2)).double()
    net = replace(wide, net=wide.net.double())
    ahead, behind = (net(image.detach().double() + sign * 1e-4 * along)[0, 0] for sign in (1, -1))
    assert ((ahead - behind) / 2e-4).item() == pytest.approx((gradient * along).sum().item(), rel=1e-3)


def test_what_has_the_size_already_stays_and_other_colours_are_refused() -> None:
    here = model(8)
    assert resized(here, model(8, seed=1)) is here
    with pytest.raises(ValueError, match="3 colour channels, got 1"):
        resized(here, model(16, channels=1))
    with pytest.raises(ValueError, match="3 and 1 colour channels"):
        matched(here, model(8, channels=1))


def test_the_larger_size_is_taken_unless_the_pictures_have_the_other() -> None:
    for first, second in ((8, 16), (16, 8)):
        assert [each.size for each in matched(model(first), model(second))] == [(3, 16, 16)] * 2
        assert [each.size for each in matched(model(first), model(second), (3, 8, 8))] == [(3, 8, 8)] * 2
        assert [each.size for each in matched(model(first), model(second), (3, 9, 9))] == [(3, 16, 16)] * 2


def test_a_picture_is_compared_on_both() -> None:
    image = draw(3, 16, 16)
    found = compare(ASKED, model(8), model(16, seed=1), image)
    for side in SIDES:
        study, crossing = found.studies[side], found.crossings[side]
        assert study.complete
        assert not study.failed
        assert study.attacked is not None
        assert 0 < (study.attacked.image - image).abs().max() <= ATTACK.eps + 1e-6
        assert {key: maps.original.shape for key, maps in study.maps.items()} == dict.fromkeys(
            ("grad_cam_pp", "integrated_gradients"), (16, 16)
        )
        assert set(crossing.maps) == {"grad_cam_pp", "integrated_gradients"}
        assert crossing.reach is not None


@pytest.mark.parametrize("sizes", [(8, 16), (16, 8)])
def test_over_many_images_the_size_of_the_data_is_taken(
    sizes: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = {"one": model(sizes[0]), "two": model(sizes[1], seed=1)}
    data = Images((draw(6, 3, 8, 8) * 255).byte(), torch.arange(6) % 3, ("a", "b", "c"))
    asked_for: list[Any] = []

    def load(*_: Any, size: tuple[int, ...], **__: Any) -> Images:
        asked_for.append(size)
        return data

    monkeypatch.setattr(comparing, "load_classifier", lambda name, _progress: models[name])
    monkeypatch.setattr(comparing, "load_data", load)
    (tmp_path / "spec.json").write_text("{}")
    asked = {"before": "one", "after": "two", "data": "toys", "attack": to_spec(ATTACK), "count": 6,
             "weights": [models["one"].fingerprint, models["two"].fingerprint]}  # fmt: skip
    found = comparing.compare(Context(tmp_path), asked)
    assert asked_for == [(3, 16, 16)]  # a folder of pictures would be read at the larger size
    for side, each in zip(SIDES, models.values(), strict=True):
        answers = resized(each, model(8)).probabilities(data.images.float() / 255).argmax(dim=1)
        assert found[side]["accuracy"][0][0] == pytest.approx((answers == data.labels).float().mean().item())
    assert found["weights"] == asked["weights"]
