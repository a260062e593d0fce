"""What a model's outputs are meant for: one sigmoid, or several findings, each a model of two classes."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save
from torch import nn

from core.attacks.pgd import PGD
from core.catalog import CLASSIFIERS, load_classifier
from core.classifiers.mnist_cnn import MnistCNN
from core.classifiers.own import finding_names, install
from core.contracts.classifier import Classifier
from core.explainers.grad_cam_pp import GradCAMPP
from core.explainers.integrated_gradients import IntegratedGradients
from core.explainers.lime import Lime
from core.explainers.shap_deep import ShapDeep

pytestmark = pytest.mark.usefixtures("home")
FINDINGS = ["Pleural effusion", "Edema", "Fracture"]
IMAGES = torch.rand(3, 1, 28, 28, generator=torch.Generator().manual_seed(4))


def net(outputs: int) -> nn.Module:
    torch.manual_seed(3)
    return MnistCNN(outputs, 1).eval()


def added(outputs: int, labels: list[str], output: str, name: str = "mine") -> str:
    return install(save(net(outputs).state_dict()), "mnist_cnn", labels, name, output=output)


def bare(model: Classifier, outputs: int) -> torch.Tensor:
    with torch.no_grad():
        return net(outputs)((IMAGES - model.mean[0]) / model.std[0])


def test_one_output_is_the_sigmoid_of_the_bare_network() -> None:
    model = load_classifier(added(1, ["no finding", "finding"], "sigmoid"))
    z = bare(model, 1)[:, 0]
    assert torch.allclose(model.probabilities(IMAGES)[:, 1], z.sigmoid(), atol=1e-6)
    with torch.no_grad():
        logits = model(IMAGES)
    assert torch.allclose(logits[:, 1] - logits[:, 0], z, atol=1e-6)
    assert model.labels == ("no finding", "finding")


def test_each_finding_is_a_model_of_its_own() -> None:
    first = added(3, FINDINGS, "multi-label")
    assert first == "own:mine@Pleural-effusion"
    listed = CLASSIFIERS["own"]().checkpoints()
    assert list(listed) == [f"mine@{short}" for short in ("Pleural-effusion", "Edema", "Fracture")]
    assert listed["mine@Edema"] == "Own model, mine: Edema"
    prints = set()
    for place, (short, finding) in enumerate(zip(finding_names(FINDINGS), FINDINGS, strict=True)):
        model = load_classifier(f"own:mine@{short}")
        assert model.key == f"own:mine@{short}"
        assert model.labels == (f"no {finding}", finding)
        z = bare(model, 3)[:, place]
        assert torch.allclose(model.probabilities(IMAGES)[:, 1], z.sigmoid(), atol=1e-6)
        prints.add(model.fingerprint)
    assert len(prints) == 3
    assert CLASSIFIERS["own"]().stamp("mine@Edema") == CLASSIFIERS["own"]().stamp("mine") != ""


def test_the_gradient_is_that_of_half_the_output() -> None:
    added(3, FINDINGS, "multi-label")
    model = load_classifier("own:mine@Edema")
    x = IMAGES.clone().requires_grad_(True)
    (mine,) = torch.autograd.grad(model(x)[:, 1].sum(), x)
    y = IMAGES.clone().requires_grad_(True)
    (theirs,) = torch.autograd.grad(net(3)((y - model.mean[0]) / model.std[0])[:, 1].sum() / 2, y)
    assert torch.allclose(mine, theirs, atol=1e-6)
    assert mine.abs().max() > 0


def test_it_can_be_fooled_and_explained() -> None:
    model = load_classifier(added(3, FINDINGS, "multi-label"))
    answers = model.probabilities(IMAGES).argmax(1)
    fooled = PGD(eps=0.25, steps=20)(model, IMAGES, answers)
    assert (model.probabilities(fooled).argmax(1) != answers).all()
    assert model.cam_layer.startswith("net.")
    for explainer in (GradCAMPP(), IntegratedGradients(steps=4), Lime(samples=40), ShapDeep()):
        for target in (0, 1):
            found = explainer(model, IMAGES[:1], torch.tensor([target])).values
            assert tuple(found.shape) == (1, 28, 28)
            assert found.isfinite().all()
    for target in (0, 1):
        assert IntegratedGradients(steps=4)(model, IMAGES[:1], torch.tensor([target])).values.abs().max() > 0


def test_the_fingerprint_tells_which_output(home: Path) -> None:
    added(3, FINDINGS, "multi-label")
    before = load_classifier("own:mine@Edema").fingerprint
    path = home / "models" / "mine.json"
    card = json.loads(path.read_text())
    card["labels"] = ["Edema", "Pleural effusion", "Fracture"]
    path.write_text(json.dumps(card))
    assert load_classifier("own:mine@Edema").fingerprint != before


@pytest.mark.parametrize(("outputs", "labels", "output", "words"), [
    (2, ["a", "b"], "sigmoid", "tell 2 classes apart, but a single output was declared"),
    (1, ["a", "b", "c"], "sigmoid", "two class names"),
    (3, ["a", "b"], "multi-label", "3 classes apart, but 2 labels"),
    (3, ["a", "b", "c"], "relu", "expected an output of softmax, sigmoid, multi-label"),
    (3, [], "multi-label", "at least 1 label"),
])  # fmt: skip
def test_what_does_not_go_together(outputs: int, labels: list[str], output: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        added(outputs, labels, output)


def test_a_finding_that_is_not_there() -> None:
    added(3, FINDINGS, "multi-label")
    with pytest.raises(ValueError, match="no finding called 'Gout'; it has Pleural-effusion, Edema, Fracture"):
        load_classifier("own:mine@Gout")
    install(save(net(3).state_dict()), "mnist_cnn", FINDINGS, "plain")
    with pytest.raises(ValueError, match="no findings to choose from"):
        load_classifier("own:plain@Edema")


def test_one_finding_alone() -> None:
    assert added(1, ["Edema"], "multi-label") == "own:mine@Edema"
    assert load_classifier("own:mine@Edema").labels == ("no Edema", "Edema")


def test_a_range_is_part_of_the_preprocessing(home: Path) -> None:
    """As torchxrayvision has it: black is -1024, white 1024."""
    raw = save(net(3).state_dict())
    key = install(raw, "mnist_cnn", ["a", "b", "c"], "xrv", mean=[0], std=[1], range=[-1024, 1024])
    model = load_classifier(key)
    with torch.no_grad():
        assert torch.allclose(model(IMAGES), net(3)(IMAGES * 2048 - 1024), rtol=1e-3, atol=1e-2)
    install(raw, "mnist_cnn", ["a", "b", "c"], "bytes", mean=[127.5], std=[51], range=[0, 255])
    card = json.loads((home / "models" / "bytes.json").read_text())
    assert "range" not in card
    assert (card["mean"], card["std"]) == ([0.5], [0.2])
    card |= {"mean": [127.5], "std": [51.0], "range": [0, 255]}  # as somebody may write it by hand
    (home / "models" / "bytes.json").write_text(json.dumps(card))
    assert load_classifier("own:bytes").mean == (0.5,)


@pytest.mark.parametrize(("mean", "std"), [([123.7], [58.4]), ([0.5], [58.4]), ([1.2], [0.2])])
def test_numbers_for_another_range_are_refused(mean: list[float], std: list[float]) -> None:
    with pytest.raises(ValueError, match="not of values from 0 to 1, as they are here; name the range"):
        install(save(net(3).state_dict()), "mnist_cnn", ["a", "b", "c"], "x", mean=mean, std=std)


@pytest.mark.parametrize("span", [[1, 0], [0], [0, float("nan")], [5, 5]])
def test_a_range_that_is_none(span: list[float]) -> None:
    with pytest.raises(ValueError, match="range"):
        install(save(net(3).state_dict()), "mnist_cnn", ["a", "b", "c"], "x", range=span)
