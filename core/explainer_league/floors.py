"""Floors: maps that explain nothing, which every explainer must beat before its numbers mean anything."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor
from torch.nn.functional import conv2d, pad

from core.contracts.batch import stream
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer

SOBEL = ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0))


@dataclass(frozen=True)
class RandomMap(Explainer):
    """values: standard normal numbers, drawn anew for every image, from the seed and the picture's own values.

    >>> from core.contracts.toy_models import linear
    >>> model, images = linear([[[[0.0] * 40] * 40]]), torch.stack([torch.zeros(1, 40, 40), torch.ones(1, 40, 40)])
    >>> one, other = RandomMap()(model, images, torch.tensor([0, 0])).values
    >>> abs(one.mean().item()) < 0.1, 0.9 < one.std().item() < 1.1, abs((one * other).mean().item()) < 0.1
    (True, True, True)
    """

    key = "random_map"
    title = "Random map"
    plain = "Random numbers: what a map is worth that knows neither the picture nor the model."
    cite = "the usual floor"
    random = True

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        made = []
        for image in images.cpu():
            told = hashlib.blake2b(image.contiguous().numpy().tobytes(), digest_size=8).hexdigest()
            generator = torch.Generator().manual_seed(stream(seed, self.key, told))
            made.append(torch.randn(images.shape[2:], generator=generator))
        return Attribution(torch.stack(made))


@dataclass(frozen=True)
class EdgeDetector(Explainer):
    """values: the length of Sobel's gradient of the picture's brightness (the mean of its channels), edges repeated.

    It knows the picture and nothing of the model, and looks like many a map (Adebayo et al. 2018). A step from 0 to 1
    before the last column: (1 + 2 + 1) * 1 on both sides of the step.

    >>> from core.contracts.toy_models import linear
    >>> image = torch.tensor([[[[0.0, 0.0, 0.0, 1.0]] * 3]])
    >>> EdgeDetector()(linear([[[[0.0] * 4] * 3]]), image, torch.tensor([0])).values[0, 1].tolist()
    [0.0, 0.0, 4.0, 4.0]
    """

    key = "edge_detector"
    title = "Edge detector"
    plain = "The picture's edges: what a map is worth that knows the picture but nothing of the model."
    cite = "Sobel, Feldman 1968; as a floor: Adebayo et al. 2018, arXiv 1810.03292"

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        across = images.new_tensor(SOBEL)
        kernels = torch.stack([across, across.T])[:, None]
        slopes = conv2d(pad(images.mean(dim=1, keepdim=True), (1, 1, 1, 1), mode="replicate"), kernels)
        return Attribution(slopes.square().sum(dim=1).sqrt())


FLOORS: Mapping[str, type[Explainer]] = MappingProxyType({each.key: each for each in (RandomMap, EdgeDetector)})
