"""The most memory that a training takes, watched as it goes."""

import torch
from torch import Tensor

from core.base.memory_info import resident
from core.contracts.interfaces import Images

ON_DEVICE = 4_000_000_000  # bytes of images up to which a training moves all of them to the device


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
