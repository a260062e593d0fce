"""The models of a worker leave in the order in which they were last used, by number and by size."""

from core.catalog import load_classifier
from core.workers import models as module
from core.workers.models import ModelName, Models, weight
from tests.core.workers.digits import MODEL, NAMED

CURE, DECOY = (ModelName.of(load_classifier(f"mnist_cnn:{each}"), f"mnist_cnn:{each}") for each in ("cure", "decoy"))


def test_the_one_used_longest_ago_leaves_where_weights_are_too_many() -> None:
    models = Models(largest=2 * weight(MODEL) + 1)
    first = models.get(NAMED)
    models.get(CURE)
    assert models.get(NAMED) is first
    models.get(DECOY)
    assert models.names == (NAMED.name, DECOY.name)
    assert models.get(CURE).fingerprint == CURE.fingerprint


def test_however_large_it_is_the_one_that_is_wanted_stays() -> None:
    models = Models(largest=1)
    assert models.get(NAMED) is models.get(NAMED)
    models.get(CURE)
    assert models.names == (CURE.name,)


def test_there_are_never_many_however_small() -> None:
    models = Models(largest=10**12)
    for wanted in (NAMED, CURE, DECOY):
        models.get(wanted)
    assert len(models.names) == 3
    module_most, module.MOST = module.MOST, 2
    try:
        models.get(NAMED)
    finally:
        module.MOST = module_most
    assert models.names == (DECOY.name, NAMED.name)
