"""PGCA's criteria of a map (Islam et al. 2024, arXiv 2412.03884), but for fairness. [REC]: every formula."""

from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor

from core.contracts.metric import Metric, Subject
from core.metrics.concentration import Concentration
from core.occlusion.changed_copies import ask, blank, ranks

TOPS = (0.05, 0.1, 0.2, 0.3, 0.5)
DEVIATIONS = (0.01, 0.03, 0.05)


class Criterion(Metric, ABC):
    """One of the paper's criteria; high is good."""

    cite = "Reconstructed from Islam, Jahin, Mridha, Dey 2024, arXiv 2412.03884"
    better = "higher"


def _without(subject: Subject, low: list[float], high: list[float]) -> Tensor:
    """(N, len(low)): the target's probability with the pixels of ranks low to high (shares) in the mean colour."""
    places, empty = ranks(subject.values), blank(subject, "mean")
    first, last = (torch.tensor([round(each * places.shape[1]) for each in ends]).to(places) for ends in (low, high))

    def make(which: Tensor, copy: Tensor) -> Tensor:
        rank = places[which]
        away = (rank >= first[copy][:, None]) & (rank < last[copy][:, None])
        return torch.where(away.view(-1, 1, *subject.images.shape[2:]), empty, subject.images[which])

    return ask(subject, len(low), make)


@dataclass(frozen=True)
class Fidelity(Criterion):
    """PGI: the mean over k of p(x) - p(x with the strongest k in the mean colour), k 5, 10, 20, 30, 50 %; -1 to 1.

    Twenty pixels, of which the first alone is worth 0.6: every k takes it away.

    >>> from core.contracts.explainer import Attribution
    >>> from core.contracts.toy_models import linear_probability
    >>> model, image = linear_probability([[[0.6] + [0.0] * 19]], base=0.2), torch.ones(1, 1, 1, 20)
    >>> round(Fidelity()(model, image, torch.tensor([0]), Attribution(torch.eye(20)[:1, None])).item(), 4)
    0.6
    """

    key = "pgca_fidelity"
    title = "Fidelity (PGCA)"
    plain = "How much of the answer goes when what the map marks most is taken away; high is good."
    bounds = (-1.0, 1.0)

    def run(self, subject: Subject) -> Tensor:
        gone = _without(subject, [0.0, *([0.0] * len(TOPS))], [0.0, *TOPS])
        return gone[:, 0] - gone[:, 1:].mean(dim=1)


@dataclass(frozen=True)
class Interpretability(Criterion):
    """The mean of three, each from 0 to 1, of |a| scaled to [0, 1]: concentration, coherence and contrast.

    Concentration is the Gini index; coherence 1 - the mean difference of neighbours, across and down; contrast the mean
    of the strongest tenth less that of the rest. One of ten pixels in a row, in a corner: Gini 0.9, coherence
    1 - 1/9, contrast 1: 0.9296.

    >>> from core.contracts.explainer import Attribution
    >>> from core.contracts.toy_models import linear
    >>> found = Attribution(torch.tensor([[[1.0] + [0.0] * 9]]))
    >>> value = Interpretability()(linear([[[[0.0] * 10]]]), torch.zeros(1, 1, 1, 10), torch.tensor([0]), found)
    >>> round(value.item(), 4) == round((0.9 + 8 / 9 + 1) / 3, 4)
    True
    """

    key = "pgca_interpretability"
    title = "Interpretability (PGCA)"
    plain = "Whether the map marks little, in few pieces, and clearly; high is good."

    def run(self, subject: Subject) -> Tensor:
        sizes = subject.values.abs().double()
        low, high = (each(sizes, dim=(1, 2), keepdim=True) for each in (torch.amin, torch.amax))
        scaled = (sizes - low) / (high - low).clamp_min(1e-300)
        steps = [scaled.diff(dim=axis).abs().flatten(1) for axis in (1, 2)]
        coherence = 1 - torch.cat(steps, dim=1).mean(dim=1) if scaled[0].numel() > 1 else torch.ones(len(scaled))
        order = scaled.flatten(1).sort(dim=1, descending=True).values
        tenth = max(1, round(order.shape[1] / 10))
        contrast = order[:, :tenth].mean(dim=1) - order[:, tenth:].mean(dim=1).nan_to_num()
        return (Concentration().run(subject).double() + coherence + contrast) / 3


@dataclass(frozen=True)
class Robustness(Criterion):
    """The mean over deviations s (0.01, 0.03, 0.05) of cos(a(x), a(x + N(0, s^2))), clipped to [0, 1]; -1 to 1.
    The cosine with a map of zeros is 0. The map of a linear model of one pixel keeps its direction:

    >>> from core.contracts.toy_models import linear
    >>> from core.explainers.integrated_gradients import IntegratedGradients
    >>> model, image, target = linear([[[[4.0]]], [[[0.0]]]]), torch.full((1, 1, 1, 1), 0.5), torch.tensor([0])
    >>> method = IntegratedGradients()
    >>> Robustness()(model, image, target, method(model, image, target), explainer=method).item()
    1.0
    """

    key = "pgca_robustness"
    title = "Robustness (PGCA)"
    plain = "Whether the map keeps its shape when a little noise is added to the picture; high is good."
    bounds = (-1.0, 1.0)
    needs = "explainer"

    def run(self, subject: Subject) -> Tensor:
        size, shape = torch.tensor(DEVIATIONS).view(-1, 1, 1, 1), (len(DEVIATIONS), *subject.images.shape[1:])
        noise = subject.drawn(lambda draws: torch.randn(shape, generator=draws) * size)
        images = (subject.images[:, None] + noise).clamp(0, 1).flatten(0, 1)
        maps = subject.explain(images, subject.targets.repeat_interleave(len(DEVIATIONS)))
        after = maps.view(len(subject), len(DEVIATIONS), -1).double()
        before = subject.values.flatten(1).double()[:, None].expand_as(after)
        return torch.cosine_similarity(before, after, dim=2).mean(dim=1)


@dataclass(frozen=True)
class Completeness(Criterion):
    """1 - |sum_i d_i - d| / |d|, at least 0: d_i the fall of p without the i-th tenth of the ranks, d without all.

    A d below 0.001 counts as that. From 0 to 1. Where the probability is linear in the pixels every order is complete:

    >>> from core.contracts.explainer import Attribution
    >>> from core.contracts.toy_models import linear_probability
    >>> model, image = linear_probability([[[0.06] * 10]], base=0.2), torch.ones(1, 1, 1, 10)
    >>> round(Completeness()(model, image, torch.tensor([0]), Attribution(image[0])).item(), 4)
    1.0
    """

    key = "pgca_completeness"
    title = "Completeness (PGCA)"
    plain = "Whether the parts that the map tells apart are together worth as much as the whole picture; high is good."

    def run(self, subject: Subject) -> Tensor:
        ends = [band / 10 for band in range(11)]
        gone = _without(subject, [0.0, 0.0, *ends[:-1]], [0.0, 1.0, *ends[1:]])
        falls = gone[:, :1] - gone[:, 1:]
        whole = falls[:, 0]
        return (1 - (falls[:, 1:].sum(dim=1) - whole).abs() / whole.abs().clamp_min(1e-3)).clamp_min(0)


ALL = (Fidelity, Interpretability, Robustness, Completeness)
CRITERIA: Mapping[str, type[Metric]] = MappingProxyType({each.key: each for each in ALL})
FAIRNESS = "pgca_fairness"
