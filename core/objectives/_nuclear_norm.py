"""The nuclear norm of a matrix, with its gradient, whatever the precision around it."""

import torch
from torch import Tensor


def nuclear_norm(matrix: Tensor) -> Tensor:
    """The sum of the singular values of (N, K), in fp32 at least; NaN where an entry is not finite.

    It is tr(M' U V') with M = U S V', and U V' its gradient: that is held fixed, so that no gradient of a
    decomposition is taken, and half precision around it has no part in the product.

    >>> nuclear_norm(torch.tensor([[3.0, 0.0], [0.0, -4.0], [0.0, 0.0]])).item()
    7.0
    """
    matrix = matrix.to(torch.promote_types(matrix.dtype, torch.float32))
    with torch.no_grad(), torch.autocast(matrix.device.type, enabled=False):
        if not matrix.isfinite().all():
            return matrix.sum() * torch.nan
        left, _, right = torch.linalg.svd(matrix, full_matrices=False)
        gradient: Tensor = left @ right
    return (matrix * gradient).sum()
