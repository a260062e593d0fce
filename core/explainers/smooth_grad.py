"""SmoothGrad (Smilkov, Thorat, Kim, Viegas, Wattenberg 2017, arXiv 1706.03825)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.explainers._noisy_gradients import noisy_gradients


@dataclass(frozen=True)
class SmoothGrad(Explainer):
    """values = sum over channels of the mean of grad z_target(x + s e) over `samples` draws of e ~ N(0, 1).

    z is the logit, s = noise (max x - min x), the paper's sigma. Signed: positive where more light raises the score.
    With `times_picture` the mean is multiplied by x before the channels are summed (section 3.2 of the paper); without
    noise it is the plain gradient (Simonyan et al. 2013, arXiv 1312.6034), and nothing is drawn.

    On z = x1^2 + 3 x2 at (0.5, 1) the gradient at a copy is (2 (0.5 + s e), 3), in the mean (1, 3) as e cancels out,
    and times the picture (0.5, 3):

    >>> from dataclasses import replace
    >>> from core.contracts.toy_models import linear
    >>> class Square(torch.nn.Module):
    ...     def __init__(self, net):
    ...         super().__init__()
    ...         self.net = net
    ...     def forward(self, x):
    ...         return self.net(x) + x[:, 0, 0, :1] ** 2 * torch.tensor([1.0, 0.0])
    >>> square = replace(model := linear([[[[0.0, 3.0]]], [[[0.0, 0.0]]]]), net=Square(model.net))
    >>> image, target = torch.tensor([[[[0.5, 1.0]]]]), torch.tensor([0])
    >>> found = [SmoothGrad(2000, times_picture=times)(square, image, target).values for times in (False, True)]
    >>> [[round(value, 1) for value in each.flatten().tolist()] for each in found]
    [[1.0, 3.0], [0.5, 3.0]]
    """

    key = "smooth_grad"
    title = "SmoothGrad"
    plain = "Adds faint noise to the picture many times, and averages how each pixel would raise the answer's score."
    cite = "Smilkov, Thorat, Kim, Viégas, Wattenberg 2017, arXiv 1706.03825"

    samples: int = param(50, low=5, high=2000, title="Samples", help="Noisy copies; more gives a steadier map")
    noise: float = param(
        0.15, low=0.0, high=1.0, step=0.05, title="Noise",
        help="Its standard deviation, as a share of the range from the picture's darkest value to its brightest",
    )  # fmt: skip
    times_picture: bool = param(
        False, title="Times the picture", help="Weigh each pixel by its brightness; black pixels then get nothing"
    )

    @property
    def random(self) -> bool:  # type: ignore[override]
        return self.noise > 0

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        samples = self.samples if self.random else 1
        made = []
        for image, target in zip(images, targets.tolist(), strict=True):
            parts = noisy_gradients(classifier, image, target, samples=samples, noise=self.noise, seed=seed)
            mean = torch.stack([part.sum(dim=0) for part in parts]).sum(dim=0) / samples
            made.append((mean * image if self.times_picture else mean).sum(dim=0))
        return Attribution(torch.stack(made))


EXPLAINERS: tuple[type[Explainer], ...] = (SmoothGrad,)
