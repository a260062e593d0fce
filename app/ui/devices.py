"""The devices of this machine that models can run on."""

import torch


def devices() -> dict[str, str]:
    """Device name -> words, for what this machine has."""
    titles = {"cpu": "CPU"}
    for index in range(torch.cuda.device_count()):
        titles[f"cuda:{index}"] = torch.cuda.get_device_name(index)
    if torch.backends.mps.is_available():
        titles["mps"] = "Apple GPU"
    return titles
