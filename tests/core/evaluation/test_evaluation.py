"""What goes on a checkpoint's card: against exact answers, the library's own runs, brute force, and after a break."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import torchattacks
from torch import Tensor, nn

from core.attacks.pgd import PGD
from core.base.paths import CHECKPOINTS
from core.classifiers import _packaged as shipped
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.contracts.toy_models import linear
from core.evaluation import autoattack, outcomes
from core.evaluation import map_stability as stability
from core.evaluation.accuracy import accuracy, right
from core.evaluation.autoattack import HELD, Verdict, withstood
from core.evaluation.autoattack_flags import flags
from core.evaluation.map_stability import moved, summary
from core.evaluation.paired import paired, paired_means
from core.evaluation.sanity_gates import trajectory
from core.explainers.integrated_gradients import IntegratedGradients
from core.explainers.lime import Lime
from core.recipes import assess as command
from core.recipes import measurements as card

EPS = 3 / 255


def network(seed: int = 0) -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(8 * 16, 10)
        )
    return Classifier(net.eval(), tuple(map(str, range(10))), (3, 8, 8), (0.5,), (0.25,), cam_layer="1")


def answered(classifier: Classifier, count: int = 24) -> Images:
    """Random images with the classifier's own answers for labels, but for the last two."""
    images = torch.randint(0, 256, (count, *classifier.size), generator=torch.Generator().manual_seed(1))
    labels = classifier.probabilities(images.float() / 255).argmax(dim=1)
    labels[-2:] = (labels[-2:] + 1) % len(classifier.labels)
    return Images(images.to(torch.uint8), labels, classifier.labels)


class Broken(Exception):
    pass


def after(calls: int) -> Any:
    """Something to `say` to that breaks off at its call number `calls`."""
    left = iter(range(calls - 1))

    def say(_: str) -> None:
        if next(left, None) is None:
            raise Broken

    return say


def test_autoattack_on_a_linear_classifier_is_exact(tmp_path: Path) -> None:
    """An image falls if and only if min_k (z_y - z_k) / |w_y - w_k|_1 is at most eps, far from black and white."""
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(5, 1, 3, 3, generator=generator)
    classifier = linear(weight.tolist())
    images = torch.randint(90, 166, (40, 1, 3, 3), generator=generator).to(torch.uint8)
    scores = (images.float() / 255).flatten(1) @ weight.flatten(1).T
    labels = scores.argmax(dim=1)
    rows = weight.flatten(1)
    reach = torch.stack(
        [
            min(
                (score[label] - score[k]) / (rows[label] - rows[k]).abs().sum() for k in range(5) if k != label
            )
            for score, label in zip(scores, labels.tolist(), strict=True)
        ]
    )  # fmt: skip
    middle = reach.sort().values[10:30]
    widest = int((middle[1:] - middle[:-1]).argmax())  # so that no image stands on the brink
    eps = float(middle[widest : widest + 2].mean())
    assert ((reach - eps).abs() > 1e-3).all()
    data = Images(images, labels, classifier.labels)
    found = withstood(classifier, data, eps, folder=tmp_path, batch=16, steps=30, queries=60)
    assert [each == HELD for each in found.fell] == (reach > eps).tolist()
    assert found.order == ("apgd-ce", "apgd-t", "fab-t", "square")


def test_survivors_only_fall_and_are_what_the_library_leaves(tmp_path: Path) -> None:
    classifier = network()
    data = answered(classifier)
    found = withstood(classifier, data, EPS, folder=tmp_path, batch=50, steps=10, queries=50)
    held = list(found.after.values())
    assert held[0] == 22
    assert found.fell[-2:] == "00"
    assert held == sorted(held, reverse=True)
    assert 0 < held[-1] < held[0]
    parts = torchattacks.AutoAttack(classifier.module(), eps=EPS, seed=0)._autoattack.attacks
    parts[3] = torchattacks.Square(classifier.module(), eps=EPS, n_queries=50, resc_schedule=False)
    left = right(classifier, data)
    for part, count in zip(parts, held[1:], strict=True):
        images, labels = data.images[left].float() / 255, data.labels[left]
        left[left.clone()] = classifier.probabilities(part(images, labels)).argmax(dim=1) == labels
        assert int(left.sum()) == count


