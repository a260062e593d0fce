"""Tensors on disk: safetensors, with texts in their header. Nothing is unpickled."""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import load as parse
from safetensors.torch import save as render
from torch import Tensor, nn

from core.base.atomic_files import write_whole

LARGEST = 2_000_000_000  # bytes of a file from outside


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
            raise ValueError(
                f"{name} is a pickle (a PyTorch .pt or .pth file), which could run code; save it as safetensors"
            ) from error
        raise ValueError(f"{name} is not a readable safetensors file") from error


def fit(net: nn.Module, tensors: dict[str, Tensor], name: str) -> None:
    """Load `tensors` into `net`; ValueError lists what is missing, unexpected or of another shape."""
    wanted = net.state_dict()
    missing = sorted(set(wanted) - set(tensors) - {key for key in wanted if key.endswith("num_batches_tracked")})
    unexpected = sorted(set(tensors) - set(wanted))
    shapes = [
        f"{key} {tuple(tensors[key].shape)} instead of {tuple(wanted[key].shape)}"
        for key in sorted(set(wanted) & set(tensors))
        if tensors[key].shape != wanted[key].shape
    ]
    parts = [("missing", missing), ("unexpected", unexpected), ("of another shape", shapes)]
    if said := "; ".join(f"{what}: {_list(names)}" for what, names in parts if names):
        raise ValueError(f"{name} does not fit the architecture. Tensors {said}")
    versioned = OrderedDict(tensors)
    versioned._metadata = wanted._metadata  # type: ignore[attr-defined]  # the names are this version's: no translation
    net.load_state_dict(versioned, strict=False)


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
    """The texts in the header of a safetensors file; FileNotFoundError."""
    with safe_open(path, framework="pt") as file:
        return dict(file.metadata() or {})
