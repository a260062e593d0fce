"""The gradient of a whole batch's loss, gathered part by part and over all processes."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.layer import Layer
from core.contracts.objective import Objective
from core.distributed.fabric import summed
from core.training.awp import buffers_of, perturbed

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def descent(
    classifier: Classifier, objective: Objective, batches: list[Batch], epoch: int, fabric: "Fabric",
    layers: Sequence[Layer] = (),
) -> dict[str, float]:  # fmt: skip
    """Leave the gradient of the mean loss of all the rows in the weights' `.grad`; the `loss` and its parts as numbers.

    What the layers want is added to the objective's loss. `batches` are the parts in which this process passes its rows
    through the network. Where the objective wants the weights perturbed, the gradient is that at the perturbed weights,
    and the weights are as before.
    """

    def precision() -> AbstractContextManager[object]:
        return nullcontext() if objective.precise else fabric.autocast()

    def gradient() -> dict[str, float]:
        classifier.net.zero_grad(set_to_none=True)
        gathered: dict[str, float] = {}
        for batch, images in zip(batches, attacked, strict=True):
            with precision():
                loss, parts = objective.loss(classifier, batch, images)
                for layer in layers:
                    if wanted := layer.loss(classifier, batch):
                        loss, parts = loss + wanted[0], {**parts, **wanted[1]}
            weight = len(batch) / batch.whole
            (loss * weight).backward()  # type: ignore[no-untyped-call]
            for name, value in {"loss": loss.item(), **parts}.items():
                gathered[name] = gathered.get(name, 0.0) + weight * value
        summed([weight.grad for weight in classifier.net.parameters() if weight.grad is not None], fabric)
        return over_processes(gathered, fabric)

    attacked: list[Tensor | None] = []
    for batch in batches:
        with precision():
            attacked.append(objective.attack(classifier, batch))
    gamma = objective.perturbs(epoch)
    if gamma == 0:
        return gradient()
    put_back = buffers_of(classifier.net)
    gradient()
    put_back()
    with perturbed(classifier.net, gamma):
        return gradient()


def over_processes(numbers: dict[str, float], fabric: "Fabric") -> dict[str, float]:
    """The sum of each number over all processes."""
    if fabric.world_size == 1:
        return numbers
    row = torch.tensor(list(numbers.values()), dtype=torch.float64, device=fabric.device)
    summed([row], fabric)
    return dict(zip(numbers, row.tolist(), strict=True))


@torch.no_grad()
def blend(average: nn.Module, net: nn.Module, decay: float) -> None:
    """Move each tensor of `average` to decay * itself + (1 - decay) * that of `net`; whole numbers are copied."""
    pairs = list(zip(average.state_dict().values(), net.state_dict().values(), strict=True))
    old = [value for value, _ in pairs if value.is_floating_point()]
    new = [other.detach() for value, other in pairs if value.is_floating_point()]
    torch._foreach_mul_(old, decay)  # all tensors in one call: on a GPU, each by itself would cost as much as a layer
    torch._foreach_add_(old, new, alpha=1 - decay)
    for value, other in pairs:
        if not value.is_floating_point():
            value.copy_(other)
