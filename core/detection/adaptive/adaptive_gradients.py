"""Where an attacker who knows steps: the gradients of classifier and detector, and what is made of the two."""

from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from core.contracts.ascend import per_image
from core.contracts.attack_loss import margin
from core.contracts.classifier import Classifier
from core.contracts.detector import Fitted
from core.contracts.finite import expect_finite
from core.detection.adaptive.differentiable_signature import Surrogate

Way = Literal["orthogonal", "weighted", "detector"]


@dataclass(frozen=True, eq=False)
class Seen:
    """Of N images: `lead` (N,), by how much the label leads the best other class, below 0 where the answer is wrong;
    `scores` (N,) of the detector; `of_lead` and `of_score` (N, C, H, W), the gradients of the one and the other."""

    lead: Tensor
    scores: Tensor
    of_lead: Tensor
    of_score: Tensor

    def only(self, free: Tensor) -> "Seen":
        """The same for an attacker who may change some pixels alone: free (N, 1, H, W) bool."""
        return replace(self, of_lead=self.of_lead * free, of_score=self.of_score * free)


@dataclass(frozen=True, eq=False)
class Known:
    """What an attacker has gradients of: a classifier and a detector that calls scores above `threshold` attacked.

    `surrogate`: what stands for the signatures; None for a detector that looks at none, which is handed zeros.
    """

    classifier: Classifier
    fitted: Fitted
    threshold: float
    surrogate: Surrogate | None = None

    def look(
        self, images: Tensor, labels: Tensor, *, beside: bool = True, draws: torch.Generator | None = None
    ) -> Seen:
        """At images (N, C, H, W) with labels (N,). beside: the signature is that of the best class beside the label.

        It is the answer's wherever that is wrong, and an image that is still right is led to where it will be judged.
        draws: for the surrogate to draw its points with; without it, it takes all.
        NotImplementedError for a detector without a gradient.
        """
        with torch.enable_grad():
            points = images.detach().requires_grad_(True)
            logits = self.classifier(points)
            lead = margin(logits, labels)
            answers = (logits.scatter(1, labels[:, None], -torch.inf) if beside else logits).argmax(dim=1)
            signatures = points.new_zeros(len(points), *points.shape[2:])
            if self.surrogate is not None:
                signatures = self.surrogate(self.classifier, points, answers, draws)
            scores = self.fitted.differentiable(self.classifier, points, logits.softmax(dim=1), signatures)
            (of_lead,) = torch.autograd.grad(lead.sum(), points, retain_graph=True, materialize_grads=True)
            of_score = torch.zeros_like(points)
            if scores.requires_grad:
                (of_score,) = torch.autograd.grad(scores.sum(), points, materialize_grads=True)
        scores = expect_finite(scores.detach(), "the detector's score")
        return Seen(lead.detach(), scores, of_lead.nan_to_num(0.0), of_score.nan_to_num(0.0))


def unit(gradient: Tensor) -> Tensor:
    """Each image's gradient brought to length 1; zero stays.

    >>> unit(torch.tensor([3e-30, -4e-30]).view(1, 1, 1, 2)).mul(100).round().flatten().tolist()
    [60.0, -80.0]
    """
    scaled = gradient / per_image(gradient.flatten(1).abs().amax(dim=1).clamp_min(1e-37))
    return scaled / per_image(scaled.flatten(1).norm(dim=1).clamp_min(1e-37))


def orthogonal(one: Tensor, other: Tensor) -> Tensor:
    """`one` (N, C, H, W) less its part along `other`, image by image; what is left by rounding alone counts as zero.

    A short step along it leaves what `other` is the gradient of as it is. Where `other` is zero, `one` as it is.

    >>> one, other = torch.tensor([3.0, 4.0]).view(1, 1, 1, 2), torch.tensor([2.0, 2.0]).view(1, 1, 1, 2)
    >>> [orthogonal(one, each).mul(10).round().flatten().tolist() for each in (other, 0 * other, 5 * one)]
    [[-5.0, 5.0], [30.0, 40.0], [0.0, 0.0]]
    """
    along = unit(other)
    left = one - per_image((one * along).flatten(1).sum(dim=1)) * along
    told = left.flatten(1).norm(dim=1) > 1e-5 * one.flatten(1).norm(dim=1)
    return left * per_image(told)


def uphill(way: Way, seen: Seen, weight: Tensor, threshold: float, softness: float) -> Tensor:
    """(N, C, H, W): where what the attacker wants to be small rises fastest; it steps against the sign of this.

    "orthogonal" (arXiv 2106.15023, section 4): the gradient of the lead while the answer is right, else that of the
    score, either one less its part along the other. "weighted": that of the sum softplus(lead) + weight * softplus((
    score - threshold) / softness + 1) (after arXiv 1705.07263), whose two gradients are first brought to length 1, so
    that weight (N,) means the same for every detector [REC]. "detector": that of the score alone.

    >>> one, other = torch.tensor([1.0, 0.0]).view(1, 1, 1, 2), torch.tensor([1.0, 1.0]).view(1, 1, 1, 2)
    >>> right = Seen(torch.tensor([3.0]), torch.tensor([9.0]), one, other)
    >>> wrong = Seen(torch.tensor([-3.0]), torch.tensor([9.0]), one, other)
    >>> [uphill("orthogonal", each, torch.ones(1), 0.0, 1.0).mul(10).round().tolist() for each in (right, wrong)]
    [[[[[5.0, -5.0]]]], [[[[0.0, 10.0]]]]]
    """
    if way == "detector":
        return seen.of_score
    if way == "orthogonal":
        lead, score = orthogonal(seen.of_lead, seen.of_score), orthogonal(seen.of_score, seen.of_lead)
        return torch.where(per_image(seen.lead >= 0), lead, score)
    push = weight * torch.sigmoid((seen.scores - threshold) / softness + 1)
    return per_image(torch.sigmoid(seen.lead)) * unit(seen.of_lead) + per_image(push) * unit(seen.of_score)
