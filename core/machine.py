"""Where training runs: device, number of processes and precision, by Lightning Fabric."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def machine(accelerator: str = "auto", devices: int = 1, *, bf16: bool = False) -> "Fabric":
    """A launched Fabric: one process a device; with several, the command that was started is started again for each.

    accelerator: "auto", "cpu" or "cuda". Processes on CPUs talk over gloo.
    """
    from lightning_fabric import Fabric

    fabric = Fabric(
        accelerator=accelerator, devices=devices, strategy="ddp" if devices > 1 else "auto",
        precision="bf16-mixed" if bf16 else "32-true",
    )  # fmt: skip
    fabric.launch()
    return fabric


def dismiss(fabric: "Fabric") -> None:
    """End the talk between the processes, once all are done; without it their threads can abort the exit."""
    if fabric.world_size > 1 and torch.distributed.is_initialized():
        fabric.barrier()
        torch.distributed.destroy_process_group()


def share(count: int, fabric: "Fabric") -> tuple[int, int]:
    """The rows of `count` that this process takes: from, to."""
    rank, world = fabric.global_rank, fabric.world_size
    return count * rank // world, count * (rank + 1) // world


def summed(tensors: list[Tensor], fabric: "Fabric") -> None:
    """Replace the tensors by their sums over all processes, in one message."""
    if fabric.world_size == 1 or not tensors:
        return
    flat = fabric.all_reduce(torch.cat([tensor.reshape(-1) for tensor in tensors]), reduce_op="sum")
    assert isinstance(flat, Tensor)
    begin = 0
    for tensor in tensors:
        tensor.copy_(flat[begin : begin + tensor.numel()].view(tensor.shape))
        begin += tensor.numel()


def average_buffers(net: torch.nn.Module, fabric: "Fabric") -> None:
    """Give every process the mean of the running statistics that each gathered on its own rows."""
    if fabric.world_size == 1:
        return
    buffers = [buffer for buffer in net.buffers() if buffer.is_floating_point()]
    summed(buffers, fabric)
    for buffer in buffers:
        buffer /= fabric.world_size
