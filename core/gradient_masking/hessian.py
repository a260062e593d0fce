"""The largest eigenvalue of the Hessian of a loss with respect to the image, by power iteration."""

import torch
from torch import Tensor

from core.base import cancellation
from core.contracts.ascend import per_image
from core.contracts.attack_loss import Loss

ITERATIONS = 20


def largest_eigenvalue(
    loss: Loss, images: Tensor, *, iterations: int = ITERATIONS, generator: torch.Generator | None = None
) -> Tensor:
    """(N,) of images (N, C, H, W): the eigenvalue of largest absolute value, with its sign; 0 where there is no bend.

    v <- H v / |H v| from a random direction, and then v . H v. H v is exact: the gradient of (grad loss) . v, through
    one graph made once, so a loss that draws at random is asked once. loss: (N, C, H, W) -> (N,), each value of its own
    image alone.

    Of 2 x^2 + x y, whose Hessian is ((4, 1), (1, 0)), it is 2 + sqrt(5) = 4.2361:

    >>> bowl = lambda x: 2 * x[:, 0, 0, 0] ** 2 + x[:, 0, 0, 0] * x[:, 0, 0, 1]
    >>> round(largest_eigenvalue(bowl, torch.zeros(1, 1, 1, 2), generator=torch.Generator().manual_seed(0)).item(), 4)
    4.2361
    """
    with torch.enable_grad():
        inputs = images.detach().requires_grad_(True)
        (slope,) = torch.autograd.grad(loss(inputs).sum(), inputs, create_graph=True)
    value = torch.zeros(len(images), device=images.device)
    if not slope.requires_grad:  # the same everywhere
        return value
    vector = _unit(torch.randn(images.shape, generator=generator).to(images))
    for _ in range(iterations):
        cancellation.check()
        (turned,) = torch.autograd.grad(
            (slope * vector).sum(), inputs, retain_graph=True, allow_unused=True, materialize_grads=True
        )
        value = (turned * vector).flatten(1).sum(dim=1)
        vector = _unit(turned)
    return value.detach()


def _unit(vectors: Tensor) -> Tensor:
    return vectors / per_image(vectors.flatten(1).norm(dim=1).clamp_min(1e-30))
