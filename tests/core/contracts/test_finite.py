"""Answers, images, maps and measures that are not finite are a sentence, at whatever door they come out."""

from dataclasses import dataclass, replace

import pytest
import torch
from torch import Tensor, nn

from core.attacks.pgd import PGD
from core.contracts.attack import LinfAttack
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.contracts.finite import NotFinite
from core.contracts.interfaces import Images
from core.contracts.map_distance import MapDistance
from core.contracts.probe import expect_answers
from core.contracts.toy_models import quadrant
from core.evaluation.accuracy import accuracy
from core.study.attack_record import attack

IMAGE = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
LABEL = torch.tensor([0])


class Broken(nn.Module):
    """Answers NaN to pictures whose mean is above `most`, or not within 1e-4 of `only`."""

    def __init__(self, net: nn.Module, most: float, only: float | None) -> None:
        super().__init__()
        self.net, self.most, self.only = net, most, only

    def forward(self, images: Tensor) -> Tensor:
        mean = images.mean(dim=(1, 2, 3))
        wrong = mean > self.most if self.only is None else (mean - self.only).abs() > 1e-4
        return torch.where(wrong[:, None], torch.nan, self.net(images))


def broken(most: float = 0.0, only: float | None = None) -> Classifier:
    model = quadrant(16)
    return replace(model, net=Broken(model.net, most, only))


def test_a_model_that_answers_nan_holds_nothing() -> None:
    data = Images((IMAGE * 255).byte(), LABEL, ("a", "b"))
    for method in (None, PGD(steps=2)):
        with pytest.raises(NotFinite):
            accuracy(broken(-1), data, method)
    with pytest.raises(NotFinite, match="the model's answer is not finite"):
        attack(broken(-1), PGD(steps=2), IMAGE[0])


def test_nan_on_the_way_of_an_attack_is_no_held_attack() -> None:
    with pytest.raises(NotFinite):
        attack(broken(only=float(IMAGE.mean())), PGD(eps=0.2, steps=4), IMAGE[0])


@pytest.mark.parametrize(("most", "name"), [(-1.0, "black"), (0.49, "grey"), (0.9, "")])
def test_a_new_model_is_asked_for_numbers(most: float, name: str) -> None:
    if not name:
        assert expect_answers(model := broken(most)) is model
        return
    with pytest.raises(ValueError, match=f"answers a {name} image with numbers that are not finite"):
        expect_answers(broken(most))


@dataclass(frozen=True)
class Wild(LinfAttack):
    key, title = "wild", "Wild"

    def run(self, classifier: Classifier, images: Tensor, *_: object) -> Tensor:
        return images * torch.nan


@dataclass(frozen=True)
class Huge(Explainer):
    key, title = "huge", "Huge"
    of: str = "map"

    def run(self, classifier: Classifier, images: Tensor, *_: object) -> Attribution:
        values = images.double().mean(dim=1)
        far = torch.full((len(images),), torch.inf)
        return {
            "map": Attribution(values * 1e300), "gap": Attribution(values, gap=far),
            "fact": Attribution(values, facts={"fit": far}),
        }[self.of]  # fmt: skip


@dataclass(frozen=True)
class Odd(MapDistance):
    key, title, same, moved = "odd", "Odd", 0.0, "higher"

    def __call__(self, before: Tensor, after: Tensor) -> Tensor:
        return torch.full((len(before),), torch.nan)


def test_methods_are_held_to_numbers() -> None:
    with pytest.raises(NotFinite, match="the image that Wild made is not finite"):
        Wild()(quadrant(16), IMAGE, LABEL)
    for of, said in (("map", "Huge gave a map that is"), ("gap", "Huge's gap is"), ("fact", "Huge's fit is")):
        with pytest.raises(NotFinite, match=said):
            Huge(of=of)(quadrant(16), IMAGE, LABEL)
    with pytest.raises(NotFinite, match="the result of Odd is not finite"):
        Odd()(IMAGE[0], IMAGE[0])