def test_a_break_changes_nothing(tmp_path: Path) -> None:
    classifier = network()
    data = answered(classifier)
    asked: dict[str, Any] = {"batch": 6, "steps": 3, "queries": 20}
    said: list[str] = []
    whole = withstood(classifier, data, EPS, folder=tmp_path / "whole", say=said.append, **asked)
    assert len(said) > 7
    for stop in (1, 2, len(said) // 2, len(said)):
        folder = tmp_path / str(stop)
        with pytest.raises(Broken):
            withstood(classifier, data, EPS, folder=folder, say=after(stop), **asked)
        left: list[str] = []
        again = withstood(classifier, data, EPS, folder=folder, say=left.append, **asked)
        assert again.fell == whole.fell
        assert len(left) == len(said) - stop, "what was done is not done again"
    assert withstood(classifier, data, EPS, folder=tmp_path / "whole", say=after(1), **asked).finished


def test_an_evaluation_ended_early_goes_on_from_there(tmp_path: Path) -> None:
    classifier = network()
    data = answered(classifier)
    asked: dict[str, Any] = {"batch": 6, "steps": 3, "queries": 20}
    whole = withstood(classifier, data, EPS, folder=tmp_path / "whole", **asked)
    begun = withstood(classifier, data, EPS, folder=tmp_path / "part", first=1, **asked)
    assert (begun.finished, set(begun.after)) == (False, {"clean", "apgd-ce"})
    assert set(begun.fell) <= set("01" + HELD)
    assert withstood(classifier, data, EPS, folder=tmp_path / "part", **asked).fell == whole.fell


def test_a_state_of_another_question_is_refused(tmp_path: Path) -> None:
    classifier = network()
    data = answered(classifier)
    withstood(classifier, data, EPS, folder=tmp_path, steps=1, queries=1)
    for other, images, eps in (
        (network(1), data, EPS),
        (classifier, answered(classifier, 23), EPS),
        (classifier, data, 0.1),
    ):
        with pytest.raises(ValueError, match="another evaluation"):
            withstood(other, images, eps, folder=tmp_path, steps=1, queries=1)


def test_square_keeps_the_published_schedule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bool, int]] = []
    theirs = torchattacks.Square.perturb

    def look(self: Any, images: Tensor, labels: Tensor) -> Tensor:
        seen.append((self.rescale_schedule, self.n_queries))
        self.n_queries = 3
        return theirs(self, images, labels)

    monkeypatch.setattr(torchattacks.Square, "perturb", look)
    classifier = network()
    withstood(classifier, answered(classifier), 0.2 / 255, folder=tmp_path, steps=1)
    assert seen == [(False, 5000)]


def test_only_a_change_within_the_strength_counts() -> None:
    classifier = linear([[[[1.0]]], [[[0.0]]]])
    classifier.net.register_parameter("bias", None)
    shifted = replace(classifier, mean=(0.5,))
    images, labels = torch.full((3, 1, 1, 1), 0.6), torch.zeros(3, dtype=torch.int64)
    attacked = torch.tensor([0.45, 0.3, float("nan")]).view(3, 1, 1, 1)
    assert autoattack._fooled(shifted, images, attacked, labels, 0.15).tolist() == [True, False, False]


class Doubtful(nn.Module):
    """Logits of a linear network with something done to them."""

    def __init__(self, inner: nn.Module, kind: str) -> None:
        super().__init__()
        self.inner, self.kind = inner, kind

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.inner(images)
        if self.kind == "random":
            return logits + 0.01 * torch.rand_like(logits)
        if self.kind == "softmax":
            return logits.softmax(dim=1)
        return logits.round() if self.kind == "steps" else logits


@pytest.mark.parametrize(
    ("kind", "after_attacks", "words"),
    [
        ("plain", {"clean": 90, "apgd-ce": 40, "square": 40}, []),
        ("random", {"clean": 90}, ["from pass to pass"]),
        ("softmax", {"clean": 90}, ["probabilities"]),
        ("steps", {"clean": 90}, ["images have no gradient"]),
        ("plain", {"clean": 90, "fab-t": 40, "square": 37}, ["took 3 more"]),
        ("plain", {"clean": 900, "fab-t": 40, "square": 38}, []),
    ],
)
def test_flags(kind: str, after_attacks: dict[str, int], words: list[str]) -> None:
    classifier = network()
    doubtful = replace(classifier, net=Doubtful(classifier.net, kind))
    data = answered(classifier, 20)
    count = 1000
    said = flags(doubtful, data.images.float() / 255, data.labels, after_attacks, count)
    assert len(said) == len(words), said
    assert all(word in sentence for word, sentence in zip(words, said, strict=True))


def test_few_classes_are_flagged() -> None:
    classifier = linear([[[[1.0]]], [[[0.0]]]])
    said = flags(classifier, torch.rand(4, 1, 1, 1), torch.zeros(4, dtype=torch.int64), {"clean": 4}, 4)
    assert ["2 classes" in sentence for sentence in said] == [True]


def test_a_trajectory_is_the_shorter_attacks() -> None:
    classifier = network()
    data = answered(classifier, 60)
    long = PGD(eps=EPS, step=EPS / 4, steps=9)
    found = trajectory(classifier, data, long, (2, 5))
    expected = {f"pgd{steps}": accuracy(classifier, data, replace(long, steps=steps)).value for steps in (2, 5, 9)}
    assert found == expected
    assert len(set(found.values())) > 1


