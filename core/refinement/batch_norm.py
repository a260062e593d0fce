"""Whether a network can learn from one image at a time: batch normalisation compares values over a batch."""

import torch
from torch.nn.modules.batchnorm import _BatchNorm

from core.contracts.classifier import Classifier


def alone(classifier: Classifier, batch: int) -> str:
    """Why `batch` images at once, in each process, are too few for this network, in one sentence; "" if they are not.

    A layer of batch normalisation that sees one value a channel cannot be trained. It is seen by a look, on a copy.
    """
    if batch > 1 or not any(isinstance(each, _BatchNorm) for each in classifier.net.modules()):
        return ""
    net = classifier.copy().net.train()
    try:
        with torch.no_grad():
            net(torch.zeros(1, *classifier.size, device=classifier.device))
    except ValueError:  # what torch says of a single value
        return "a step of one image is too small for this network, whose batch normalisation needs two at least"
    return ""
