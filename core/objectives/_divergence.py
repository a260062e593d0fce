"""Answers as log-probabilities, and how far one is from another, in nats."""

import torch
from torch import Tensor


def log_probabilities(logits: Tensor) -> Tensor:
    """(N, K) logits -> (N, K), in fp32 at least: of logits in bf16, a CPU makes log-probabilities in bf16.

    >>> [log_probabilities(torch.zeros(1, 2, dtype=kind)).dtype for kind in (torch.bfloat16, torch.float64)]
    [torch.float32, torch.float64]
    """
    return logits.to(torch.promote_types(logits.dtype, torch.float32)).log_softmax(dim=1)


def divergence(log_p: Tensor, log_q: Tensor) -> Tensor:
    """KL(p | q) of each row, (N, K) log-probabilities -> (N,).

    >>> p, q = torch.tensor([[0.5, 0.5]]), torch.tensor([[0.25, 0.75]])
    >>> round(divergence(p.log(), q.log()).item(), 4)  # ln(2) / 2 + ln(2 / 3) / 2
    0.1438
    """
    return (log_p.exp() * (log_p - log_q)).sum(dim=1)
