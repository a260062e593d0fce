"""DeepFool (Moosavi-Dezfooli, Fawzi, Frossard 2016, arXiv 1511.04599) among the most likely classes."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.ascend import AttackStep, OnStep, per_image
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier

NUDGE = 1e-4  # added to the length of every step, so that none ends on the boundary itself


@dataclass(frozen=True)
class DeepFool(Attack):
    """The image, moved step by step to the nearest linearised boundary until the answer changes (algorithm 2, L2).

    With f_k = z_k - z_y and w_k = grad f_k for the candidate classes k, l = argmin |f_k| / |w_k|, a step adds
    (|f_l| / |w_l| + 1e-4) w_l / |w_l| to r; the next point is clip(x + (1 + overshoot) r). The paper has no 1e-4 and
    overshoots once, at the end; both are as in the authors' code, and so are the candidates: the classes most likely
    for the clean image, one backward pass each, where the full Jacobian takes one a class. torchattacks has no 1e-4
    either, and stops just short of the boundary where pixels are clipped. The change is not bounded: measure it.

    On a linear two-class model with weights (3, -4), a score of 0.5 lies 0.5 / 5 = 0.1 from the boundary, and
    1.02 * (0.1 + 0.0001) = 0.1021:

    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[3.0, -4.0]]], [[[0.0, 0.0]]]])
    >>> image = torch.tensor([[[[0.5, 0.25]]]])
    >>> found = DeepFool(overshoot=0.02)(model, image, torch.tensor([0]))
    >>> [round(value, 4) for value in (found - image).flatten().tolist()], round((found - image).norm().item(), 4)
    ([-0.0613, 0.0817], 0.1021)
    """

    key = "deepfool"
    title = "DeepFool"
    plain = (
        "Looks for the smallest total change that gives a wrong answer, by walking straight to the nearest boundary."
    )
    cite = "Moosavi-Dezfooli, Fawzi, Frossard 2016, arXiv 1511.04599"
    norm = 2
    targetable = False

    steps: int = param(
        50, low=1, high=500, title="Steps", help="The most steps to take; it ends when the answer changes"
    )
    classes: int = param(
        10, low=2, high=1000, title="Classes", help="How many of the most likely answers to consider; more take longer"
    )
    overshoot: float = param(
        0.02, low=0.0, high=1.0, title="Overshoot", help="How far beyond the boundary each step goes"
    )

    def run(
        self,
        classifier: Classifier,
        images: Tensor,
        labels: Tensor,
        targets: Tensor | None,
        seed: int,
        on_step: OnStep | None,
    ) -> Tensor:
        current, total = images.clone(), torch.zeros_like(images)
        moving = torch.arange(len(images), device=images.device)
        rivals = torch.empty(0)
        nearest = torch.zeros(len(images), device=images.device)
        for index in range(self.steps):
            here = current[moving].requires_grad_(True)
            own = labels[moving, None]
            with torch.enable_grad():
                logits = classifier(here)
                if index == 0:
                    others = logits.detach().scatter(1, own, -torch.inf)
                    rivals = others.topk(min(self.classes, logits.shape[1]) - 1).indices
                gaps = logits.gather(1, rivals) - logits.gather(1, own)
            nearest[moving] = gaps.detach().max(dim=1).values
            if on_step is not None:
                on_step(AttackStep(index, self.steps, current.clone(), nearest.clone()))
            right = logits.argmax(dim=1) == own[:, 0]
            if not right.any():
                break
            best = torch.full((len(moving),), torch.inf, device=images.device)
            change = torch.zeros_like(here)
            for rank in range(rivals.shape[1]):
                (slope,) = torch.autograd.grad(gaps[:, rank].sum(), here, retain_graph=True)
                steepness = slope.flatten(1).norm(dim=1).clamp_min(1e-12)
                distance = gaps[:, rank].detach().abs() / steepness
                closer = per_image(distance < best)
                change = torch.where(closer, slope * per_image((distance + NUDGE) / steepness), change)
                best = torch.minimum(best, distance)
            moving, rivals = moving[right], rivals[right]
            total[moving] += change[right]
            current[moving] = (images[moving] + (1 + self.overshoot) * total[moving]).clamp(0, 1)
        return current


ATTACKS: tuple[type[Attack], ...] = (DeepFool,)
