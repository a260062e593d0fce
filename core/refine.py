"""The one training loop: any objective, trained in place, one step at a time."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from core.classifier import Classifier
from core.contracts import Images, Objective


@dataclass(frozen=True)
class Schedule:
    """One-cycle SGD with momentum: the learning rate rises to `lr` over the first `warm` of the steps, then falls."""

    epochs: int = 30
    batch: int = 128
    lr: float = 0.2
    warm: float = 0.4
    momentum: float = 0.9
    weight_decay: float = 5e-4
    crop: int = 4  # pixels of padding before a random crop; 0 leaves images as they are
    flip: bool = True
    seed: int = 0
    bf16: bool = True


@dataclass(frozen=True)
class Step:
    """One step of training: which, of how many, its epoch (from 0), whether it ends the epoch, and the loss parts."""

    index: int
    total: int
    epoch: int
    epoch_ends: bool
    loss: float
    parts: dict[str, float]


def refine(classifier: Classifier, objective: Objective, data: Images, schedule: Schedule) -> Iterator[Step]:
    """Train `classifier` in place on `data`; yields after every step, so to stop is to ask for no more.

    The net is in training mode between steps; what evaluates it in between puts that back (`Classifier.frozen`).
    Seeds fix the order, the augmentation and the objective's draws (the global generator, seeded here).
    """
    torch.manual_seed(schedule.seed)
    order = torch.Generator().manual_seed(schedule.seed)
    net, device = classifier.net, classifier.device
    net.train().to(memory_format=torch.channels_last)
    optimiser = torch.optim.SGD(
        net.parameters(), lr=schedule.lr, momentum=schedule.momentum, weight_decay=schedule.weight_decay, nesterov=True
    )
    each = len(data) // schedule.batch
    total = each * schedule.epochs
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, schedule.lr, total_steps=max(total, 2), pct_start=schedule.warm, anneal_strategy="linear",
        cycle_momentum=False,
    )  # fmt: skip
    precision = torch.autocast(device.type, torch.bfloat16) if schedule.bf16 else nullcontext()
    for index in range(total):
        epoch, place = divmod(index, each)
        if place == 0:
            shuffled = torch.randperm(len(data), generator=order)
        chosen = shuffled[place * schedule.batch : (place + 1) * schedule.batch]
        images = augment(data.images[chosen], schedule, order).to(device, memory_format=torch.channels_last)
        with precision:
            loss, parts = objective(classifier, images, data.labels[chosen].to(device))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        rate.step()
        yield Step(index, total, epoch, place == each - 1, loss.item(), dict(parts))


def augment(images: Tensor, schedule: Schedule, generator: torch.Generator) -> Tensor:
    """uint8 (N, C, H, W) -> float in [0, 1], each padded, cropped at random and mirrored with probability one half."""
    count, _, height, width = images.shape
    floats = images.float() / 255
    if schedule.crop:
        pad = schedule.crop
        padded = torch.nn.functional.pad(floats, (pad, pad, pad, pad))
        down = torch.randint(0, 2 * pad + 1, (count, 1), generator=generator) + torch.arange(height)
        right = torch.randint(0, 2 * pad + 1, (count, 1), generator=generator) + torch.arange(width)
        floats = padded[torch.arange(count)[:, None, None], :, down[:, :, None], right[:, None, :]].permute(0, 3, 1, 2)
    if schedule.flip:
        mirrored = torch.rand(count, generator=generator) < 0.5
        floats = torch.where(mirrored.view(-1, 1, 1, 1), floats.flip(3), floats)
    return floats
