"""What a classifier answers when parts of its images are covered, batch by batch."""

from collections.abc import Callable

import torch
from torch import Tensor

from core.contracts.classifier import Classifier

CPU_VALUES = 640_000  # values in a batch on a CPU: larger ones leave its cache
GPU_VALUES = 40_000_000  # on a GPU: enough to keep it busy, and a few GB of a large network's layers
MOST_IMAGES = {"cpu": 256, "cuda": 2048}

Read = Callable[[Tensor, Tensor], Tensor]  # probabilities (n, K), the images' numbers (n,) -> one value each (n,)


def batch_size(images: Tensor) -> int:
    """How many images of this size (N, C, H, W) to send through a network at once.

    >>> batch_size(torch.zeros(1, 3, 224, 224)), batch_size(torch.zeros(1, 3, 32, 32))
    (4, 208)
    """
    device = images.device.type
    values = CPU_VALUES if device == "cpu" else GPU_VALUES
    return min(MOST_IMAGES.get(device, 256), max(1, values // max(1, images[0].numel())))


@torch.no_grad()
def respond(
    classifier: Classifier,
    images: Tensor,
    targets: Tensor,
    parts: Tensor,
    keep: Tensor,
    fill: Tensor,
    *,
    bf16: bool = False,
    read: Read | None = None,
) -> Tensor:
    """Probability of the target (N, M) of each image under each mask, or what `read` makes of the probabilities.

    images, fill: (N, C, H, W); what a mask leaves out is taken from `fill`. parts: (N, H, W), the number of the part a
    pixel lies in. keep: (N or 1, M, S), true where part s stays. bf16: run the network in bfloat16.

    Copies of several images share a batch, in channels-last order, in which convolutions are faster.
    """
    many, masks = len(images), keep.shape[1]
    size = batch_size(images)
    flat = parts.reshape(many, -1)
    answers = images.new_empty(many * masks)
    for start in range(0, many * masks, size):
        rows = torch.arange(start, min(start + size, many * masks), device=images.device)
        which, mask = rows // masks, rows % masks
        stays = keep[which if len(keep) > 1 else 0, mask].gather(1, flat[which]).view(-1, 1, *images.shape[2:])
        copies = torch.where(stays, images[which], fill[which]).contiguous(memory_format=torch.channels_last)
        with torch.autocast(images.device.type, torch.bfloat16, enabled=bf16):
            logits = classifier(copies)
        probabilities = logits.float().softmax(dim=1)
        if read is None:
            answers[rows] = probabilities.gather(1, targets[which, None]).squeeze(1)
        else:
            answers[rows] = read(probabilities, which)
    return answers.view(many, masks)
