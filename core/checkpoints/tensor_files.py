"""Tensors on disk: safetensors, with texts in their header. Nothing is unpickled."""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load as parse
from safetensors.torch import save as render
from torch import Tensor, nn

from core.base.atomic_files import write_whole
from core.base.errors import Unreadable

LARGEST = 2_000_000_000  # bytes of a file from outside
REAL = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
WHOLE = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)
COUNTS = "num_batches_tracked"  # of a batch normalisation: no answer depends on it


class Pickled(Unreadable):
    """A file of torch.save, which is read by a process of its own alone: see core.checkpoints.weight_files."""


def read_tensors(path: Path, *, ours: bool = False) -> tuple[dict[str, Tensor], str]:
    """The tensors of a safetensors file and its sha256; ValueError in one sentence if it is not one.

    Too large a file is refused too, unless it is `ours`: what a run has written itself must be read again.
    """
    if not ours and path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} is larger than {LARGEST // 10**9} GB")
    raw = path.read_bytes()
    return parse_tensors(raw, path.name), hashlib.sha256(raw).hexdigest()


def parse_tensors(raw: bytes, name: str) -> dict[str, Tensor]:
    """The tensors in the bytes of a safetensors file; ValueError in one sentence if it is not one."""
    try:
        tensors: dict[str, Tensor] = parse(raw)
        return tensors
    except (SafetensorError, ValueError, KeyError) as error:
        if raw[8:9] != b"{" and (raw[:2] == b"PK" or raw[:1] == b"\x80"):
            raise Pickled(
                f"{name} is a pickle (a PyTorch .pt or .pth file), which could run code; save it as safetensors"
            ) from error
        raise ValueError(f"{name} is not a readable safetensors file") from error


def fit(net: nn.Module, tensors: dict[str, Tensor], name: str) -> None:
    """Load `tensors` into `net`; ValueError lists what is missing, unexpected, of another shape or kind of number."""
    if said := misfit(net, tensors):
        raise ValueError(f"{name} does not fit the architecture. Tensors {said}")
    wanted = net.state_dict()
    if odd := [f"{key} {kind}" for key in sorted(tensors) if (kind := _odd(wanted[key], tensors[key]))]:
        raise ValueError(f"{name} holds numbers that are no weights of this network: {_list(odd)}")
    versioned = OrderedDict(tensors)
    versioned._metadata = wanted._metadata  # type: ignore[attr-defined]  # the names are this version's: no translation
    net.load_state_dict(versioned, strict=False)


def misfit(net: nn.Module, tensors: Mapping[str, Tensor]) -> str:
    """Which tensors are missing, unexpected or of another shape for `net`, in words; "" if all are as they must be."""
    wanted = net.state_dict()
    missing = sorted(set(wanted) - set(tensors) - {key for key in wanted if key.endswith(COUNTS)})
    unexpected = sorted(set(tensors) - set(wanted))
    shapes = [
        f"{key} {tuple(tensors[key].shape)} instead of {tuple(wanted[key].shape)}"
        for key in sorted(set(wanted) & set(tensors))
        if tensors[key].shape != wanted[key].shape
    ]
    parts = [("missing", missing), ("unexpected", unexpected), ("of another shape", shapes)]
    return "; ".join(f"{what}: {_list(names)}" for what, names in parts if names)


def _odd(wanted: Tensor, given: Tensor) -> str:
    """What is wrong with the kind of numbers in a tensor; "" if nothing is.

    Real numbers of 16 to 64 bits are converted. Whole ones of a network's own are counts, or a table that is the same
    in every copy of it.
    """
    if given.dtype not in (REAL if wanted.is_floating_point() else WHOLE):
        return f"({str(given.dtype).removeprefix('torch.')})"
    if wanted.is_floating_point() or wanted.ndim == 0 or torch.equal(wanted.cpu(), given.to(wanted.dtype).cpu()):
        return ""
    return "(other whole numbers than its own)"


def _list(names: list[str]) -> str:
    names = [re.sub(r"[^\w.,() -]", "_", name)[:80] for name in names]  # they may come from outside
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def as_fp16(net: nn.Module) -> dict[str, Tensor]:
    """The tensors of `net` in half precision (float16), and the net's own rounded to the same, so that it is that net.

    ValueError if a value is too large for it.
    """
    state = net.state_dict()
    half = {key: value.half() if value.is_floating_point() else value for key, value in state.items()}
    if bad := [key for key, value in half.items() if not value.isfinite().all()]:
        raise ValueError(f"too large for half precision: {_list(bad)}")
    for key, value in state.items():
        value.copy_(half[key])
    return half


def write_tensors(path: Path, tensors: Mapping[str, Tensor], header: Mapping[str, str]) -> str:
    """Write `path` (.safetensors) with texts in its header, whole or not at all; returns its sha256."""
    plain = {key: value.detach().cpu().contiguous() for key, value in tensors.items()}
    raw = render(plain, metadata=dict(header))
    write_whole(path, raw)
    return hashlib.sha256(raw).hexdigest()


def read_header(path: Path) -> Mapping[str, str]:
    """The texts in the header of a safetensors file; FileNotFoundError, ValueError in one sentence if it is not one."""
    try:
        with safe_open(path, framework="pt") as file:
            return dict(file.metadata() or {})
    except SafetensorError as error:
        raise ValueError(f"{path.name} is not a readable safetensors file") from error
