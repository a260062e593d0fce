"""Which devices PyTorch can compute on; where a graphics card is there and cannot be used, why."""

import re
import shutil
import subprocess
import warnings
from dataclasses import dataclass

from core.operations.finding import Finding
from core.operations.sizes import in_words

PATIENCE = 10.0  # seconds for nvidia-smi
WHERE = "https://pytorch.org/get-started/locally/ names the line for pip"


@dataclass(frozen=True)
class Facts:
    """What is known of graphics cards.

    built: the CUDA version that PyTorch was built for, "" if for none; driver, reaches: the driver's version and the
    newest CUDA that it can serve, "" without one; cards: (name, bytes of memory, architecture such as sm_90) of each
    that PyTorch sees; made_for: the architectures that it was built for; warned: what it said of them.
    """

    built: str = ""
    driver: str = ""
    reaches: str = ""
    cards: tuple[tuple[str, int, str], ...] = ()
    made_for: tuple[str, ...] = ()
    warned: str = ""


def graphics() -> Finding:
    """The devices of this machine."""
    import torch

    if torch.backends.mps.is_available():
        return Finding("graphics", "the processor and mps")
    return judged(facts())


def judged(known: Facts) -> Finding:
    """What these facts mean."""
    what = "graphics"
    if known.cards:
        said = "; ".join(f"cuda:{n}: {name}, {in_words(size)}" for n, (name, size, _) in enumerate(known.cards))
        if strange := sorted({kind for *_, kind in known.cards} - set(_runs(known.made_for))):
            found = f"{said}; PyTorch was not built for {', '.join(strange)}"
            return Finding(what, found, "problem", f"Install a PyTorch that is: {WHERE}.")
        return Finding(what, f"{said}; driver {known.driver or 'unknown'}, CUDA {known.built}")
    if not known.driver:
        return Finding(what, "no graphics card that can be used: everything runs on the processor")
    if not known.built:
        return Finding(what, f"the driver {known.driver} is here, but PyTorch was built without CUDA", "note",
                       f"Install a PyTorch with CUDA: {WHERE}.")  # fmt: skip
    if known.reaches and int(known.reaches.split(".")[0]) < int(known.built.split(".")[0]):
        found = f"the driver {known.driver} serves CUDA {known.reaches}, PyTorch was built for CUDA {known.built}"
        return Finding(what, found, "problem", f"Update the driver, or install a PyTorch for this CUDA: {WHERE}.")
    why = f": {known.warned}" if known.warned else ""
    return Finding(what, f"the driver {known.driver} is here, but PyTorch sees no card{why}", "problem",
                   "Look at CUDA_VISIBLE_DEVICES; a container must be given the cards (`--gpus all`).")  # fmt: skip


def facts() -> Facts:
    """What PyTorch and the driver tell."""
    import torch

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        seen = range(torch.cuda.device_count()) if torch.cuda.is_available() else range(0)
    cards = []
    for each in (torch.cuda.get_device_properties(index) for index in seen):
        cards.append((each.name, each.total_memory, f"sm_{each.major}{each.minor}"))
    driver, reaches = _driver()
    warned = " ".join(str(said[0].message).split())[:200] if said else ""
    made_for = tuple(torch.cuda.get_arch_list()) if cards else ()
    return Facts(torch.version.cuda or "", driver, reaches, tuple(cards), made_for, warned)


def _runs(made_for: tuple[str, ...]) -> set[str]:
    """The architectures that code for these runs on: the same, and later ones of the same generation.

    >>> "sm_89" in _runs(("sm_86",)), "sm_90" in _runs(("sm_86",)), "sm_120" in _runs(("compute_90",))
    (True, False, True)
    """
    known = {int(each.rpartition("_")[2].rstrip("abcdef")): each.startswith("compute") for each in made_for}
    most = range(30, 200)
    return {f"sm_{n}" for n in most for m, later in known.items() if n >= m and (later or n // 10 == m // 10)}


def _driver() -> tuple[str, str]:
    """(version of the NVIDIA driver, newest CUDA that it serves), "" each where there is none."""
    if not (program := shutil.which("nvidia-smi")):
        return "", ""
    try:
        said = subprocess.run([program], capture_output=True, timeout=PATIENCE, check=False, text=True).stdout
    except (OSError, subprocess.TimeoutExpired):
        return "", ""
    driver, cuda = re.search(r"Driver Version: *([0-9.]+)", said), re.search(r"CUDA Version: *([0-9.]+)", said)
    return driver[1] if driver else "", cuda[1] if cuda else ""