def test_stability_of_what_does_not_change_is_one(tmp_path: Path) -> None:
    """At strength 0 the attacked image is the original, and so is the noise; only another seed can move a map."""
    classifier = network()
    data = answered(classifier, 12)
    lime = Lime(samples=40, segments=16, segmentation="grid")
    held, values = moved(
        classifier, data, PGD(eps=0.0), folder=tmp_path, count=12, explainers=(IntegratedGradients(), lime)
    )
    assert held == [True] * 10 + [False] * 2
    assert list(values["integrated_gradients"]) == ["attack", "noise"]
    for rows in values.values():
        assert all(value == 1 for comparison in ("attack", "noise") for value in rows[comparison]["spearman"])
    assert all(value < 1 for value in values["lime"]["seed"]["spearman"])
    found = summary(held, values)["lime"]["spearman"]
    assert found["attack"] == {
        "all": {"mean": 1.0, "interval_95": [1.0, 1.0], "count": 12},
        "held": {"mean": 1.0, "interval_95": [1.0, 1.0], "count": 10},
    }
    assert found["seed"]["all"]["mean"] == pytest.approx(sum(values["lime"]["seed"]["spearman"]) / 12, abs=1e-4)


def test_stability_goes_on_after_a_break(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stability, "CHUNK", 4)
    classifier = network()
    data = answered(classifier, 12)
    asked: dict[str, Any] = {"count": 12, "explainers": (Lime(samples=40, segments=16, segmentation="grid"),)}
    attack = PGD(eps=EPS, step=EPS / 4, steps=3)
    whole = moved(classifier, data, attack, folder=tmp_path / "whole", **asked)
    held = right(classifier, data) & right(classifier, data, attack, batch=4)
    assert whole[0] == held.tolist()
    assert 0 < held.sum() < right(classifier, data).sum()
    with pytest.raises(Broken):
        moved(classifier, data, attack, folder=tmp_path / "broken", say=after(2), **asked)
    assert moved(classifier, data, attack, folder=tmp_path / "broken", **asked) == whole
    with pytest.raises(ValueError, match="another evaluation"):
        moved(classifier, data, replace(attack, steps=4), folder=tmp_path / "broken", **asked)
    with_few = summary([True] + [False] * 11, whole[1])
    assert with_few["lime"]["spearman"]["attack"]["held"] == {"count": 1}, "one image is no mean"


def test_paired_accuracies_against_the_bootstrap() -> None:
    generator = torch.Generator().manual_seed(0)
    hard = torch.rand(1000, generator=generator)
    a = hard + 0.15 * torch.randn(1000, generator=generator) < 0.45
    b = hard + 0.15 * torch.randn(1000, generator=generator) < 0.40
    found, turned = paired(a.tolist(), b.tolist()), paired(b.tolist(), a.tolist())
    assert (turned.value, turned.low, turned.high) == pytest.approx((-found.value, -found.high, -found.low))
    each = a.float() - b.float()
    drawn = each[torch.randint(0, 1000, (4000, 1000), generator=generator)].mean(dim=1)
    low, high = drawn.quantile(torch.tensor([0.025, 0.975])).tolist()
    assert found.value == pytest.approx(each.mean().item(), abs=1e-6)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.004)
    apart = a[torch.randperm(1000, generator=generator)]
    unpaired = paired(apart.tolist(), b.tolist())
    assert unpaired.high - unpaired.low > 1.2 * (found.high - found.low), "pairs make it narrower"


def test_paired_needs_pairs() -> None:
    with pytest.raises(ValueError, match="same images"):
        paired([True], [True, False])
    with pytest.raises(ValueError, match="same images"):
        paired_means([1.0], [])
    same = paired([True] * 50, [True] * 50)
    assert (same.value, same.low <= 0 <= same.high) == (0, True)


def test_hits_come_back_as_they_were_packed() -> None:
    generator = torch.Generator().manual_seed(0)
    for count in (1, 7, 8, 1000):
        hits = (torch.rand(count, generator=generator) < 0.3).tolist()
        assert outcomes.unpack(outcomes.pack(hits)) == hits


def test_maps_are_compared_on_the_images_both_get_right() -> None:
    def made(held: list[bool], values: list[float]) -> dict[str, Any]:
        return {"held": outcomes.pack(held), "maps": {"lime": {"attack": {"spearman": values}}}}

    a = made([True, True, True, False], [0.9, 0.8, 0.7, 0.0])
    b = made([False, True, True, True], [0.0, 0.5, 0.2, 1.0])
    found = outcomes.steadier(a, b, "lime")
    assert found is not None
    assert (found.value, found.count) == (pytest.approx(0.4), 2)
    assert outcomes.steadier(a, {}, "lime") is None
    verdict = Verdict(("a",), "0199", place=2)
    difference = outcomes.difference({"autoattack": verdict.fell}, {"autoattack": "9100"}, "autoattack")
    assert difference is not None
    assert difference.value == 0.25


