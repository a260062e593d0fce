"""A model that looks at one bright pixel in nine, and explainers to be asked again."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer

SIDE = 12


def planted() -> tuple[Classifier, Tensor, Tensor, Tensor]:
    """The classifier, whose scores are linear, images that it gets right, targets, and the perfect map of each."""
    layer = nn.Linear(SIDE * SIDE, 2)
    weight = torch.zeros(SIDE, SIDE)
    weight[1::3, 1::3] = 0.5
    layer.load_state_dict({"weight": torch.stack([weight.flatten(), torch.zeros(SIDE * SIDE)]),
                           "bias": torch.tensor([0.0, 3.0])})  # fmt: skip
    images = torch.rand(3, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(0)) * 0.2
    images[:, :, 1::3, 1::3] += 0.75
    model = Classifier(nn.Sequential(nn.Flatten(), layer), ("bright", "dark"), (1, SIDE, SIDE), key="planted")
    return model, images, torch.zeros(3, dtype=torch.long), weight * images[:, 0]


@dataclass(frozen=True)
class GradientTimesInput(Explainer):
    """values = sum over channels of x * dz_t/dx: on linear scores what each pixel is worth against black."""

    key = "gradient_times_input"
    title = "Gradient times input"

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        with torch.enable_grad():
            inputs = images.clone().requires_grad_(True)
            scores = classifier(inputs).gather(1, targets[:, None]).sum()
            (slope,) = torch.autograd.grad(scores, inputs)
        return Attribution((images * slope).sum(dim=1))


@dataclass(frozen=True)
class Stubborn(Explainer):
    """The same map whatever the image and the network."""

    key = "stubborn"
    title = "Stubborn"

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        height, width = images.shape[2:]
        return Attribution(torch.arange(float(height * width)).view(height, width).expand(len(images), -1, -1))
