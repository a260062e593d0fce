"""What a league costs: how many maps are drawn, and about how long that takes with a small network."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType

from core.contracts.explainer import Explainer
from core.contracts.metric import Metric
from core.explainer_league.floors import FLOORS
from core.explainer_league.pgca_criteria import DEVIATIONS, Robustness

REPEATS = ("draws", "stages")  # parameters of metrics that say how often each map is drawn again
SECONDS: Mapping[str, float] = MappingProxyType(
    {
        "random_map": 0.0, "edge_detector": 0.0, "grad_cam_pp": 0.002, "integrated_gradients": 0.23, "lime": 0.6,
        "pgca": 0.17, "shap_deep": 1.28, "shap_gradient": 0.14, "shap_partition": 1.23,
        "smooth_grad": 0.13, "occlusion": 0.13, "rise": 1.16, "wasserstein_grad": 0.29, "complexity": 0.0,
        "concentration": 0.0, "deletion": 0.037, "insertion": 0.032, "road": 0.054, "infidelity": 0.062,
        "faithfulness_correlation": 0.1, "spurious_share": 0.017, "pgca_fidelity": 0.006, "pgca_completeness": 0.012,
        "pgca_interpretability": 0.0, "pgca_robustness": 0.0, "max_sensitivity": 0.0, "local_lipschitz": 0.0,
        "mprt": 0.0, "efficient_mprt": 0.0,
    }
)  # fmt: skip
# By key, measured for one map of one image on one CPU core: ResNet-20 for CIFAR-10, usual parameters, maps that are
# drawn again left out.


def drawn_again(metric: Metric) -> int:
    """How many more maps of each image a metric has drawn, at most.

    >>> from core.metrics.deletion import Deletion
    >>> from core.metrics.max_sensitivity import MaxSensitivity
    >>> drawn_again(Deletion()), drawn_again(MaxSensitivity(draws=7)), drawn_again(Robustness())
    (0, 7, 3)
    """
    if metric.needs != "explainer":
        return 0
    if isinstance(metric, Robustness):
        return len(DEVIATIONS)
    named = [int(getattr(metric, entry.name)) for entry in fields(metric) if entry.name in REPEATS]
    return named[0] if named else 1


def maps(explainers: Sequence[Explainer], metrics: Sequence[Metric], count: int) -> int:
    """How many maps a league of `count` images draws, those of the floors among them."""
    again = sum(drawn_again(each) for each in metrics)
    return count * len({*FLOORS, *(each.key for each in explainers)}) * (1 + again)


def seconds(explainers: Sequence[Explainer], metrics: Sequence[Metric], count: int) -> float | None:
    """About how long that takes with ResNet-20 for CIFAR-10 on one CPU core; None where a method was not timed.

    Parameters count only as far as they say how often maps are drawn again.

    >>> from core.explainers.integrated_gradients import IntegratedGradients
    >>> from core.metrics.deletion import Deletion
    >>> round(seconds([IntegratedGradients()], [Deletion()], 10), 2)  # 10 * (0.23 + 3 * 0.037)
    3.41
    """
    keys = {*FLOORS, *(each.key for each in explainers)}
    if not {*keys, *(each.key for each in metrics)} <= set(SECONDS):
        return None
    again = sum(drawn_again(each) for each in metrics)
    judged = len(keys) * sum(SECONDS[each.key] for each in metrics)
    return count * ((1 + again) * sum(SECONDS[key] for key in keys) + judged)
