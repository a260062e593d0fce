"""SGAM, saliency-guided adaptive masking: a small network in front that covers what it holds to be of no use."""

from dataclasses import dataclass, replace

from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, interpolate

from core.base.params import param
from core.base.rng import seeded
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.layer import Layer
from core.contracts.normalisation import normalised
from core.contracts.objective import Loss
from core.explainers.grad_cam_pp import maps_and_logits

ATTENTION, INNER = "attention", "inner"  # the names of the two parts in the network
SEEN = 64  # pixels a side: larger pictures are seen smaller
KEPT = 3.0  # the mask's log odds before any training: 95 % of everything stays


class Attention(nn.Module):
    """Normalised images (N, C, H, W) -> masks (N, 1, H, W) in (0, 1), bilinear between `cells` x `cells` values.

    Three 3 x 3 convolutions, 16, 32 and 32 wide, and a 1 x 1: 15 thousand weights. Its activations are smooth.
    """

    def __init__(self, channels: int, cells: int) -> None:
        super().__init__()
        self.cells = cells
        self.features = nn.Sequential(
            nn.Conv2d(channels, 16, 3, 1, 1), nn.SiLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.SiLU(),
            nn.Conv2d(32, 32, 3, 1, 1), nn.SiLU(),
        )  # fmt: skip
        self.odds = nn.Conv2d(32, 1, 1)
        nn.init.zeros_(self.odds.weight)
        nn.init.constant_(self.odds.bias, KEPT)  # type: ignore[arg-type]

    def forward(self, images: Tensor) -> Tensor:
        height, width = images.shape[2:]
        seen = images if max(height, width) <= SEEN else adaptive_avg_pool2d(images, SEEN)
        odds = adaptive_avg_pool2d(self.odds(self.features(seen)), self.cells)
        return interpolate(odds, (height, width), mode="bilinear", align_corners=False).sigmoid()


class Masked(nn.Module):
    """A network that sees m x + (1 - m) b instead of x: m the mask, b the mean of each of the picture's channels."""

    def __init__(self, attention: Attention, inner: nn.Module) -> None:
        super().__init__()
        self.attention, self.inner = attention, inner

    def forward(self, images: Tensor) -> Tensor:
        plain = images.mean(dim=(2, 3), keepdim=True)
        out: Tensor = self.inner(plain + self.attention(images) * (images - plain))
        return out


@dataclass(frozen=True)
class Sgam(Layer):
    """[REC] A learned mask over the input, in front of any classifier, trained with it.

    The note's are the small attention module that predicts a saliency map in the manner of Grad-CAM++, and that the
    mask can be looked at. Reconstructed is the rest: beside the objective the mask learns area mean(m) + smooth TV(m) +
    taught mean (m - g)^2, g the Grad-CAM++ map of the true class, from 0 to 1, on the images as they are. What the note
    calls inverting it, covering what matters, would take away the evidence, and is not done.

    The mask is a part of the network: attacks go through it. One that did not would find too few changes that fool.
    """

    key = "sgam"
    title = "Saliency-guided adaptive masking (SGAM)"
    plain = "Puts a small network in front that learns to cover what the model does not need; its mask can be seen."
    cite = "the FGMF note; formulas reconstructed"

    cells: int = param(8, low=2, high=32, title="Cells of the mask, across and down", help="How fine the mask is")
    area: float = param(0.1, low=0.0, high=10.0, step=0.05, title="Weight of the area (0 = off)",
                        help="How much it counts that little of the picture is left open")  # fmt: skip
    smooth: float = param(0.1, low=0.0, high=10.0, step=0.05, title="Weight of smoothness (0 = off)",
                          help="How much it counts that neighbouring places are covered alike")  # fmt: skip
    taught: float = param(1.0, low=0.0, high=100.0, step=0.1, title="Weight of Grad-CAM++ (0 = off)",
                          help="How much the mask is to be like the model's own Grad-CAM++ map")  # fmt: skip

    def put_into(self, classifier: Classifier) -> Classifier:
        with seeded(0):
            attention = Attention(classifier.size[0], self.cells).to(classifier.device)
        net = Masked(attention.train(classifier.net.training), classifier.net)
        net.training = classifier.net.training
        layer = f"{INNER}.{classifier.cam_layer}" if classifier.cam_layer else ""
        return replace(classifier, net=net, cam_layer=layer)

    def loss(self, classifier: Classifier, batch: Batch) -> Loss:
        """The parts: mask_area, mask_roughness, mask_distance (from Grad-CAM++), not weighted."""
        images = normalised(batch.images, classifier.mean, classifier.std)
        masks: Tensor = classifier.net.get_submodule(ATTENTION)(images)[:, 0].float()
        area = masks.mean()
        rough = masks.diff(dim=1).abs().mean() + masks.diff(dim=2).abs().mean()
        total = self.area * area + self.smooth * rough
        parts = {"mask_area": area.item(), "mask_roughness": rough.item()}
        if self.taught > 0 and classifier.cam_layer:
            distance = (masks - _whole_range(self._cams(classifier, batch))).square().mean()
            total, parts["mask_distance"] = total + self.taught * distance, distance.item()
        return total, parts

    def _cams(self, classifier: Classifier, batch: Batch) -> Tensor:
        with classifier.frozen():
            return maps_and_logits(classifier, batch.images, batch.labels)[0].float()


def _whole_range(maps: Tensor) -> Tensor:
    """Each map (N, H, W) from 0 to 1; a flat one is 0.

    >>> import torch
    >>> _whole_range(torch.tensor([[[1.0, 3.0]], [[2.0, 2.0]]])).tolist()
    [[[0.0, 1.0]], [[0.0, 0.0]]]
    """
    low, high = maps.amin(dim=(1, 2), keepdim=True), maps.amax(dim=(1, 2), keepdim=True)
    return (maps - low) / (high - low).clamp_min(1e-12)


LAYERS: tuple[type[Layer], ...] = (Sgam,)
