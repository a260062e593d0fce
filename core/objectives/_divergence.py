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


def jensen_shannon(log_p: Tensor, log_q: Tensor) -> Tensor:
    """(KL(p | m) + KL(q | m)) / 2 of each row, m = (p + q) / 2, not below 1e-7: (N, K) log-probabilities -> (N,).

    From 0 to ln 2. As in the code of AugMix and DAJAT (Addepalli et al. 2022, arXiv 2210.15318).

    >>> p, q = torch.tensor([[0.75, 0.25]]), torch.tensor([[0.25, 0.75]])
    >>> round(jensen_shannon(p.log(), q.log()).item(), 4)  # 3 ln(3 / 2) / 4 + ln(1 / 2) / 4
    0.1308
    """
    log_m = ((log_p.exp() + log_q.exp()) / 2).clamp(1e-7, 1).log()
    return (divergence(log_p, log_m) + divergence(log_q, log_m)) / 2
