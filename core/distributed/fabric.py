"""Where training runs: device, number of processes and precision, by Lightning Fabric."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

from core.distributed.agreement import agree

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def make_fabric(accelerator: str = "auto", devices: int | list[int] = 1, *, bf16: bool = False) -> "Fabric":
    """A launched Fabric: one process a device; with several, the command that was started is started again for each.

    accelerator: "auto" (CUDA if there is one, else the CPU), "cpu", "cuda" or "mps"; devices: how many, or which.
    """
    fabric = fabric_of(accelerator, devices, "popen", bf16=bf16)
    fabric.launch()
    full_precision()
    return fabric


def fabric_of(
    accelerator: str, devices: int | list[int], several: Literal["popen", "spawn"], *, bf16: bool, worker: int = 0
) -> "Fabric":
    """A Fabric not yet launched; `several` says how to start processes, one a device, that end with `worker` if given.

    bf16: compute in half precision, if the device is the faster for it (`bf16_is_fast`).

    They talk over this machine's loopback interface (core.distributed.loopback): gloo on CPUs, NCCL on CUDA.
    "auto" is never MPS, which has no float64: what objectives and audits compute in it would fail there.
    """
    from lightning_fabric import Fabric

    if accelerator == "auto":
        accelerator = "cuda" if torch.cuda.is_available() else "cpu"
    count = devices if isinstance(devices, int) else len(devices)
    if count > 1:
        from core.distributed.loopback import Loopback
    return Fabric(
        accelerator=accelerator, devices=devices, strategy=Loopback(several, worker) if count > 1 else "auto",
        precision="bf16-mixed" if bf16 and bf16_is_fast(accelerator) else "32-true",
    )  # fmt: skip


def bf16_is_fast(accelerator: str) -> bool:
    """Whether bf16 saves time there: on a CPU only if it has that in hardware; others are ten times slower."""
    if accelerator == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if accelerator != "cpu":
        return True
    told = (getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"))
    return any(ask is not None and ask() for ask in told)


def in_bf16(fabric: "Fabric") -> bool:
    """Whether passes through a network are made in bf16 inside `fabric.autocast()`."""
    with fabric.autocast():
        return torch.is_autocast_enabled(fabric.device.type)


def full_precision() -> None:
    """Make fp32 mean fp32 on a GPU, in training and judging: no TF32 but in `tensor_cores`. For speed there is bf16.

    TF32 keeps 10 bits, too few for the small differences that penalties on gradients are made of.
    """
    _tf32(False, False)


@contextmanager
def tensor_cores() -> Iterator[None]:
    """Inside, a GPU may compute in TF32, several times as fast: enough to look for attacks. As before on leaving.

    PyTorch does so for convolutions unless told otherwise. What is found must be judged outside.
    """
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    _tf32(True, True)
    try:
        yield
    finally:
        _tf32(*before)


def _tf32(products: bool, convolutions: bool) -> None:
    torch.backends.cuda.matmul.allow_tf32 = products
    torch.backends.cudnn.allow_tf32 = convolutions  # on by default


def accelerator_of(device: str) -> tuple[str, int | list[int]]:
    """(accelerator, devices) of a run's device.

    >>> accelerator_of("cpu"), accelerator_of("cuda:0,cuda:2")
    (('cpu', 1), ('cuda', [0, 2]))
    """
    names = [name.partition(":") for name in device.split(",")]
    places = [int(place) for _, _, place in names if place]
    return names[0][0], places or 1


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
    """Replace the tensors by their sums over all processes, in one message, unless one of them has broken off."""
    if fabric.world_size == 1 or not tensors:
        return
    agree(fabric)
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
