"""The efficient model-parameter randomisation test (Hedström et al. 2024, arXiv 2401.06465): one look, no layers."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.metric import Metric, Subject
from core.metrics._randomised import randomised


def discrete_entropy(maps: Tensor, bins: int) -> Tensor:
    """(N, H, W) -> (N,): the entropy in nats of how the values of each map fall into `bins` of equal width; 0 if flat.

    Four values in two bins, three and one: -(3/4) ln(3/4) - (1/4) ln(1/4) = 0.5623.

    >>> discrete_entropy(torch.tensor([[[0.0, 0.1], [0.2, 1.0]], [[3.0, 3.0], [3.0, 3.0]]]), 2).tolist()
    [0.562..., 0.0]
    """
    flat = maps.flatten(1).double()
    low, high = flat.amin(dim=1, keepdim=True), flat.amax(dim=1, keepdim=True)
    places = ((flat - low) / (high - low).clamp_min(1e-300) * bins).long().clamp(0, bins - 1)
    counts = torch.zeros(len(flat), bins, dtype=torch.float64, device=flat.device)
    shares = counts.scatter_add(1, places, torch.ones_like(flat)) / flat.shape[1]
    return torch.xlogy(shares, 1 / shares.clamp_min(1e-300)).sum(dim=1)


@dataclass(frozen=True)
class EfficientMprt(Metric):
    """(H(a of the randomised network) - H(a)) / H(a), H the entropy of a map's histogram; higher is better.

    The network is given new weights once, all of them. From -1: a map that explains what was learned grows less
    ordered when that is forgotten. A map without entropy counts as one of 1e-6.

    >>> from core.contracts.explainer import Attribution
    >>> from core.explainers.integrated_gradients import IntegratedGradients
    >>> from torch import nn
    >>> from core.contracts.classifier import Classifier
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(400, 2))
    >>> net[1].weight.data = torch.zeros(2, 400).index_fill(1, torch.arange(0, 200), 1.0)
    >>> model = Classifier(net, ("a", "b"), (1, 20, 20))
    >>> image, target, method = torch.ones(1, 1, 20, 20), torch.tensor([0]), IntegratedGradients()
    >>> rise = EfficientMprt()(model, image, target, method(model, image, target), explainer=method).item()
    >>> 4 < rise < 6  # from ln 2 = 0.69 to nearly ln 100 = 4.6
    True
    """

    key = "efficient_mprt"
    title = "Efficient parameter randomisation"
    plain = "How much less ordered the map becomes when the network forgets all that it learned; high is good."
    cite = "Hedström, Weber, Lapuschkin, Höhne 2024, arXiv 2401.06465"
    better = "higher"
    bounds = (-1.0, float("inf"))
    needs = "explainer"

    bins: int = param(100, low=2, high=10000, title="Bins", help="Of the histogram")

    def run(self, subject: Subject) -> Tensor:
        (other,) = randomised(subject.classifier, 1)
        before = discrete_entropy(subject.values, self.bins).clamp_min(1e-6)
        after = discrete_entropy(subject.explain(subject.images, subject.targets, other), self.bins)
        return (after - before) / before


METRICS: tuple[type[Metric], ...] = (EfficientMprt,)
