"""The names of tensors in files from outside: what tools put around them, and other editions of the same network."""

import re
from collections.abc import Callable, Collection
from typing import TypeVar

Rename = Callable[[str], str]
T = TypeVar("T")
SIDE_BRANCHES = ("aux1.", "aux2.", "AuxLogits.")  # of GoogLeNet and Inception, used in training only
WRAPPERS = ("module", "_orig_mod")  # DataParallel, torch.compile: also around a part of a network
COUNTERS = ("n_averaged",)  # of torch's AveragedModel, no part of the network
_DENSE = re.compile(r"^(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\.\w+)$")


def arranged(tensors: dict[str, T], wanted: Collection[str], rename: Rename) -> tuple[dict[str, T], list[str]]:
    """The tensors under the names that a network wants, as far as they can be brought there, and sentences on what
    was done.

    >>> arranged({"module.model.fc.weight": 1}, ["fc.weight"], same)
    ({'fc.weight': 1}, ['‘module.model.’ was taken off the names of the tensors'])
    """
    notes = []
    bare = {key: value for key, value in tensors.items() if key not in COUNTERS}
    plain, off = _unwrapped(bare, {name.partition(".")[0] for name in wanted})
    if off:
        notes.append(f"‘{off}’ was taken off the names of the tensors")
    if set(plain) - set(wanted):
        other = {rename(key): value for key, value in plain.items()}
        if len(other) == len(plain) and len(set(other) & set(wanted)) > len(set(plain) & set(wanted)):
            plain = other
            notes.append("the tensors were called otherwise, as in another edition of this network")
    return {key: value for key, value in plain.items() if not key.startswith(SIDE_BRANCHES)}, notes


def _unwrapped(tensors: dict[str, T], beginnings: Collection[str]) -> tuple[dict[str, T], str]:
    """Without what stands around all names, and without the wrappers inside them; and what that was."""
    names, off = {key: key.split(".") for key in tensors}, []
    while names and len({parts[0] for parts in names.values()}) == 1:
        (first,) = {parts[0] for parts in names.values()}
        if first in beginnings or min(map(len, names.values())) < 2:
            break
        off.append(first)
        names = {key: parts[1:] for key, parts in names.items()}
    bare = {key: ".".join(part for part in parts if part not in WRAPPERS) for key, parts in names.items()}
    inside = [part for part in WRAPPERS if any(part in parts for parts in names.values())]
    if not (off or inside) or len(set(bare.values())) < len(tensors):
        return tensors, ""
    said = "".join(f"{re.sub(r'[^A-Za-z0-9_-]', '_', part)[:40]}." for part in [*off, *inside])
    return {bare[key]: value for key, value in tensors.items()}, said[:100]


def same(name: str) -> str:
    """The name as it is."""
    return name


def of_torchvision(name: str) -> str:
    """Today's name of a tensor in torchvision's older files: of DenseNets and vision transformers.

    >>> of_torchvision("denselayer1.norm.1.weight"), of_torchvision("encoder_layer_0.mlp.linear_2.bias")
    ('denselayer1.norm1.weight', 'encoder_layer_0.mlp.3.bias')
    """
    if found := _DENSE.match(name):
        return found[1] + found[2]
    return name.replace(".mlp.linear_1.", ".mlp.0.").replace(".mlp.linear_2.", ".mlp.3.")


def to_linear(name: str) -> str:
    """A last layer that is called fc elsewhere."""
    return re.sub(r"^fc\.", "linear.", name)


def to_torchvision(name: str) -> str:
    """A ResNet whose projections are called shortcut and whose last layer linear, in torchvision's names.

    >>> to_torchvision("layer2.0.shortcut.1.bias"), to_torchvision("linear.bias")
    ('layer2.0.downsample.1.bias', 'fc.bias')
    """
    return re.sub(r"^linear\.", "fc.", name.replace(".shortcut.", ".downsample."))


def to_blocks(name: str) -> str:
    """A CIFAR ResNet-20 with projections (option B) in public repositories' names, in those of this project.

    >>> to_blocks("layer2.0.downsample.0.weight"), to_blocks("bn1.bias"), to_blocks("fc.bias")
    ('blocks.3.shortcut.0.weight', 'stem.1.bias', 'head.bias')
    """
    if found := re.match(r"layer([123])\.([012])\.(.+)$", name):
        return f"blocks.{3 * int(found[1]) - 3 + int(found[2])}.{found[3].replace('downsample.', 'shortcut.')}"
    for there, here in (("conv1.", "stem.0."), ("bn1.", "stem.1."), ("fc.", "head."), ("linear.", "head.")):
        if name.startswith(there):
            return here + name.removeprefix(there)
    return name
