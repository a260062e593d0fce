"""Several processes of one machine that talk over its loopback interface: nobody outside can connect to them."""

import os
import socket
from datetime import timedelta
from typing import Literal

import torch
from lightning_fabric.plugins.environments.lightning import LightningEnvironment
from lightning_fabric.strategies.ddp import DDPStrategy
from torch import distributed

from core.base.parent_death import tie

HERE = "127.0.0.1"
PATIENCE = timedelta(minutes=30)  # how long one process waits for another, as Lightning has it


class Loopback(DDPStrategy):
    """Lightning's data-parallel processes; they meet at a store that listens on loopback, not on all interfaces.

    `worker` is the process they are tied to, 0 for none. Where something else has started them, it says how they meet.
    """

    def __init__(self, start_method: Literal["popen", "spawn"], worker: int = 0) -> None:
        super().__init__(start_method=start_method)
        self.worker = worker

    def setup_environment(self) -> None:
        if self.worker:
            tie(self.worker)  # again: torch has asked for a milder signal, which a process that waits does not hear
        if isinstance(self.cluster_environment, LightningEnvironment) and not distributed.is_initialized():
            self._meet(self.cluster_environment.local_rank(), self.cluster_environment.main_port)
        super().setup_environment()  # finds the processes connected, and leaves it at that

    def _meet(self, rank: int, port: int) -> None:
        """Connect the processes."""
        for name in ("GLOO_SOCKET_IFNAME", "NCCL_SOCKET_IFNAME"):
            os.environ.setdefault(name, loopback())
        device = self.root_device
        if device.type == "cuda":
            torch.cuda.set_device(device)
        listens = socket.create_server((HERE, port)).detach() if rank == 0 else None  # the store closes it
        store = distributed.TCPStore(  # type: ignore[attr-defined]
            HERE, port, self.num_processes, rank == 0, timeout=PATIENCE, master_listen_fd=listens
        )
        distributed.init_process_group(
            distributed.get_default_backend_for_device(device), store=store, rank=rank, world_size=self.num_processes,
            timeout=PATIENCE, device_id=None if device.type == "cpu" else device,
        )  # fmt: skip


def loopback() -> str:
    """The name of the loopback interface, which differs between systems."""
    names = [name for _, name in socket.if_nameindex()]
    return next((name for name in ("lo", "lo0") if name in names), "lo")
