"""A look at a new model before anybody relies on it: does it answer with numbers?"""

import torch

from core.contracts.classifier import Classifier


def expect_answers(classifier: Classifier) -> Classifier:
    """The classifier, asked about a black, a grey and a noise image; ValueError unless every logit is finite.

    Weights may be finite and what is computed from them not: a negative variance, or numbers that overflow.
    """
    noise = torch.rand(1, *classifier.size, generator=torch.Generator().manual_seed(0))
    images = torch.cat([torch.zeros_like(noise), torch.full_like(noise, 0.5), noise]).to(classifier.device)
    with classifier.frozen(), torch.no_grad():
        for name, image in zip(("black", "grey", "noise"), images.unbind(), strict=True):
            if not torch.isfinite(classifier(image[None]).float()).all():
                raise ValueError(f"the model answers a {name} image with numbers that are not finite")
    return classifier
