"""What there is to choose from, read from the folders: one module a method, each ending in a tuple of its classes."""

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from core.base.params import from_spec
from core.base.plain_line import plain_line
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.contracts.corruption import Corruption
from core.contracts.detector import Detector
from core.contracts.explainer import Explainer
from core.contracts.interfaces import DataSet, Progress, Source
from core.contracts.layer import Layer
from core.contracts.map_distance import MapDistance
from core.contracts.metric import Metric
from core.contracts.objective import Objective

T = TypeVar("T")


def collect(package: str, name: str, kind: type[T]) -> Mapping[str, type[T]]:
    """Key -> class, from the tuple `name` of every module in `package`; a missing tuple or a key taken twice raises.

    A module whose name begins with an underscore is shared by its neighbours and holds no method.
    """
    collected: dict[str, type[T]] = {}
    folder = importlib.import_module(package)
    for entry in sorted(pkgutil.iter_modules(folder.__path__), key=lambda module: module.name):
        if entry.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package}.{entry.name}")
        classes = getattr(module, name, None)
        if not isinstance(classes, tuple):
            raise TypeError(f"expected {package}/{entry.name}.py to end with a tuple {name}")
        for each in classes:
            if not issubclass(each, kind):
                raise TypeError(f"expected {each.__name__} in {package}/{entry.name}.py to be of {kind.__name__}")
            key: str = each.key  # type: ignore[attr-defined]
            if key in collected:
                raise ValueError(f"two classes in {package} have the key {key!r}")
            collected[key] = each
    return MappingProxyType(collected)


ATTACKS = collect("core.attacks", "ATTACKS", Attack)
EXPLAINERS = collect("core.explainers", "EXPLAINERS", Explainer)
OBJECTIVES = collect("core.objectives", "OBJECTIVES", Objective)
LAYERS = collect("core.layers", "LAYERS", Layer)
METRICS = collect("core.metrics", "METRICS", Metric)
MAP_DISTANCES = collect("core.map_distances", "MAP_DISTANCES", MapDistance)
CORRUPTIONS = collect("core.corruptions", "CORRUPTIONS", Corruption)
DETECTORS = collect("core.detectors", "DETECTORS", Detector)
CLASSIFIERS = collect("core.classifiers", "CLASSIFIERS", Source)
DATASETS = collect("core.datasets", "DATASETS", DataSet)


def classifier_names() -> dict[str, str]:
    """Every classifier to be had, as `source:checkpoint` (or `source`) -> title."""
    names: dict[str, str] = {}
    for key, source in CLASSIFIERS.items():
        try:
            checkpoints = source().checkpoints()
        except OSError:  # a folder that cannot be read has none to offer; whoever wants to keep something there says so
            continue
        for checkpoint, title in checkpoints.items():
            names[f"{key}:{checkpoint}" if checkpoint else key] = plain_line(title)
    return names


def layers_of(classifier: Classifier) -> tuple[Layer, ...]:
    """The layers that were put into a classifier's network; ValueError if one is none of this version."""
    found = [from_spec(each, LAYERS) for each in classifier.layers]
    return tuple(each for each in found if isinstance(each, Layer))


def stamp(name: str) -> str:
    """Changes when the weights of this name or their card are replaced on disk; "" where they cannot be."""
    key, _, checkpoint = name.partition(":")
    try:
        return CLASSIFIERS[key]().stamp(checkpoint) if key in CLASSIFIERS else ""
    except OSError:
        return ""


def load_classifier(name: str, progress: Progress | None = None) -> Classifier:
    """The classifier called `source:checkpoint`; ValueError if there is none of that name."""
    key, _, checkpoint = name.partition(":")
    if key not in CLASSIFIERS:
        raise ValueError(f"there is no classifier named {name!r}; `counterproof methods` lists them")
    return CLASSIFIERS[key]().load(checkpoint, progress)
