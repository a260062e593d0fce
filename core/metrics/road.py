"""ROAD, remove and debias (Rong et al. 2022, arXiv 2202.00449): is the answer still right when pixels are filled in?"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from core.base import cancellation
from core.base.params import param
from core.contracts.metric import Metric, Subject
from core.occlusion.changed_copies import ask, ranks

NEIGHBOURS = ((1 / 12, 1 / 6, 1 / 12), (1 / 6, 0.0, 1 / 6), (1 / 12, 1 / 6, 1 / 12))
TOLERANCE = 1e-8  # of the residual, relative to what is given


def imputed(images: Tensor, removed: Tensor) -> Tensor:
    """(M, C, H, W) with the `removed` (M, H, W) pixels each the weighted mean of its neighbours, all at once.

    Weights are 1/6 for the four neighbours beside and 1/12 for the four across, those outside of the picture left out.
    These linear equations, (D - W) x = b with a positive definite matrix as long as one pixel is left, are solved by
    conjugate gradients for all images and channels together; a system that is solved does not change any more, so
    that what it shares a batch with changes nothing.

    In a row of 0, ?, ?, 3 each is the mean of its two neighbours:

    >>> removed = torch.tensor([[[False, True, True, False]]])
    >>> imputed(torch.tensor([[[[0.0, 9.0, 9.0, 3.0]]]]), removed).mul(100).round().tolist()
    [[[[0.0, 100.0, 200.0, 300.0]]]]
    """
    gone = removed[:, None].expand(images.shape).reshape(-1, 1, *images.shape[2:])
    given = images.reshape(gone.shape).double()
    kernel = given.new_tensor(NEIGHBOURS)[None, None]
    weights = conv2d(torch.ones_like(given[:1]), kernel, padding=1)

    def left(x: Tensor) -> Tensor:
        return (weights * x - conv2d(x, kernel, padding=1)) * gone

    b = conv2d(given * ~gone, kernel, padding=1) * gone
    x = torch.zeros_like(b)
    residual, direction = b.clone(), b.clone()
    size = _dot(residual, residual)
    enough = (TOLERANCE**2 * size).clamp_min(1e-300)
    for _ in range(gone[0].numel()):
        going = size > enough
        if not going.any():
            break
        cancellation.check()
        pushed = left(direction)
        step = torch.where(going, size / _dot(direction, pushed).clamp_min(1e-300), 0.0)
        x, residual = x + step * direction, residual - step * pushed
        after = _dot(residual, residual)
        direction = residual + torch.where(going, after / size.clamp_min(1e-300), 0.0) * direction
        size = torch.where(going, after, size)
    return torch.where(gone, x, given).view(images.shape).to(images)


def _dot(one: Tensor, other: Tensor) -> Tensor:
    return (one * other).sum(dim=(1, 2, 3), keepdim=True)


@dataclass(frozen=True)
class Road(Metric):
    """The share of `steps` - 1 removals (i / steps of the pixels, strongest first) after which the answer is right.

    From 0 to 1, lower is better: over images it is the mean accuracy after removal. A removed pixel becomes the mean
    of its neighbours, itself perhaps removed, plus normal noise of standard deviation `noise` (noisy linear
    imputation), clipped to [0, 1]: unlike one filled with a colour, it does not tell by its shape what was there. The
    authors remove 10 to 90 % of the pixels.

    Four pixels in a row, 1 1 0 0; the answer is the first class while they are brighter than 0.3 in the mean. A quarter
    removed is filled in (1 again): right. The first half removed is filled with the 0 beside it, and so are three: the
    answer is right once in three.

    >>> from core.contracts.explainer import Attribution
    >>> from core.contracts.toy_models import linear_probability
    >>> model, image = linear_probability([[[1 / 4] * 4]], base=0.2), torch.tensor([[[[1.0, 1.0, 0.0, 0.0]]]])
    >>> found = Road(steps=4, noise=0.0)(model, image, torch.tensor([0]), Attribution(image[:, 0]))
    >>> round(found.item(), 4)
    0.3333
    """

    key = "road"
    title = "ROAD"
    plain = (
        "How often the answer is still right when the pixels that the map marks most are filled in from their "
        "neighbours; low is good."
    )
    cite = "Rong, Leemann, Borisov, Kasneci, Kasneci 2022, arXiv 2202.00449"
    better = "lower"

    steps: int = param(10, low=2, high=100, title="Steps", help="10: after 10, 20 ... 90 % of the pixels are removed")
    noise: float = param(0.01, low=0.0, high=0.5, title="Noise", help="Standard deviation of what is added")

    def run(self, subject: Subject) -> Tensor:
        images, places = subject.images, ranks(subject.values)
        count = places.shape[1]
        done = torch.tensor([round(step * count / self.steps) for step in range(1, self.steps)], device=images.device)
        done = done.clamp(1, count - 1)
        noise = subject.drawn(lambda draws: torch.randn(len(done), *images.shape[1:], generator=draws) * self.noise)

        def make(which: Tensor, step: Tensor) -> Tensor:
            removed = (places[which] < done[step][:, None]).view(-1, *images.shape[2:])
            filled = imputed(images[which], removed)
            return torch.where(removed[:, None], filled + noise[which, step], filled).clamp(0, 1)

        return ask(subject, len(done), make, "right").mean(dim=1)


METRICS: tuple[type[Metric], ...] = (Road,)
