"""What is asked of a league: by name and in JSON, so that a run can be told of it, or a shell."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.attacks.pgd import PGD
from core.base.params import from_spec
from core.catalog import ATTACKS
from core.contracts.classifier import Classifier
from core.contracts.explainer import Explainer
from core.contracts.metric import Metric
from core.explainer_league.league import ENTRANTS, MEASURES, Plan, usual_explainers, usual_metrics


@dataclass(frozen=True)
class LeagueRequest:
    """The arguments: a classifier and data by name, explainers and metrics in their JSON form, None for all there are.

    `count` test images that the classifier gets right, drawn by `seed`. attack: of PGD in its JSON form, if stability
    under attack is measured too. group: classes that make one of two groups of images, for PGCA's fairness. weights:
    the fingerprint of the classifier, if the numbers are to hold for that only; `data_fingerprint` likewise.
    """

    classifier: str
    data: str
    explainers: list[dict[str, Any]] | None = None
    metrics: list[dict[str, Any]] | None = None
    attack: dict[str, Any] | None = None
    group: list[str] | None = None
    count: int = 100
    batch: int = 10
    seed: int = 0
    weights: str = ""
    data_fingerprint: str = ""

    def __post_init__(self) -> None:
        for name in ("count", "batch"):
            if not isinstance(value := getattr(self, name), int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"expected {name} to be a whole number from 1, got {repr(value)[:60]}")
        for metric in self.chosen_metrics():
            if metric.needs == "masks":
                raise ValueError(f"{metric.title} needs a mask of each image, and a data set has none")
        self.chosen_explainers()
        self.pgd()

    @classmethod
    def read(cls, arguments: Mapping[str, Any]) -> "LeagueRequest":
        """The request that these arguments of a run make; ValueError in a sentence if they make none."""
        try:
            return cls(**arguments)
        except TypeError as error:
            raise ValueError(f"explainers: {str(error).partition(' ')[2]}") from error

    def arguments(self) -> dict[str, Any]:
        """The arguments of a run that does this; what is left to its default of nothing is left out.

        >>> LeagueRequest.read(LeagueRequest("a", "mnist", count=5).arguments())
        LeagueRequest(classifier='a', data='mnist', explainers=None, metrics=None, attack=None, group=None, count=5, ...
        """
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}

    def chosen_metrics(self) -> tuple[Metric, ...]:
        """The metrics asked for."""
        if self.metrics is None:
            return usual_metrics()
        made = [from_spec(spec, MEASURES) for spec in self.metrics]
        return tuple(each for each in made if isinstance(each, Metric))

    def chosen_explainers(self) -> tuple[Explainer, ...] | None:
        """The explainers asked for; None for all that can explain the classifier."""
        if self.explainers is None:
            return None
        made = [from_spec(spec, ENTRANTS) for spec in self.explainers]
        return tuple(each for each in made if isinstance(each, Explainer))

    def pgd(self) -> PGD | None:
        """The attack under which maps are to stay still; ValueError if it is another than PGD."""
        attack = from_spec(self.attack, ATTACKS) if self.attack else None
        if attack is not None and not isinstance(attack, PGD):
            raise ValueError(f"stability is measured under PGD, not under {attack.title}")
        return attack

    def plan(self, classifier: Classifier) -> Plan:
        """Who is measured; ValueError in a sentence if one of the explainers named cannot explain this classifier."""
        explainers = self.chosen_explainers()
        for each in explainers or ():
            if reason := each.obstacle(classifier):
                raise ValueError(f"{each.title} cannot be measured: {reason.rstrip('.')}")
        return Plan(
            usual_explainers(classifier) if explainers is None else explainers, self.chosen_metrics(), self.seed
        )
