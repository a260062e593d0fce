"""`python -m core.checkpoints.from_onnx FILE TARGET HOW`: a network in ONNX looked through, converted and compared.

It is a process of its own, bounded in memory; whoever starts it bounds the time. HOW: JSON of size, mean and std, each
null where it is not said. The network as torch has it must answer as onnxruntime does. TARGET: a safetensors file
whose one tensor is the ONNX file with names of our own. Prints a line of JSON; exit code 2 and a sentence if it fails.
"""

import json
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.checkpoints.from_pickle import MEMORY
from core.checkpoints.onnx_network import LARGEST, image_size, library, network, plain_graph
from core.checkpoints.tensor_files import write_tensors

TENSOR = "onnx"  # the name of the tensor that holds the file
CLOSE = 1e-3  # of the largest output
PICTURES = 3


def converted(raw: bytes, name: str, how: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
    """The file with names of our own, and what there is to say; ValueError in one sentence."""
    model = plain_graph(raw, name)
    size = _size(image_size(model, name), how.get("size"), name)
    plain: bytes = model.SerializeToString()
    net = network(plain, name)
    channels = size[0]
    said = {part: list(how.get(part) or [other]) for part, other in (("mean", 0.0), ("std", 1.0))}
    mean, std = (torch.tensor(each * channels if len(each) == 1 else each) for each in said.values())
    if len(mean) != channels or len(std) != channels:
        raise ValueError(f"{name} takes {channels} channels, so expected as many numbers of mean and std")
    low, high = how.get("range") or (0.0, 1.0)
    images = low + (high - low) * torch.rand(PICTURES, *size, generator=torch.Generator().manual_seed(0))
    inputs = (images - mean.view(-1, 1, 1)) / std.view(-1, 1, 1)
    apart = difference(plain, net, inputs, name)
    if not apart <= CLOSE:
        raise ValueError(f"{name} answers otherwise after its conversion, by {apart:.2g} of its largest output")
    note = f"Converted from ONNX: its answers on {PICTURES} images are onnxruntime's to {apart:.1g} of the largest."
    return plain, {"notes": [note], "size": list(size)}


def difference(plain: bytes, net: torch.nn.Module, inputs: torch.Tensor, name: str) -> float:
    """How far the network's answers lie from onnxruntime's, by the largest of them; ValueError if either has none."""
    runtime = library("onnxruntime")
    session = runtime.InferenceSession(plain, providers=["CPUExecutionProvider"])
    (wanted,) = session.get_inputs()
    try:
        with torch.no_grad():
            mine = net(inputs).double().numpy()
        theirs = session.run(None, {wanted.name: inputs.numpy()})[0]
    except Exception as error:  # noqa: BLE001  two libraries on a graph from outside: anything
        raise ValueError(f"{name} does not take {len(inputs)} pictures at a time; export it for any number") from error
    if mine.ndim != 2 or len(mine) != len(inputs) or mine.shape != theirs.shape:
        raise ValueError(f"{name} gives {tuple(theirs.shape)} for {len(inputs)} pictures instead of a row for each")
    return float(np.abs(mine - theirs).max() / max(np.abs(theirs).max(), 1e-9))


def _size(told: tuple[int | None, ...], wanted: list[float] | None, name: str) -> tuple[int, int, int]:
    sides = [mine or (int(wanted[place]) if wanted else None) for place, mine in enumerate(told)]
    if any(each is None for each in sides):
        raise ValueError(f"{name} does not say how large its pictures are, so their size must be named")
    if wanted and [int(each) for each in wanted] != sides:
        raise ValueError(f"{name} takes pictures of {sides}, not of {[int(each) for each in wanted]}")
    return int(sides[0] or 0), int(sides[1] or 0), int(sides[2] or 0)


def main() -> int:
    file, target, how = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
    with suppress(ValueError, OSError):  # not every system has it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        if file.stat().st_size > LARGEST:
            raise ValueError(f"it is larger than {LARGEST // 10**6} MB")
        plain, said = converted(file.read_bytes(), "it", how)
        write_tensors(target, {TENSOR: torch.frombuffer(bytearray(plain), dtype=torch.uint8)}, {})
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (MemoryError, RuntimeError, RecursionError):
        sys.stderr.write("it takes more memory than a model may, or is no model\n")
        return 2
    sys.stdout.write(json.dumps(said) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
