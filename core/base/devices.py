"""Whether this machine has the devices that a run is asked to use."""

import torch


def present() -> tuple[str, ...]:
    """The devices a run can have here: "cpu", "cuda:0", ..., "mps"."""
    graphics = tuple(f"cuda:{index}" for index in range(torch.cuda.device_count()))
    return ("cpu", *graphics, *(("mps",) if torch.backends.mps.is_available() else ()))


def absent(device: str) -> str | None:
    """Why there can be no run on `device`, such as "cuda:0,cuda:1", in one sentence; None where there can.

    >>> absent("cpu"), absent("xpu:0")[:26]
    (None, 'this machine has no xpu:0 ')
    """
    here = present()
    missing = [name for name in dict.fromkeys(device.split(",")) if name not in here]
    if not missing:
        return None
    return f"this machine has no {' and no '.join(missing)} that a run can use; it has {', '.join(here)}"
