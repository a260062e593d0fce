"""`python -m core.checkpoints.from_pickle FILE TARGET`: the weights in a .pt or .pth file, written as safetensors.

It is a process of its own. Only tensors are unpickled (`weights_only`), bounded in bytes and memory; whoever starts it
bounds the time. It prints a line of JSON, sentences on what was taken; exit code 2 and a sentence for what cannot be.
"""

import json
import pickle
import re
import resource
import sys
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.checkpoints.tensor_files import LARGEST, write_tensors

MEMORY = 3 * LARGEST + 8 * 10**9  # bytes of address space; torch itself takes some
CONTAINERS = ("state_dict", "model_state_dict", "model_state", "model", "net", "network", "weights", "params", "module")
DEEPEST = 4  # containers inside one another
UNREAD = (RuntimeError, EOFError, KeyError, IndexError, TypeError, AttributeError, ValueError, OverflowError)
NAMED = ("__main__.cifar10_preprocess",)  # functions that published files name beside their weights (arXiv 1906.02896)
OTHER = re.compile(r"Unsupported (?:global|class|type)[^\w]*(?:GLOBAL )?([\w.]{1,80})")  # in torch's words


def weights(file: Path) -> tuple[dict[str, Tensor], list[str]]:
    """The state dict in a file of torch.save, and sentences on where it was found; ValueError in one sentence."""
    if file.stat().st_size > LARGEST:
        raise ValueError(f"it is larger than {LARGEST // 10**9} GB")
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST:
                raise ValueError(f"it unpacks to more than {LARGEST // 10**9} GB")
            if any(Path(part.filename).name == "constants.pkl" for part in archive.infolist()):
                raise ValueError("it is a TorchScript program; save the state_dict of its model")
    try:
        with torch.serialization.safe_globals([(_Nothing, name) for name in NAMED]):
            held = torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if other := OTHER.search(str(error)):
            what = f"{other[1]} besides tensors, and such could run code"
            raise ValueError(f"it holds {what}; save its state_dict alone, or as safetensors") from error
        raise ValueError("it is no readable file of torch.save") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except UNREAD as error:
        raise ValueError("it is no readable file of torch.save") from error
    found, notes = _found(held)
    return _checked(found), notes


class _Nothing:
    """Stands where a file names one of NAMED, so that the rest of it can be read; it is called by nobody."""


def _found(held: Any) -> tuple[dict[str, Tensor], list[str]]:
    """The state dict in `held`, and sentences on where it was; ValueError if there is none."""
    if (found := _state(held)) is not None:
        left = [_plain(key) for key in held if key not in found]
        return found, [f"What is no tensor was left out: {', '.join(left[:6])}."] if left else []
    key, others = _inside(held)
    found, notes = _found(held[key])
    besides = f"; it holds others too, {', '.join(map(_plain, others[:6]))}" if others else ""
    return found, [f"The weights were taken from the entry ‘{_plain(key)}’{besides}.", *notes]


def _state(held: Any) -> dict[str, Tensor] | None:
    """The tensors by name, if that is what `held` is: no containers of tensors in it."""
    if not isinstance(held, Mapping) or any(_has_tensors(value) for value in held.values()):
        return None
    named = {key: value for key, value in held.items() if isinstance(key, str) and isinstance(value, Tensor)}
    return named or None


def _has_tensors(held: Any, levels: int = DEEPEST) -> bool:
    """Whether there are named tensors in a container, at most `levels` deep."""
    if not isinstance(held, Mapping) or levels == 0:
        return False
    named = [one for key, one in held.items() if isinstance(key, str)]
    return any(isinstance(one, Tensor) or _has_tensors(one, levels - 1) for one in named)


def _inside(held: Any) -> tuple[str, list[str]]:
    """The entry that holds the weights, under a usual name or the only one, and other such; ValueError otherwise."""
    if not isinstance(held, Mapping):
        raise ValueError("no weights by name were found in it")
    full = [key for key, value in held.items() if isinstance(key, str) and _has_tensors(value)]
    usual = [key for key in CONTAINERS if key in full]
    if usual or len(full) == 1:
        key = (usual or full)[0]
        return key, [other for other in full if other != key]
    if full:
        raise ValueError(f"it holds several sets of weights ({', '.join(map(_plain, full[:6]))}); save the one wanted")
    raise ValueError("no weights by name were found in it")


def _checked(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Dense copies, each with memory of its own; ValueError if they are too many or of a kind that is no weight."""
    total = sum(value.numel() * value.element_size() for value in tensors.values())
    if total > LARGEST:
        raise ValueError(f"its tensors are larger than {LARGEST // 10**9} GB")
    if odd := [key for key, value in tensors.items() if value.is_quantized or value.layout != torch.strided]:
        raise ValueError(f"its tensor {_plain(odd[0])} is quantised or sparse; save it as ordinary numbers")
    return {key: value.detach().clone(memory_format=torch.contiguous_format) for key, value in tensors.items()}


def _plain(key: object) -> str:
    return "".join(c if c.isalnum() or c in "_.-" else "_" for c in str(key))[:40]


def main() -> int:
    file, target = map(Path, sys.argv[1:])
    with suppress(ValueError, OSError):  # not every system has it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        tensors, notes = weights(file)
        write_tensors(target, tensors, {})
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except RecursionError:
        sys.stderr.write("it is nested too deeply\n")
        return 2
    except (MemoryError, RuntimeError):
        sys.stderr.write("it takes more memory than a file of weights may\n")
        return 2
    sys.stdout.write(json.dumps(notes) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
