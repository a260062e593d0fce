"""The one pixel attack (Su, Vargas, Sakurai 2019, arXiv 1710.08864), run by torchattacks."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.attacks._torchattacks import LIBRARY, borrowed
from core.base.params import param
from core.contracts.ascend import OnStep
from core.contracts.attack import Attack
from core.contracts.attack_loss import label_loss
from core.contracts.classifier import Classifier


@dataclass(frozen=True)
class OnePixel(Attack):
    """The image with `pixels` of its pixels repainted, places and colours found by differential evolution.

    It lowers the probability of the label, or raises that of the target, without gradients; one image at a time. Only
    which of two candidates is better counts, so a loss is compared that falls and rises with the probability and does
    not round to 1 where a network is very sure. The paper's population is 400 for 100 generations. Distance is the
    number of pixels touched (L0).
    """

    key = "one_pixel"
    title = "One pixel"
    plain = "Repaints one pixel, or a few, in whatever place and colour confuses the network most."
    cite = "Su, Vargas, Sakurai 2019, arXiv 1710.08864"
    norm = 0
    gradient_based = False
    library = LIBRARY

    pixels: int = param(1, low=1, high=50, title="Pixels", help="How many pixels may be repainted")
    steps: int = param(10, low=1, high=200, title="Generations", help="How often the candidates are recombined")
    population: int = param(50, low=5, high=1000, title="Population", help="How many candidates there are at a time")

    @property
    def bound(self) -> float:
        return float(self.pixels)

    def run(
        self,
        classifier: Classifier,
        images: Tensor,
        labels: Tensor,
        targets: Tensor | None,
        seed: int,
        on_step: OnStep | None,
    ) -> Tensor:
        import torchattacks

        model = borrowed(classifier)
        attack = torchattacks.OnePixel(
            model, pixels=self.pixels, steps=self.steps, popsize=self.population, inf_batch=10
        )

        def energy(image: Tensor, aim: Tensor, candidates: Any) -> Any:
            with torch.no_grad():
                shown = attack._perturb(image, candidates).split(attack.inf_batch)
                logits = torch.cat([model(part) for part in shown]).double()
            loss = label_loss(logits, aim.expand(len(logits)))
            within = loss / (1 + loss.abs())  # the library ends a search whose energies are large and alike
            return (within if attack.targeted else -within).numpy()

        attack._loss = energy
        attack.device = torch.device("cpu")  # it indexes numpy arrays with the labels; the model moves what it is given
        attack.targeted = targets is not None
        attack._target_map_function = lambda _images, _labels: targets
        return torch.as_tensor(attack(images.cpu(), labels.cpu())).to(images.device)


ATTACKS: tuple[type[Attack], ...] = (OnePixel,)
