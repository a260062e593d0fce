"""The leak meter: how well a small network tells an image's label from its mask alone. Near chance, or masks leak."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, cross_entropy

from core.base import cancellation
from core.base.proportion import Proportion
from core.base.rng import seeded
from core.contracts.batch import stream
from core.spurious.mask_statistics import PART

SIDE = 8  # masks are looked at on a grid of at most 8 x 8
MOST = 20_000  # masks looked at
PASSES, BATCH, RATE = 12, 256, 3e-3


def mask_leakage(masks: Tensor, labels: Tensor, seed: int = 0) -> Mapping[str, float]:
    """`leak`, the accuracy on a third of the masks (N, H, W) of a probe trained on the others; its 95 % interval
    `leak_low` to `leak_high`; and `chance`, the share of the most frequent label there. Empty for fewer than 30 masks.

    The probe is a network of one hidden layer of 128 over the mask's shares on an 8 x 8 grid.
    """
    order = torch.randperm(len(masks), generator=torch.Generator().manual_seed(stream(seed, "leak")))[:MOST]
    if len(order) < 30:
        return {}
    side = (min(SIDE, masks.shape[1]), min(SIDE, masks.shape[2]))
    seen = torch.cat([_pooled(masks[rows], side) for rows in torch.split(order, PART)])
    seen, answers = (seen - seen.mean(dim=0)) / seen.std(dim=0).clamp_min(0.1), labels[order].cpu()
    split = 2 * len(order) // 3
    with torch.enable_grad(), torch.autocast("cpu", enabled=False):
        probe = _probe(seen[:split], answers[:split], int(labels.max()) + 1, seed)
    with torch.no_grad():
        hits = int((probe(seen[split:]).argmax(dim=1) == answers[split:]).sum())
    share = Proportion(hits, len(order) - split)
    chance = answers[split:].bincount().max().item() / share.count
    return {"leak": share.value, "leak_low": share.interval[0], "leak_high": share.interval[1], "chance": chance}


def _pooled(masks: Tensor, side: tuple[int, int]) -> Tensor:
    cancellation.check()
    return adaptive_avg_pool2d(masks[:, None].float(), side).flatten(1).cpu()


def _probe(seen: Tensor, answers: Tensor, classes: int, seed: int) -> nn.Module:
    with seeded(stream(seed, "probe") % 2**31, torch.device("cpu")):
        probe = nn.Sequential(nn.Linear(seen.shape[1], 128), nn.ReLU(), nn.Linear(128, classes))
    learner = torch.optim.AdamW(probe.parameters(), lr=RATE, weight_decay=1e-2)
    draws = torch.Generator().manual_seed(stream(seed, "order"))
    for _ in range(PASSES):
        cancellation.check()
        order = torch.randperm(len(seen), generator=draws)
        for begin in range(0, len(seen), BATCH):
            rows = order[begin : begin + BATCH]
            learner.zero_grad()
            cross_entropy(probe(seen[rows]), answers[rows]).backward()  # type: ignore[no-untyped-call]
            learner.step()
    return probe
