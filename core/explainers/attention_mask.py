"""The mask of a network that covers a part of its input itself (SGAM), as a map."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.occlusion.masking import batch_size

LAYER, MODULE = "sgam", "attention"  # core.layers.sgam: its key, and the part of the network that makes the mask


@dataclass(frozen=True)
class AttentionMask(Explainer):
    """values = m, the mask in (0, 1) that the network lays over the picture before it looks: 1 is left as it is.

    It is no attribution: it says what the network lets itself see, not what speaks for a class, and is the same for
    all classes. Only for networks with that layer (core.layers.sgam).
    """

    key = "attention_mask"
    title = "Attention mask (SGAM)"
    plain = "Shows what the network leaves open of the picture before it looks; the rest it covers itself."
    cite = "the FGMF note; reconstructed"
    attribution = False
    poles = ("", "left open")
    caption = "left open, answered"

    def obstacle(self, classifier: Classifier) -> str:
        has = any(each["method"] == LAYER for each in classifier.layers)
        return "" if has else "This model covers nothing of its input: it has no attention mask"

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        maps = []
        for part in torch.split(images, batch_size(images)):
            with classifier.watch(MODULE) as seen, torch.no_grad():
                classifier(part)
            maps.append(seen[-1][:, 0])
        return Attribution(torch.cat(maps))


EXPLAINERS: tuple[type[Explainer], ...] = (AttentionMask,)
