"""`counterproof import-weights`: a model of one's own from a file of weights, an architecture and the class names."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from core.checkpoints.weight_files import read_onnx, read_weights
from core.classifiers import cifar10_resnet20, mnist_cnn, torchvision_imagenet
from core.classifiers.own import JOINT, ONNX, architecture, finding_names, free_name, install
from core.cli.follow import Say
from core.contracts.preprocessing import each_channel, numbers
from core.data.by_name import data_facts, data_names

LARGEST = 10**7  # bytes of a file of names
IMAGENET = "imagenet"
SHIPPED = {"cifar10": cifar10_resnet20.LABELS, "mnist": mnist_cnn.LABELS}  # as the shipped models call them


def import_weights(given: argparse.Namespace, say: Say) -> int:
    """Check the weights and add the model; returns the exit code. ValueError or OSError in one sentence."""
    file = _path(given.file)
    name, is_onnx = given.architecture, file.suffix.lower() == ".onnx"
    if is_onnx != (name in (None, ONNX)):
        raise ValueError("name the network with --architecture" if name is None else f"an .onnx file is no {name[:60]}")
    labels = labels_of(given.labels, given.output)
    usual = (3, 0, 0) if is_onnx else architecture(name).usual.size
    size = _size(given.size, usual[0])
    mean, std, span = (_numbers(given, what) for what in ("mean", "std", "range"))
    if is_onnx:
        raw, notes, size = read_onnx(file, {"size": size, "mean": mean, "std": std, "range": span})
    else:
        raw, notes = read_weights(file)
    for note in notes:
        say(note)
    channels = int(size[0]) if size else usual[0]
    key = install(
        raw, name or ONNX, labels, given.name or free_name(file.stem), size=size, mean=each_channel(mean, channels),
        std=each_channel(std, channels), range=span, resize=given.resize, interpolation=given.interpolation,
        output=given.output, say=say,
    )  # fmt: skip
    if given.output == "multi-label":
        all_of_them = [f"{key.partition(JOINT)[0]}{JOINT}{each}" for each in finding_names(labels)]
        say(f"Added as {', '.join(all_of_them)}: a model for each finding.")
    else:
        say(f"Added as {key}, {len(labels)} classes.")
    return 0


def _numbers(given: argparse.Namespace, what: str) -> tuple[float, ...] | None:
    text = getattr(given, what)
    return numbers(text, what) if text else None


def labels_of(text: str, output: str | None = None) -> Sequence[str]:
    """Class names: those of a data set, of ImageNet, the lines of a file, or what stands between commas.

    ValueError in one sentence if there are none.

    >>> labels_of("no finding, finding"), labels_of("mnist")[-1]
    (['no finding', 'finding'], 'digit 9')
    """
    if text == IMAGENET:
        return list(torchvision_imagenet.default_weights("resnet18").meta["categories"])
    if text in SHIPPED:
        return list(SHIPPED[text])
    if text in data_names():
        facts = data_facts(text)
        if facts is None:
            raise ValueError(f"the class names of {text} are not known before it is fetched; name them")
        return list(facts.classes)
    path = _path(text)
    if path.is_file():
        return _lines(path)
    if "," in text or (output == "multi-label" and text.strip()):
        return [part.strip() for part in text.split(",")]
    known = ", ".join([*data_names(), IMAGENET])
    raise ValueError(
        f"expected class names with commas between them, a file with one a line, or one of {known}; got {text[:60]!r}"
    )


def _lines(path: Path) -> list[str]:
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} is larger than {LARGEST // 10**6} MB")
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name} is no text of class names") from error
    return [line.strip() for line in lines if line.strip()]


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:  # ~somebody, whom there is not
        raise ValueError(f"there is no home folder for {text[:60]!r}") from error


def _size(text: str | None, channels: int) -> Sequence[float] | None:
    """(C, H, W) of "C,H,W" or of a side alone; None of nothing."""
    sides = numbers(text, "size") if text else ()
    return ((channels, sides[0], sides[0]) if len(sides) == 1 else sides) or None
