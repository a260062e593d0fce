"""AutoAttack, the standard ensemble (Croce, Hein 2020, arXiv 2003.01690), put together from parts of torchattacks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from core.attacks._torchattacks import LIBRARY, borrowed
from core.base.params import param
from core.contracts.ascend import OnStep
from core.contracts.attack import Attack, LinfAttack
from core.contracts.classifier import Classifier

STEPS, QUERIES, CLASSES = 100, 5000, 10  # the standard: 100 steps, 5000 queries, nine target classes


@dataclass(frozen=True)
class AutoAttack(LinfAttack):
    """APGD-CE, APGD-T, FAB-T and Square, each on the images that withstood the ones before (section 6).

    The library's own ensemble takes 10 steps where the standard takes 100; this one takes `steps`. Square runs with the
    schedule of its square sizes as published, as in the authors' code; the library squeezes it into its queries. The
    targeted parts aim at the nine most likely other classes. APGD-T needs four classes: below that it is APGD-CE, FAB
    and Square, and `describe` says so. An image that withstands all of them comes back as it was, and so does one that
    is answered wrong to begin with.
    """

    key = "autoattack"
    title = "AutoAttack"
    plain = (
        "Runs four different attacks one after the other until one gives a wrong answer: the usual test of robustness."
    )
    cite = "Croce, Hein 2020, arXiv 2003.01690"
    targetable = False
    library = LIBRARY

    steps: int = param(STEPS, low=1, high=500, title="Steps", help="Steps of each attack; published results use 100")
    queries: int = param(QUERIES, low=1, high=20000, title="Tries", help="Tries of Square; published results use 5000")

    def describe(self, classifier: Classifier) -> str:
        named = f"Runs in this order and stops at the first success: {', '.join(self._parts(len(classifier.labels)))}"
        fewer = "; with fewer than four classes the targeted parts cannot run" if len(classifier.labels) < 4 else ""
        weaker = (self.steps, self.queries) != (STEPS, QUERIES)
        changed = f"; {self.steps} steps and {self.queries} queries, the standard being {STEPS} and {QUERIES}"
        return f"{named}{fewer}{changed if weaker else ''}."

    def _parts(self, count: int) -> dict[str, Callable[[nn.Module, int], Any]]:
        """Name -> what makes that part for a model and a seed, in the order they run, for `count` classes."""
        import torchattacks as library

        common: dict[str, Any] = {"norm": "Linf", "eps": self.eps}
        likely = min(count, CLASSES)
        first = {"APGD-CE": lambda model, seed: library.APGD(model, steps=self.steps, seed=seed, **common)}
        queries = common | {"n_queries": self.queries, "resc_schedule": False}
        last = {"Square": lambda model, seed: library.Square(model, seed=seed, **queries)}
        if count < 4:
            return first | {"FAB": lambda model, seed: library.FAB(model, steps=self.steps, seed=seed, **common)} | last
        targeted = common | {"steps": self.steps, "n_classes": likely}
        return (
            first
            | {"APGD-T": lambda model, seed: library.APGDT(model, seed=seed, **targeted)}
            | {"FAB-T": lambda model, seed: library.FAB(model, seed=seed, multi_targeted=True, **targeted)}
            | last
        )

    def run(
        self,
        classifier: Classifier,
        images: Tensor,
        labels: Tensor,
        targets: Tensor | None,
        seed: int,
        on_step: OnStep | None,
    ) -> Tensor:
        import torchattacks

        model = borrowed(classifier)
        parts = [make(model, seed) for make in self._parts(len(classifier.labels)).values()]
        return torch.as_tensor(torchattacks.MultiAttack(parts)(images, labels))


ATTACKS: tuple[type[Attack], ...] = (AutoAttack,)
