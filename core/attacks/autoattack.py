"""AutoAttack, the standard ensemble (Croce, Hein 2020, arXiv 2003.01690), put together from parts of torchattacks."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from core.attacks._torchattacks import LIBRARY, borrowed
from core.base.params import param
from core.contracts.ascend import OnStep
from core.contracts.attack import Attack, LinfAttack
from core.contracts.classifier import Classifier

STEPS, QUERIES, CLASSES = 100, 5000, 10  # the standard: 100 steps, 5000 queries, nine target classes
RESTARTS, AVERAGED = 5, 20  # of "plus": starts of the untargeted attacks; of "rand": passes a gradient is averaged over
NAMES = {
    "apgd_ce": "APGD-CE", "apgd_dlr": "APGD-DLR", "apgd_t": "APGD-T", "fab": "FAB", "fab_t": "FAB-T",
    "square": "Square",
}  # fmt: skip
VERSIONS = {
    "standard": ("apgd_ce", "apgd_t", "fab_t", "square"),
    "plus": ("apgd_ce", "apgd_dlr", "fab", "square", "apgd_t", "fab_t"),
    "rand": ("apgd_ce", "apgd_dlr"),
}
WORDS = {
    "standard": "standard: four attacks", "plus": "plus: six attacks, five starts",
    "rand": "rand: for models that answer at random",
}  # fmt: skip
NEEDS = {"apgd_dlr": 3, "apgd_t": 4, "fab_t": 4}  # classes


@dataclass(frozen=True)
class AutoAttack(LinfAttack):
    """Several attacks, each on the images that withstood the ones before (section 6): the standard, plus, rand version.

    The library's own ensemble takes 10 steps where the standard takes 100; this one takes `steps`. Square runs with the
    schedule of its square sizes as published, as in the authors' code; the library squeezes it into its queries. The
    targeted parts aim at the nine most likely other classes. APGD-T and FAB-T need four classes: below that FAB takes
    their place; APGD-DLR needs three. `describe` says so. An image that withstands all of them comes back as it was,
    and so does one that is answered wrong to begin with.

    >>> [each.named for each in AutoAttack(version="rand").parts()]
    ['APGD-CE', 'APGD-DLR']
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
    version: str = param("standard", choices=WORDS, title="Version", help="Which attacks it is made of, and how often "
                         "they start anew")  # fmt: skip
    part: str = param("all", choices={"all": "all of them"} | {key: f"{name} alone" for key, name in NAMES.items()},
                      title="Part", help="One of its attacks, made as this version makes it, or all")  # fmt: skip

    @property
    def named(self) -> str:
        if self.part != "all":
            return NAMES[self.part]
        return self.title if self.version == "standard" else f"{self.title} ({self.version})"

    def parts(self) -> tuple[Attack, ...]:
        return tuple(replace(self, part=part) for part in VERSIONS[self.version]) if self.part == "all" else (self,)

    def describe(self, classifier: Classifier) -> str:
        makers = self._parts(len(classifier.labels))
        named = f"Runs in this order and stops at the first success: {', '.join(makers)}"
        few = len(classifier.labels) < 4 and self.version != "rand"
        fewer = "; with fewer than four classes the targeted parts cannot run" if few else ""
        weaker = (self.steps, self.queries) != (STEPS, QUERIES)
        changed = f"; {self.steps} steps and {self.queries} queries, the standard being {STEPS} and {QUERIES}"
        return f"{named}{fewer}{changed if weaker else ''}."

    def _parts(self, count: int) -> dict[str, Callable[[nn.Module, int], Any]]:
        """Name -> what makes that part for a model and a seed, in the order they run, for `count` classes."""
        asked = VERSIONS[self.version] if self.part == "all" else (self.part,)
        able = [part for part in asked if count >= NEEDS.get(part, 2)]
        if len(able) < len(asked) and "fab_t" in asked and "fab" not in able:
            able.insert(len(able) - ("square" in able), "fab")
        return {NAMES[part]: self._maker(part, count) for part in able}

    def _maker(self, part: str, count: int) -> Callable[[nn.Module, int], Any]:
        import torchattacks as library

        common: dict[str, Any] = {"norm": "Linf", "eps": self.eps}
        free = common | {"steps": self.steps, "n_restarts": RESTARTS if self.version == "plus" else 1}
        ascent = free | {"eot_iter": AVERAGED if self.version == "rand" else 1}
        targeted = common | {"steps": self.steps, "n_classes": min(count, CLASSES)}
        queries = common | {"n_queries": self.queries, "resc_schedule": False}
        makers: dict[str, Callable[[nn.Module, int], Any]] = {
            "apgd_ce": lambda model, seed: library.APGD(model, seed=seed, **ascent),
            "apgd_dlr": lambda model, seed: library.APGD(model, seed=seed, loss="dlr", **ascent),
            "apgd_t": lambda model, seed: library.APGDT(model, seed=seed, **targeted),
            "fab": lambda model, seed: library.FAB(model, seed=seed, **free),
            "fab_t": lambda model, seed: library.FAB(model, seed=seed, multi_targeted=True, **targeted),
            "square": lambda model, seed: library.Square(model, seed=seed, **queries),
        }
        return makers[part]

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
        if len(parts) > 1:
            return torch.as_tensor(torchattacks.MultiAttack(parts)(images, labels))
        return torch.as_tensor(parts[0](images, labels)) if parts else images.clone()


ATTACKS: tuple[type[Attack], ...] = (AutoAttack,)
