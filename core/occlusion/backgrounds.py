"""What an image is compared with when its map is drawn: background images by name, and how much a map leaves over."""

import math
from weakref import WeakKeyDictionary

import torch
from torch import Tensor
from torch.nn.functional import conv1d, pad

from core.contracts.classifier import Classifier

COUNT = 24  # images of the gallery, or of noise
SHADES = 9
NAMES = {
    "auto": "automatic: the gallery's samples", "gallery": "the gallery's samples",
    "shades": "plain shades from black to white", "black": "black", "grey": "grey", "white": "white",
    "blurred": "the picture, blurred", "noise": "noise",
}  # fmt: skip
SINGLE = {name: NAMES[name] for name in ("black", "grey", "white", "blurred")}  # one image only
_PLAIN = {"black": 0.0, "grey": 0.5, "white": 1.0}
_read: "WeakKeyDictionary[Classifier, Tensor]" = WeakKeyDictionary()


def resolve(name: str, classifier: Classifier) -> str:
    """`name`, with "auto" replaced by "gallery" where sample images ship for this classifier, else by "shades"."""
    if name not in NAMES:
        raise ValueError(f"expected a background among {', '.join(NAMES)}, got {name!r}")
    if name == "auto":
        return "gallery" if classifier.samples else "shades"
    return name


def missing(name: str, classifier: Classifier) -> str:
    """Why there is no background of that name for this classifier, in one sentence; "" if there is one."""
    if resolve(name, classifier) == "gallery" and not classifier.samples:
        return "The gallery has no sample images for this model; choose another background."
    return ""


def background(name: str, classifier: Classifier, reference: Tensor, seed: int) -> Tensor:
    """The images (n, C, H, W) in [0, 1] called `name`, on the classifier's device.

    `reference` (1, C, H, W) is what "blurred" blurs; `seed` decides "noise"; nothing else depends on either.

    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[1.0, 2.0]]], [[[0.0, 0.0]]]])
    >>> background("grey", model, torch.zeros(1, 1, 1, 2), 0).tolist()
    [[[[0.5, 0.5]]]]
    >>> background("shades", model, torch.zeros(1, 1, 1, 2), 0)[:, 0, 0, 0].tolist()
    [0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0]
    """
    name = resolve(name, classifier)
    if tuple(reference.shape) != (1, *classifier.size):
        raise ValueError(f"expected a reference of shape {(1, *classifier.size)}, got {tuple(reference.shape)}")
    if name == "gallery":
        made = _gallery(classifier)
    elif name == "shades":
        made = torch.linspace(0, 1, SHADES).view(-1, 1, 1, 1).expand(-1, *classifier.size).contiguous()
    elif name == "blurred":
        made = blur(reference, sigma=max(classifier.size[1:]) / 8)
    elif name == "noise":
        made = torch.rand(COUNT, *classifier.size, generator=torch.Generator().manual_seed(seed))
    else:
        made = torch.full((1, *classifier.size), _PLAIN[name])
    return made.to(classifier.device)


def describe(name: str, classifier: Classifier) -> str:
    """The background in words, for the screen.

    >>> from core.contracts.toy_models import linear
    >>> describe("auto", linear([[[[1.0, 2.0]]], [[[0.0, 0.0]]]]))
    '9 plain images from black to white'
    """
    name = resolve(name, classifier)
    if name == "gallery":
        return f"{len(_gallery(classifier))} sample images of the gallery"
    if name == "shades":
        return f"{SHADES} plain images from black to white"
    if name == "noise":
        return f"{COUNT} images of random noise"
    return "the original image, strongly blurred" if name == "blurred" else f"a {name} image"


def _gallery(classifier: Classifier) -> Tensor:
    """Up to COUNT sample images that ship for this classifier, read once; ValueError if there are none."""
    if reason := missing("gallery", classifier):
        raise ValueError(reason)
    if classifier not in _read:
        from core.images.samples import sample_images

        _read[classifier] = sample_images(classifier, COUNT)
    return _read[classifier]


def blur(images: Tensor, sigma: float) -> Tensor:
    """(N, C, H, W) smoothed by a Gaussian of `sigma` pixels, cut off at 3 sigma; the edges repeat their last pixel.

    A constant stays as it is, and a step is smoothed evenly:

    >>> blur(torch.tensor([[[[0.0, 0.0, 0.0, 1.0, 1.0, 1.0]]]]), 1.0)[0, 0, 0].add(1e-6).mul(100).round().tolist()
    [0.0, 6.0, 30.0, 70.0, 94.0, 100.0]
    """
    radius = math.ceil(3 * sigma)
    places = torch.arange(-radius, radius + 1, device=images.device, dtype=images.dtype)
    kernel = (-(places**2) / (2 * sigma**2)).exp()
    kernel = (kernel / kernel.sum()).view(1, 1, -1)
    smooth = images
    for _ in range(2):  # along the rows, then, transposed, along the columns
        rows = smooth.reshape(-1, 1, smooth.shape[-1])
        rows = conv1d(pad(rows, (radius, radius), mode="replicate"), kernel)
        smooth = rows.reshape(smooth.shape).transpose(-1, -2)
    return smooth.contiguous()


def gap(total: Tensor, score: Tensor, base: Tensor) -> Tensor:
    """(N,) |total - (score - base)| / |score - base|: the share of a score that a map whose sum is `total` misses.

    Differences of a score below 0.001 count as 0.001.

    >>> gap(torch.tensor([3.0]), torch.tensor([5.0]), torch.tensor([1.0])).tolist()
    [0.25]
    """
    wanted = score - base
    return (total - wanted).abs() / wanted.abs().clamp_min(1e-3)
