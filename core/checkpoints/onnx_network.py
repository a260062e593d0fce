"""A network in ONNX as one of torch: the graph is looked through and every name in it replaced before it is built.

ONNX is protobuf: to read it runs nothing. But onnx2torch writes a program in which names of the graph stand, so that
none of them may come from outside.
"""

import importlib
import re
from collections.abc import Callable
from typing import Any

from torch import nn

from core.base.errors import Unreadable

LARGEST = 500_000_000  # bytes
MOST_NODES = 20_000
KNOWN = 17  # the version of ONNX's operations whose kinds onnx2torch knows best
ORDINARY = ("", "ai.onnx")  # the domain of ONNX's own operations
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,60}")
TEXT = re.compile(r"[A-Za-z0-9_ ,.>-]{0,200}")  # of an attribute, such as SAME_UPPER


def plain_graph(raw: bytes, name: str) -> Any:
    """The model in `raw`, an onnx.ModelProto, with names of our own; Unreadable in one sentence if it is not taken."""
    onnx = library("onnx")
    if len(raw) > LARGEST:
        raise Unreadable(f"{name} is larger than {LARGEST // 10**6} MB")
    try:
        model = onnx.load_model_from_string(raw)
    except Exception as error:  # noqa: BLE001  protobuf's own kinds of error
        raise Unreadable(f"{name} is not a readable ONNX file") from error
    if not model.graph.node or len(model.graph.node) > MOST_NODES:
        raise Unreadable(f"{name} is not a readable ONNX file, or has more than {MOST_NODES} operations")
    if model.functions or any(each.domain not in ORDINARY for each in [*model.opset_import, *model.graph.node]):
        raise Unreadable(f"{name} uses operations that are not ONNX's own")
    held = (each.t for node in model.graph.node for each in node.attribute if each.type == each.TENSOR)
    tensors = [*model.graph.initializer, *held]
    if model.graph.sparse_initializer or any(each.data_location or each.external_data for each in tensors):
        raise Unreadable(f"{name} keeps its weights in another file; export it as one file")
    for node in model.graph.node:
        _check(node, name)
    _without_identities(model.graph)
    _rename(model)
    return model


def network(raw: bytes, name: str) -> nn.Module:
    """The network in `raw`, in evaluation mode; Unreadable in one sentence if it is not taken or cannot be built."""
    model, onnx2torch = plain_graph(raw, name), library("onnx2torch")
    try:
        net: nn.Module = _built(model, onnx2torch.convert)
    except NotImplementedError as error:
        kind = re.search(r"operation_type='(\w{1,40})'", str(error))
        what = f"the operation {kind[1]}" if kind else "an operation"
        raise Unreadable(f"{name} uses {what}, which cannot be converted; export it with opset {KNOWN}") from error
    except Exception as error:  # noqa: BLE001  a library on a graph from outside: anything
        raise Unreadable(f"{name} cannot be converted from ONNX") from error
    for module in net.modules():
        if hasattr(module, "inplace"):
            module.inplace = False  # type: ignore[assignment]
    if not any(True for _ in net.parameters()):
        raise Unreadable(f"{name} holds no weights that can be found")
    return net.eval()


def _built(model: Any, convert: Callable[[Any], nn.Module]) -> nn.Module:
    """By `convert`; where an operation is of too new a kind, of the model with older ones, if there are such."""
    try:
        return convert(model)
    except NotImplementedError as error:
        try:
            return convert(library("onnx.version_converter").convert_version(model, KNOWN))
        except Exception:  # noqa: BLE001  there is no older kind of it: the first reason is told
            raise error from None


def image_size(model: Any, name: str) -> tuple[int | None, ...]:
    """(C, H, W) of what the graph takes, None where it takes any; Unreadable unless it takes one batch of pictures."""
    held = {each.name for each in model.graph.initializer}
    inputs = [each for each in model.graph.input if each.name not in held]
    if len(inputs) != 1 or len(model.graph.output) != 1:
        raise Unreadable(f"{name} has {len(inputs)} inputs and {len(model.graph.output)} outputs; expected one of each")
    sides = [each.dim_value or None for each in inputs[0].type.tensor_type.shape.dim]
    if len(sides) != 4:
        raise Unreadable(f"{name} does not take pictures as (batch, channels, height, width)")
    return tuple(sides[1:])


def _check(node: Any, name: str) -> None:
    if not PLAIN.fullmatch(node.op_type) or not all(PLAIN.fullmatch(each.name) for each in node.attribute):
        raise Unreadable(f"{name} uses an operation whose name is none of ONNX's")
    for each in node.attribute:
        if each.type in (each.GRAPH, each.GRAPHS):
            raise Unreadable(f"{name} holds a graph within its graph, such as a loop, which is not supported")
        for text in (each.s, *each.strings):
            if not TEXT.fullmatch(text.decode("latin-1")):
                raise Unreadable(f"{name} has a setting that is none of ONNX's")


def _without_identities(graph: Any) -> None:
    """What an Identity passes on is taken from where it comes: the converter knows only the older kinds of it."""
    source: dict[str, str] = {}
    kept = []
    for node in graph.node:
        if node.op_type == "Identity" and len(node.input) == len(node.output) == 1:
            source[node.output[0]] = source.get(node.input[0], node.input[0])
        else:
            node.input[:] = [source.get(each, each) for each in node.input]
            kept.append(node)
    for value in graph.output:
        value.name = source.get(value.name, value.name)
    del graph.node[:]
    graph.node.extend(kept)


def _rename(model: Any) -> None:
    """Numbers for all names; what is only told is left out."""
    graph, names = model.graph, {"": ""}

    def new(old: str) -> str:
        return names.setdefault(old, f"v{len(names)}")

    for value in (*graph.input, *graph.initializer, *graph.output):
        value.name = new(value.name)
        value.doc_string = ""
    for number, node in enumerate(graph.node):
        node.name, node.doc_string = f"n{number}", ""
        node.input[:], node.output[:] = [new(each) for each in node.input], [new(each) for each in node.output]
    for value in [*graph.input, *graph.output]:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param:
                dim.dim_param = new(f"size {dim.dim_param}")
    graph.ClearField("value_info")  # told anew by whoever needs it
    graph.ClearField("quantization_annotation")
    model.ClearField("metadata_props")
    graph.name, graph.doc_string, model.doc_string = "network", "", ""


def library(name: str) -> Any:
    """The module of that name; Unreadable in one sentence that says what to install."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Unreadable("models in ONNX need what is not installed; install counterproof[onnx]") from error
