"""DeepFool (Moosavi-Dezfooli, Fawzi, Frossard 2016, arXiv 1511.04599) among the most likely classes."""

from dataclasses import dataclass

from core.attacks._deepfool_walk import DeepFoolWalk
from core.contracts.attack import Attack


@dataclass(frozen=True)
class DeepFool(DeepFoolWalk):
    """The image, moved step by step to the nearest linearised boundary until the answer changes (algorithm 2, L2).

    With f_k = z_k - z_y and w_k = grad f_k for the candidate classes k, l = argmin |f_k| / |w_k|, a step adds
    (|f_l| / |w_l| + 1e-4) w_l / |w_l| to r; the next point is clip(x + (1 + overshoot) r). The paper has no 1e-4 and
    overshoots once, at the end; both are as in the authors' code, and so are the candidates: the classes most likely
    for the clean image, one backward pass each, where the full Jacobian takes one a class. torchattacks has no 1e-4
    either, and stops just short of the boundary where pixels are clipped. The change is not bounded: measure it.

    On a linear two-class model with weights (3, -4), a score of 0.5 lies 0.5 / 5 = 0.1 from the boundary, and
    1.02 * (0.1 + 0.0001) = 0.1021:

    >>> import torch
    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[3.0, -4.0]]], [[[0.0, 0.0]]]])
    >>> image = torch.tensor([[[[0.5, 0.25]]]])
    >>> found = DeepFool(overshoot=0.02)(model, image, torch.tensor([0]))
    >>> [round(value, 4) for value in (found - image).flatten().tolist()], round((found - image).norm().item(), 4)
    ([-0.0613, 0.0817], 0.1021)
    """

    key = "deepfool"
    title = "DeepFool"
    plain = (
        "Looks for the smallest total change that gives a wrong answer, by walking straight to the nearest boundary."
    )
    norm = 2


ATTACKS: tuple[type[Attack], ...] = (DeepFool,)
