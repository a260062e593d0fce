"""Integrated Gradients (Sundararajan, Taly, Yan 2017, arXiv 1703.01365), by Captum."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.occlusion.backgrounds import SINGLE, background, describe, gap
from core.occlusion.masking import batch_size


@dataclass(frozen=True)
class IntegratedGradients(Explainer):
    """values = sum over channels of (x - b) * integral over a in [0, 1] of grad z_target(b + a (x - b)), eq. 1.

    z is the logit, b the baseline; the integral is a Gauss-Legendre sum of `steps` points. The values add up to
    z(x) - z(b); `gap` is the share that the finite sum misses. On z = x1^2 + 3 x2 from a black baseline the integral
    gives (x1^2, 3 x2):

    >>> from dataclasses import replace
    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[0.0, 3.0]]], [[[0.0, 0.0]]]])
    >>> class Square(torch.nn.Module):
    ...     def __init__(self, net):
    ...         super().__init__()
    ...         self.net = net
    ...     def forward(self, x):
    ...         return self.net(x) + x[:, 0, 0, :1] ** 2 * torch.tensor([1.0, 0.0])
    >>> square = replace(model, net=Square(model.net))
    >>> found = IntegratedGradients(steps=8)(square, torch.tensor([[[[0.5, 1.0]]]]), torch.tensor([0]))
    >>> found.values.mul(100).round().tolist(), found.gap.item() < 1e-5
    ([[[25.0, 300.0]]], True)
    """

    key = "integrated_gradients"
    title = "Integrated Gradients"
    plain = (
        "Fades the picture in from a blank one and adds up how much each pixel raises the answer's score on the way."
    )
    cite = "Sundararajan, Taly, Yan 2017, arXiv 1703.01365; Captum"
    complete = True
    unit = "score"

    baseline: str = param(
        "black",
        choices=SINGLE,
        title="Baseline",
        help="The picture without information to start from; pixels equal to it get nothing",
    )
    steps: int = param(50, low=4, high=500, title="Steps", help="Points between the baseline and the picture")
    batch: int = param(32, low=1, high=512, title="Batch", help="Most points computed at once; not seen in the map")

    def against(self, classifier: Classifier) -> str:
        return describe(self.baseline, classifier)

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        from captum.attr import IntegratedGradients as Captum

        values, missing, batch = [], [], min(self.batch, batch_size(images))
        for place, target in enumerate(targets.tolist()):
            image = images[place : place + 1]
            base = background(self.baseline, classifier, reference[place : place + 1], seed).to(image)
            with torch.enable_grad():
                attributed = Captum(classifier).attribute(
                    image, baselines=base, target=target, n_steps=self.steps, internal_batch_size=batch
                )
            with torch.no_grad():
                score, start = classifier(torch.cat([image, base]))[:, target]
            values.append(attributed.detach().sum(dim=(0, 1)))
            missing.append(gap(values[-1].sum(), score, start))
        return Attribution(torch.stack(values), torch.stack(missing))


EXPLAINERS: tuple[type[Explainer], ...] = (IntegratedGradients,)
