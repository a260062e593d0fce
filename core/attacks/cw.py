"""The L2 attack of Carlini and Wagner (2017, arXiv 1608.04644), with its search for the weight of the loss."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.ascend import AttackStep, OnStep, per_image
from core.contracts.attack import Attack
from core.contracts.attack_loss import margin
from core.contracts.classifier import Classifier

INSIDE = 0.999999  # keeps atanh finite where a pixel is exactly 0 or 1, as in the authors' code
TINY = 1e-12


@dataclass(frozen=True)
class CW(Attack):
    """The smallest successful change seen: Adam on w in |x' - x|_2^2 + c max(f(x') + kappa, 0), x' = (tanh w + 1) / 2.

    f is the lead of the label over the best other class, or of the best other class over the target (f_6, section VI).
    c is sought for every image by itself (section VI-D): times 10 while the attack fails, over 10 while it succeeds,
    then halving the interval. An image for which nothing succeeded comes back as it was.

    Not the paper's: the first c and the steps are in units of the image's own. Were the network linear with margin m
    and gradient g, |m| / |g| would be the smallest change and 2 m / |g|^2 the smallest c that finds it. The authors'
    one c and one step for all take a thousand steps or more to come near that for a digit, whose pixels at 0 or 1 lie
    where tanh is flat, and for a photograph, where it is a thousand times smaller; so do steps that stay as long as at
    first, where here they shrink to 0 within a round.

    On a linear two-class model with weights (3, -4), a score of 0.4 lies 0.4 / 5 = 0.08 from the boundary:

    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[3.0, -4.0]]], [[[0.0, 0.0]]]])
    >>> image = torch.tensor([[[[0.6, 0.35]]]])
    >>> found = CW(steps=100)(model, image, torch.tensor([0]))
    >>> round((found - image).norm().item(), 3)
    0.08
    """

    key = "cw"
    title = "Carlini-Wagner (L2)"
    plain = "Searches patiently for the smallest total change that gives a wrong answer; pure black or white stays put."
    cite = "Carlini, Wagner 2017, arXiv 1608.04644"
    norm = 2

    steps: int = param(100, low=1, high=10000, title="Steps", help="How many steps to take in each round")
    search_steps: int = param(
        5, low=1, high=20, title="Rounds", help="How often to start again with a better balance of size and success"
    )
    c: float = param(
        1.0, low=1e-4, high=1e4, title="First balance",
        help="How much success counts in the first round, over what would be enough were the network linear",
    )  # fmt: skip
    kappa: float = param(
        0.0, low=0.0, high=100.0, title="Confidence", help="By how much the wrong answer must lead, in raw scores"
    )
    lr: float = param(
        5.0, low=1e-4, high=1e3, title="Step size",
        help="How far pixels move at first, over what would be enough were the network linear; steps then shrink to 0",
    )  # fmt: skip

    def run(
        self,
        classifier: Classifier,
        images: Tensor,
        labels: Tensor,
        targets: Tensor | None,
        seed: int,
        on_step: OnStep | None,
    ) -> Tensor:
        origin = torch.atanh((images * 2 - 1) * INSIDE)
        best, smallest = images.clone(), torch.full((len(images),), torch.inf, device=images.device)
        weight, unit = self._units(classifier, images, labels, targets)
        weight, unit = self.c * weight, per_image(self.lr * unit)
        low, high = torch.zeros_like(weight), torch.full_like(weight, torch.inf)
        for search in range(self.search_steps):
            moved = torch.zeros_like(images, requires_grad=True)
            adam = torch.optim.Adam([moved], lr=1.0, eps=TINY)
            reached = torch.zeros_like(weight, dtype=torch.bool)
            for index in range(self.steps):
                adam.param_groups[0]["lr"] = 1 - index / self.steps
                with torch.enable_grad():
                    current = ((origin + unit * moved).tanh() + 1) / 2
                    lead = self._lead(classifier, current, labels, targets)
                    size = (current - images).flatten(1).square().sum(dim=1)
                    loss = size / weight + (lead + self.kappa).clamp_min(0)
                    (moved.grad,) = torch.autograd.grad((loss / unit.flatten()).sum(), moved)
                if on_step is not None:
                    step = search * self.steps + index
                    on_step(AttackStep(step, self.search_steps * self.steps, current.detach(), -lead.detach()))
                adam.step()
                length = (current.detach() - images).flatten(1).norm(dim=1)
                done = lead.detach() < -self.kappa
                better = done & (length < smallest)
                best[better], smallest[better] = current.detach()[better], length[better]
                reached |= done
            high, low = torch.where(reached, weight, high), torch.where(reached, low, weight)
            weight = torch.where(high.isinf(), weight * 10, torch.where(low == 0, weight / 10, (low + high) / 2))
        return best

    def _lead(self, classifier: Classifier, images: Tensor, labels: Tensor, targets: Tensor | None) -> Tensor:
        """f (N,): below -kappa where the attack has succeeded."""
        logits = classifier(images)
        return margin(logits, labels) if targets is None else -margin(logits, targets)

    def _units(
        self, classifier: Classifier, images: Tensor, labels: Tensor, targets: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """(c (N,), root mean square change of a value (N,)) that would be enough for a linear network."""
        with torch.enable_grad():
            start = images.detach().requires_grad_(True)
            lead = self._lead(classifier, start, labels, targets)
            (gradient,) = torch.autograd.grad(lead.sum(), start)
        wanted = (lead.detach() + self.kappa).clamp_min(TINY)
        steepness = gradient.flatten(1).norm(dim=1).clamp_min(1e-6)
        change = (wanted / steepness).clamp(1e-6, images[0].numel() ** 0.5)
        return 2 * change / steepness, change / images[0].numel() ** 0.5


ATTACKS: tuple[type[Attack], ...] = (CW,)
