"""How much memory there is, and how much is taken."""

import os
import resource
import sys
from pathlib import Path

import torch
from torch import Tensor

from core.contracts.interfaces import Images

ON_DEVICE = 4_000_000_000  # bytes of images up to which a training moves all of them to the device


def available() -> int:
    """Bytes of memory that can be had now; where the system does not tell, all that the machine has."""
    told = Path("/proc/meminfo")
    for line in told.read_text().splitlines() if told.exists() else ():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def resident() -> int:
    """The resident set of this process in bytes; where the system does not tell, its largest so far."""
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


class Watch:
    """The most memory in use, looked at at every pass through the network."""

    def __init__(self) -> None:
        self.device, self.largest = torch.device("cpu"), resident()

    def begin(self, device: torch.device) -> None:
        """Look at this device from now on."""
        self.device = device
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)

    def look(self, *_: Tensor) -> None:
        """Look once; takes the arguments of a scope's watcher."""
        self.largest = max(self.largest, resident())

    def most(self, data: Images) -> int:
        """Bytes; on a GPU all the images are added, which lie there throughout if they are not too many."""
        self.look()
        if self.device.type != "cuda":
            return self.largest
        size = data.images.numel()
        return int(torch.cuda.max_memory_allocated(self.device)) + (size if size <= ON_DEVICE else 0)
