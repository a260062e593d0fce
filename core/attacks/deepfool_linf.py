"""DeepFool in L-infinity (Moosavi-Dezfooli, Fawzi, Frossard 2016, arXiv 1511.04599, section 3.3), within a strength."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from core.attacks._deepfool_walk import DeepFoolWalk
from core.contracts.ascend import OnStep, project
from core.contracts.attack import Attack, LinfAttack
from core.contracts.classifier import Classifier
from core.contracts.strength import linf_strength


@dataclass(frozen=True)
class _Unbounded(DeepFoolWalk):
    title = "DeepFool (L-infinity)"
    norm = math.inf


@dataclass(frozen=True)
class DeepFoolLinf(DeepFoolWalk, LinfAttack):
    """The change that DeepFool finds where L-infinity measures the way to a boundary, clipped to [-eps, eps].

    As in `deepfool`, but l = argmin |f_k| / |w_k|_1 and a step adds (|f_l| / |w_l|_1 + 1e-4) sign(w_l) to r, the step
    of section 3.3 for p = inf, q = 1. The walk does not know eps: where it ends farther away, what is left after
    clipping to eps and [0, 1] often changes no answer, so accuracy under this attack is too kind to a classifier. Walk,
    clipping and defaults are those of foolbox's LinfDeepFoolAttack.

    On a linear two-class model with weights (3, -4), a score of 0.5 lies 0.5 / 7 = 0.0714 from the boundary in
    L-infinity, and 1.02 * (0.0714 + 0.0001) = 0.0730; 0.05 is not enough:

    >>> import torch
    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[3.0, -4.0]]], [[[0.0, 0.0]]]])
    >>> image, label = torch.tensor([[[[0.5, 0.25]]]]), torch.tensor([0])
    >>> for found in DeepFoolLinf().run_strengths(model, image, label, [0.2, 0.05]):
    ...     print([round(value, 4) for value in (found - image).flatten().tolist()], model(found).argmax().item())
    [-0.073, 0.073] 1
    [-0.05, 0.05] 0
    """

    key = "deepfool_linf"
    title = "DeepFool (L-infinity)"
    plain = (
        "Walks straight to the nearest boundary, measured by the largest change of a pixel, and stops at the strength."
    )
    norm = math.inf
    one_pass = True

    eps: float = linf_strength("Where the nearest wrong answer is farther away, the picture stops short of it.")

    def run(
        self,
        classifier: Classifier,
        images: Tensor,
        labels: Tensor,
        targets: Tensor | None,
        seed: int,
        on_step: OnStep | None,
    ) -> Tensor:
        return project(super().run(classifier, images, labels, targets, seed, on_step), images, self.eps, self.norm)

    def run_strengths(
        self, classifier: Classifier, images: Tensor, labels: Tensor, strengths: Sequence[float], seed: int = 0
    ) -> list[Tensor]:
        """What the attack gives at each of `strengths` (fractions of the full range, any size), from one walk.

        The walk is the same at every strength, so each result is that of a call with that `eps`, on the images' device.
        """
        far = _Unbounded(steps=self.steps, classes=self.classes, overshoot=self.overshoot)
        found = far(classifier, images, labels, seed=seed)
        return [project(found, images.to(found.device), eps, self.norm) for eps in strengths]


ATTACKS: tuple[type[Attack], ...] = (DeepFoolLinf,)
