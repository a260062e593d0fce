"""Studies in workers: bit for bit what is computed alone and in the process itself; the first result waits for none."""

import hashlib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save
from torch import Tensor

from core.base.cancellation import Cancelled
from core.bundles.write import save as save_bundle
from core.catalog import load_classifier
from core.classifiers.mnist_cnn import fresh as untrained
from core.classifiers.own import install
from core.compare.comparison import SIDES, Comparison, Pair, Side
from core.compare.one_image import cross
from core.compare.resized import resized
from core.contracts.classifier import Classifier
from core.study.investigation import investigate
from core.study.study import Study
from core.workers import questions, studies
from core.workers.pool import Pool
from tests.core.workers.conftest import Going, until
from tests.core.workers.digits import IMAGE, MAPS, MODEL, NAME, NAMED, PIXELS, SLOW, case, fresh

TIMES = ("seconds", "control_seconds")


def told(value: Any) -> Any:
    """A value with every tensor as the digest of its bytes, without what the clock says."""
    if isinstance(value, Tensor):
        return hashlib.sha256(value.contiguous().numpy().tobytes()).hexdigest(), tuple(value.shape), value.dtype
    if isinstance(value, dict):
        return {key: told(each) for key, each in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return {each.name: told(getattr(value, each.name)) for each in fields(value) if each.name not in TIMES}
    return [told(each) for each in value] if isinstance(value, tuple | list) else value


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("count", [3, pytest.param(8, marks=pytest.mark.slow)])
def test_many_at_once_find_bit_for_bit_what_each_finds_alone(workers: Pool, count: int) -> None:
    here = {seed: fresh(case(seed)) for seed in range(count)}
    events = {seed: list(investigate(study, MODEL)) for seed, study in here.items()}
    alone = fresh(case(0))
    assert list(studies.investigate(workers, alone, MODEL)) == events[0]
    together = {seed: fresh(case(seed)) for seed in range(count)}
    going = [Going(studies.investigate(workers, study, MODEL)) for study in together.values()]
    until(lambda: workers.busy == count)
    assert [each.ended().seen for each in going] == list(events.values())
    assert told(alone) == told(here[0])
    assert told(together) == told(here)
    assert len({told(study.attacked)["image"] for study in together.values()}) > 1, "seeds matter in this attack"


def test_the_first_result_of_one_waits_for_no_slow_map_of_another(workers: Pool) -> None:
    slow = Going(studies.investigate(workers, fresh(case(explainers=SLOW)), MODEL))
    until(lambda: slow.seen and slow.seen[-1].stage == "maps")
    quick = fresh(case(1))
    for event in studies.investigate(workers, quick, MODEL):
        if event.stage == "maps" and event.finished:
            break
    assert slow.alive, "it draws one map with 5,000 samples of each of four images"
    assert [event.stage for event in slow.seen if event.finished] == ["predict", "attack"]
    slow.scope.stop()
    assert isinstance(slow.ended().error, Cancelled)


def test_what_was_finished_before_a_stop_stays_and_it_goes_on_from_there(workers: Pool) -> None:
    study = fresh(case(explainers=(*MAPS[:1], *SLOW)))
    going = Going(studies.investigate(workers, study, MODEL))
    until(lambda: len(study.maps) == 1 and going.seen[-1].part == "lime")
    queries = going.scope.queries
    assert queries > 8, "passes are counted while it goes on"
    going.scope.stop()
    assert isinstance(going.ended().error, Cancelled)
    assert list(study.maps) == ["grad_cam_pp"]
    assert study.noise is not None, "found after the last part that was told of"
    study.case = replace(study.case, explainers=MAPS[:1])
    more = Going(studies.investigate(workers, study, MODEL)).ended()
    assert {event.stage for event in more.seen} == {"controls"}
    assert study.complete


def test_a_method_that_does_not_apply_says_so_though_it_comes_last() -> None:
    blind, study = replace(MODEL, cam_layer=""), fresh(case(explainers=MAPS[:1]))
    list(questions.attack((blind,), study))
    event, news = list(questions.maps((blind,), study))[-1]
    assert event is None
    assert news["refused", "grad_cam_pp"] == study.refused["grad_cam_pp"]


def test_a_model_that_was_replaced_is_refused(workers: Pool, home: Path) -> None:
    name = install(save(untrained(1).net.state_dict()), "mnist_cnn", MODEL.labels, "mine", size=(1, 28, 28))
    first = load_classifier(name)
    study = fresh(replace(case(), classifier=name))
    list(studies.investigate(workers, study, first))
    assert study.complete
    weights = home / "models" / "mine.safetensors"
    weights.unlink()
    weights.with_suffix(".json").unlink()
    again = fresh(replace(case(1), classifier=name))
    with pytest.raises(ValueError, match="there is no own model called 'mine'"):
        list(studies.investigate(workers, again, first))
    install(save(untrained(2).net.state_dict()), "mnist_cnn", MODEL.labels, "mine", size=(1, 28, 28))
    with pytest.raises(ValueError, match="own:mine was replaced while it was in use"):
        list(studies.investigate(workers, again, first))
    assert again.before is None


def test_nothing_is_fetched(workers: Pool, home: Path) -> None:
    absent = replace(NAMED, name="torchvision_imagenet:squeezenet1_1")
    with pytest.raises(OSError, match="need a download from"):
        workers.ask(questions.marked_region, (absent,), "none")


def test_a_crossing_is_the_same_also_with_a_model_that_scales_its_pictures(workers: Pool) -> None:
    larger = replace(MODEL, size=(1, 36, 36))
    models: dict[Side, Classifier] = {"before": MODEL, "after": MODEL}
    pair = Pair(IMAGE, NAME, NAME, case().attack, MAPS[:2], controls=1)
    both = {side: fresh(pair.case(side)) for side in SIDES}
    for side in SIDES:
        list(investigate(both[side], models[side]))
    here, there = Comparison(pair, both), Comparison(pair, both)
    assert list(studies.cross(workers, there, models, 3)) == list(cross(here, models, 3))
    assert told(there.crossings) == told(here.crossings)

    scaled = resized(MODEL, larger)
    wide = torch.nn.functional.interpolate(PIXELS[None], (36, 36))[0]
    found: list[Study] = []
    for walk in (lambda study: investigate(study, scaled), lambda study: studies.investigate(workers, study, scaled)):
        study = replace(fresh(case(explainers=MAPS[:1])), original=wide, fingerprint=scaled.fingerprint)
        list(walk(study))
        found.append(study)
    assert told(found[0]) == told(found[1])
    assert found[1].complete


def test_what_comes_of_it_is_kept_like_any_other(workers: Pool, tmp_path: Path) -> None:
    study = fresh(case())
    list(studies.investigate(workers, study, MODEL))
    save_bundle(study, tmp_path / "case")
    assert (tmp_path / "case" / "manifest.json").is_file()
