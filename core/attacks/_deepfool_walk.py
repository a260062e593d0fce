"""The walk that both DeepFools take: to the nearest linearised boundary, in L2 or L-infinity, again and again."""

import math
from abc import ABC
from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.ascend import AttackStep, OnStep, per_image
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier

NUDGE = 1e-4  # added to the length of every step, so that none ends on the boundary itself


@dataclass(frozen=True)
class DeepFoolWalk(Attack, ABC):
    """The change is not bounded here. `norm`, 2 or inf, is the one in which the nearest boundary is sought."""

    targetable = False
    cite = "Moosavi-Dezfooli, Fawzi, Frossard 2016, arXiv 1511.04599"

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
                steepness, way, length = self._way(slope)
                distance = gaps[:, rank].detach().abs() / steepness
                closer = per_image(distance < best)
                change = torch.where(closer, way * per_image((distance + NUDGE) / length), change)
                best = torch.minimum(best, distance)
            moving, rivals = moving[right], rivals[right]
            total[moving] += change[right]
            current[moving] = (images[moving] + (1 + self.overshoot) * total[moving]).clamp(0, 1)
        return current

    def _way(self, slope: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """|slope|_q (N,), 1/p + 1/q = 1; the way that climbs fastest for its length (N, C, H, W); that length (N,)."""
        if self.norm == math.inf:
            steepness = slope.flatten(1).abs().sum(dim=1).clamp_min(1e-12)
            return steepness, slope.sign(), torch.ones_like(steepness)
        steepness = slope.flatten(1).norm(dim=1).clamp_min(1e-12)
        return steepness, slope, steepness
