"""Networks in ONNX, made by torch and by hand."""

import io
import warnings
from typing import Any

import onnx
import torch
from onnx import TensorProto, helper
from torch import nn


def exported(net: nn.Module, size: tuple[int, int, int], opset: int = 17, free: bool = True) -> bytes:
    """The bytes of a network; free: for any number of pictures."""
    out, axes = io.BytesIO(), {"pictures": {0: "n"}, "answers": {0: "n"}} if free else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            net.eval(), (torch.rand(1, *size),), out, dynamo=False, opset_version=opset, input_names=["pictures"],
            output_names=["answers"], dynamic_axes=axes,
        )  # fmt: skip
    return out.getvalue()


def by_hand(nodes: list[Any], inputs: int = 1, initial: list[Any] | None = None, domain: str = "") -> bytes:
    """A graph from pictures x (n, 1, 4, 4) to y (n, 2)."""
    shape = ["n", 1, 4, 4]
    taken = [helper.make_tensor_value_info(f"x{each or ''}", TensorProto.FLOAT, shape) for each in range(inputs)]
    given = [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])]
    weight = helper.make_tensor("w", TensorProto.FLOAT, [16, 2], [float(each) / 7 for each in range(32)])
    graph = helper.make_graph(nodes, "g", taken, given, [weight] if initial is None else initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid(domain, 13)], ir_version=8)
    return model.SerializeToString()


def plain_nodes(first: str = "flat", second: str = "sum") -> list[Any]:
    """Flatten, and a matrix product."""
    return [
        helper.make_node("Flatten", ["x"], [f"{first} out"], name=first),
        helper.make_node("Gemm", [f"{first} out", "w"], ["y"], name=second),
    ]


def parsed(raw: bytes) -> Any:
    return onnx.load_model_from_string(raw)
