"""Model-parameter randomisation test (Adebayo et al. 2018, arXiv 1810.03292): does the map depend on the network?"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.metric import Metric, Subject
from core.map_distances.spearman import Spearman
from core.metrics._randomised import randomised


@dataclass(frozen=True)
class Mprt(Metric):
    """The mean over stages of the rank agreement (Spearman) of the map with that of a network randomised down to there.

    From -1 to 1, lower is better: a map that stays the same when the network forgets all it learned does not explain
    it. Cascading: layers are given new weights from the output down, the last stage has none left; signed values, the
    same target, the same draws of the explainer. Two constant maps agree fully, one with another not at all.
    About 0 is all that can be asked for: one map below 0 and another at 0 have both passed.

    A linear model of one layer has one stage. The map of an edge detector would not change, so it gets 1; that of
    weight times pixel agrees with new weights only by chance:

    >>> from torch import nn
    >>> from core.contracts.classifier import Classifier
    >>> from core.explainers.integrated_gradients import IntegratedGradients
    >>> model = Classifier(nn.Sequential(nn.Flatten(), nn.Linear(400, 2)), ("a", "b"), (1, 20, 20))
    >>> image, target, method = torch.rand(1, 1, 20, 20), torch.tensor([0]), IntegratedGradients()
    >>> abs(Mprt()(model, image, target, method(model, image, target), explainer=method).item()) < 0.3
    True
    """

    key = "mprt"
    title = "Parameter randomisation (MPRT)"
    plain = (
        "How much of the map is still there after the network has forgotten, layer by layer, what it learned; "
        "low is good."
    )
    cite = "Adebayo, Gilmer, Muelly, Goodfellow, Hardt, Kim 2018, arXiv 1810.03292"
    better = "lower"
    bounds = (-1.0, 1.0)
    needs = "explainer"

    stages: int = param(
        5, low=1, high=1000, title="Stages", help="How often the map is drawn again on the way; at most once a layer"
    )

    def run(self, subject: Subject) -> Tensor:
        return self.by_stage(subject).mean(dim=0)

    def by_stage(self, subject: Subject) -> Tensor:
        """(stages, N): the agreement after each stage, the output's layers first."""
        agreement, values = Spearman(), subject.values.cpu()
        found = [
            agreement(values, subject.explain(subject.images, subject.targets, other).cpu())
            for other in randomised(subject.classifier, self.stages)
        ]
        return torch.stack(found)


METRICS: tuple[type[Metric], ...] = (Mprt,)
