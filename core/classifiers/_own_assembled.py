"""The classifier that a card and a file of weights describe: network, preprocessing, what its outputs are meant for."""

import hashlib

import torch
from torch import Tensor, nn

from core.checkpoints import onnx_network, tensor_files
from core.checkpoints.card import Card
from core.checkpoints.from_onnx import TENSOR
from core.classifiers import _findings
from core.classifiers._architectures import Architecture, architecture
from core.classifiers._card_checks import class_names, image_size, preprocessing
from core.classifiers._last_maps import cam_layer
from core.classifiers._own_weights import network
from core.classifiers._two_classes import OUTPUTS, TwoClasses, inside, labels_of
from core.contracts.classifier import Classifier
from core.contracts.preprocessing import Preprocessing
from core.contracts.probe import expect_answers

ONNX = "onnx"  # the architecture of what was converted: the file itself says what it is


def assembled(name: str, card: Card, raw: bytes, finding: str = "") -> Classifier:
    """The classifier, everything checked; ValueError in one sentence.

    finding: which one of a multi-label model is asked for, by its short name; "" for the first.
    """
    digest = hashlib.sha256(raw).hexdigest()
    if card.sha256 not in (None, digest):
        raise ValueError(f"the weights of {name} are not the ones its card describes; install them again")
    design = None if card.architecture == ONNX else architecture(str(card.architecture or ""))
    output, labels = meant(card)
    tensors = tensor_files.parse_tensors(raw, name)
    if design is None:
        size = image_size(card.size)
        straight = Preprocessing(size, (0.0,) * size[0], (1.0,) * size[0])  # nothing else is known of it
        how, notes = preprocessing(card, straight), list[str]()
        net = _of_onnx(name, tensors, 1 if output == "sigmoid" else len(labels), how)
        layer = cam_layer(net, how.size)
    else:
        how = preprocessing(card, design.usual)
        net, notes = network(name, design, tensors, labels, how, output)
        notes.extend(design.notes)
        layer = _layer(design, net, how)
    key, place = f"own:{name}", 0
    if output == "multi-label":
        place = _findings.place_of(labels, finding) if finding else 0
        key += _findings.JOINT + _findings.names(labels)[place]
        notes.append(f"One finding of {len(labels)} that this model tells: {labels[place]!r}.")
    elif finding:
        raise ValueError(f"the model {name} has no findings to choose from")
    if output != "softmax":
        net, layer = TwoClasses(net, place).eval(), inside(layer)
        labels = labels_of(output, labels, place)
    gallery = "mnist" if how.size[0] == 1 else "cifar10" if max(how.size[1:]) <= 64 else "photographs"
    made = how.around(net, labels, key=key, fingerprint=digest, cam_layer=layer, samples=gallery, notes=tuple(notes))
    return expect_answers(made)


def meant(card: Card) -> tuple[str, tuple[str, ...]]:
    """What the outputs are meant for, one of OUTPUTS, and the names on the card; ValueError if they do not fit."""
    output = card.output or "softmax"
    if output not in OUTPUTS:
        raise ValueError(f"expected an output of {', '.join(OUTPUTS)}, got {output[:40]!r}")
    labels = class_names(card.labels, 1 if output == "multi-label" else 2)
    if output == "sigmoid" and len(labels) != 2:
        raise ValueError(f"one sigmoid output has two class names, the second for a high output; got {len(labels)}")
    return output, labels


def findings(card: Card) -> dict[str, str]:
    """Short name -> finding, of a multi-label model; empty for any other."""
    labels = list(card.labels or ()) if card.output == "multi-label" else []
    return dict(zip(_findings.names(labels), labels, strict=True))


def _layer(design: Architecture, net: nn.Module, how: Preprocessing) -> str:
    return design.cam_layer if design.cam_layer is not None else design.find_layer(net, how.size)


def _of_onnx(name: str, tensors: dict[str, Tensor], outputs: int, how: Preprocessing) -> nn.Module:
    """The network in a file that was converted; ValueError if it is none, or has another number of outputs."""
    held = tensors.get(TENSOR)
    if set(tensors) != {TENSOR} or held is None or held.dtype != torch.uint8:
        raise ValueError(f"{name} holds no network in ONNX")
    net = onnx_network.network(held.numpy().tobytes(), name)
    try:
        with torch.no_grad():
            answers = net(torch.zeros(2, *how.size))
    except (RuntimeError, ValueError, IndexError) as error:
        raise ValueError(f"{name} cannot take images of {how.size[2]} x {how.size[1]} pixels") from error
    if tuple(answers.shape) != (2, outputs):
        raise ValueError(f"{name} gives {tuple(answers.shape)} for two images instead of (2, {outputs}), by its labels")
    return net
