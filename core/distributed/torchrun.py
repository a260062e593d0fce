"""Processes that torchrun has started, on one machine or several: which of them this is, and what joins them.

What it tells them stands in the environment, so nothing heavy is loaded to ask.
"""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def started() -> bool:
    """Whether torchrun has started this process as one of several."""
    return "TORCHELASTIC_RUN_ID" in os.environ and int(os.environ.get("WORLD_SIZE", "1")) > 1


def rank() -> int:
    """Which of all processes this is, from 0; 0 where it is alone."""
    return int(os.environ["RANK"]) if started() else 0


def join(accelerator: str, *, bf16: bool) -> "Fabric":
    """A launched Fabric of all processes, once every one of them is there; one process a device.

    They talk over the network that the machines share: gloo on CPUs, NCCL on CUDA. Whoever reaches it can listen.
    """
    from lightning_fabric import Fabric
    from lightning_fabric.strategies.ddp import DDPStrategy

    from core.distributed.fabric import bf16_is_fast, full_precision
    from core.distributed.loopback import PATIENCE

    here, all_of_them = int(os.environ["LOCAL_WORLD_SIZE"]), int(os.environ["WORLD_SIZE"])
    fabric = Fabric(
        accelerator=accelerator, devices=here, num_nodes=all_of_them // here, strategy=DDPStrategy(timeout=PATIENCE),
        precision="bf16-mixed" if bf16 and bf16_is_fast(accelerator) else "32-true",
    )  # fmt: skip
    fabric.launch()
    full_precision()
    return fabric