@pytest.fixture
def shipped_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> Path:
    """The digits' checkpoint in a folder of its own, and a test split of twelve made-up images."""
    for suffix in ("safetensors", "json"):
        shutil.copy(CHECKPOINTS / f"mnist_cnn_standard.{suffix}", tmp_path)
    monkeypatch.setattr(shipped, "CHECKPOINTS", tmp_path)
    monkeypatch.setattr(card, "CHECKPOINTS", tmp_path)
    monkeypatch.setattr(outcomes, "FOLDER", tmp_path / "outcomes")

    class Few:
        def load(self, _split: str) -> Images:
            images = torch.randint(0, 256, (12, 1, 28, 28), generator=torch.Generator().manual_seed(0))
            return Images(images.to(torch.uint8), torch.arange(12) % 10, tuple(map(str, range(10))))

    monkeypatch.setattr(card, "DATASETS", {"mnist": Few})
    return tmp_path / "mnist_cnn_standard.json"


def test_the_command_measures_and_keeps_the_rest(shipped_copy: Path) -> None:
    old = json.loads(shipped_copy.read_text())
    asked = ["mnist_cnn:standard", "--count", "8", "--maps", "3", "--only", "clean,pgd20,stability,autoattack"]
    assert command.main([*asked, "--out", str(shipped_copy.parent / "states")]) == 0
    new = json.loads(shipped_copy.read_text())
    changed = {"test_clean", "test_pgd20", "test_autoattack", "stability", "outcomes"}
    assert {key: new[key] for key in set(old) - changed} == {key: old[key] for key in set(old) - changed}
    assert (new["test_clean"]["count"], new["test_pgd20"]["count"], new["test_autoattack"]["count"]) == (12, 8, 8)
    assert new["test_autoattack"]["eps"] == old["test_pgd20"]["eps"]
    assert set(new["stability"]["maps"]) == {"grad_cam_pp", "integrated_gradients", "lime"}
    kept = json.loads((shipped_copy.parent / "outcomes" / "mnist_cnn_standard.json").read_text())
    for what, entry in (("clean", "test_clean"), ("pgd20", "test_pgd20"), ("autoattack", "test_autoattack")):
        hits = outcomes.hits(kept, what)
        assert hits is not None
        assert (sum(hits) / len(hits), len(hits)) == (new[entry]["accuracy"], new[entry]["count"])


def test_an_autoattack_is_called_one_when_it_is_finished(shipped_copy: Path) -> None:
    found = json.loads(shipped_copy.read_text())
    shipped_copy.write_text(json.dumps({key: value for key, value in found.items() if key != "test_autoattack"}))
    asked = ["mnist_cnn:standard", "--count", "4", "--only", "autoattack", "--out", str(shipped_copy.parent / "states")]
    kept = shipped_copy.parent / "outcomes" / "mnist_cnn_standard.json"
    assert command.main([*asked, "--first", "1"]) == 0
    begun, outcome = json.loads(shipped_copy.read_text()), json.loads(kept.read_text())
    assert "test_autoattack" not in begun
    assert set(begun["test_autoattack_begun"]["after"]) == {"clean", "apgd-ce"}
    assert outcomes.hits(outcome, "autoattack") is None
    assert outcome["order_begun"] == ["apgd-ce"]
    assert command.main(asked) == 0
    whole, outcome = json.loads(shipped_copy.read_text()), json.loads(kept.read_text())
    assert "test_autoattack_begun" not in whole
    assert whole["test_autoattack"]["accuracy"] <= begun["test_autoattack_begun"]["accuracy"]
    assert {"autoattack", "order"} <= set(outcome)
    assert not {"autoattack_begun", "order_begun"} & set(outcome)


def test_the_command_refuses_in_a_sentence(shipped_copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(shipped_copy.read_text())
    for changed, words in (({"sha256": "0" * 64}, "are not the ones"), ({"test_pgd20": None}, "no strength")):
        kept = {key: value for key, value in (found | changed).items() if value is not None}
        shipped_copy.write_text(json.dumps(kept))
        assert command.main(["mnist_cnn:standard", "--only", "clean"]) == 2
        assert words in capsys.readouterr().err
        assert json.loads(shipped_copy.read_text()) == kept, "a refused card stays as it was"
    assert command.main(["nothing:here"]) == 2
    assert command.main(["mnist_cnn:standard", "--only", "beauty"]) == 2
    assert "beauty" in capsys.readouterr().err
