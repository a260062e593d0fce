"""Own weights that are nearly right: names with something around them, other kinds of numbers, a single output."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save
from torch import Tensor, nn

from core.attacks.pgd import PGD
from core.catalog import load_classifier
from core.checkpoints.tensor_files import fit
from core.classifiers import _architectures as architectures
from core.classifiers._tensor_names import arranged
from core.classifiers.mnist_cnn import MnistCNN
from core.classifiers.own import install
from core.explainers.grad_cam_pp import GradCAMPP
from core.explainers.shap_deep import ShapDeep

pytestmark = pytest.mark.usefixtures("home")
THREE = ["cat", "dog", "nothing"]
TWO = ["no finding", "finding"]


def small(classes: int = 3, channels: int = 1) -> nn.Module:
    torch.manual_seed(3)
    return MnistCNN(classes, channels).eval()


def changed(net: nn.Module, change: Callable[[Tensor], Tensor]) -> bytes:
    """The bytes of its state with every floating tensor changed."""
    state = net.state_dict().items()
    return save({key: change(value).contiguous() if value.is_floating_point() else value for key, value in state})


def put(
    raw: bytes, architecture: str = "mnist_cnn", labels: list[str] = THREE, **more: object
) -> tuple[str, list[str]]:
    notes: list[str] = []
    return install(raw, architecture, labels, "mine", say=notes.append, **more), notes  # type: ignore[arg-type]


# --- kinds of numbers


@pytest.mark.parametrize("kind", [torch.int8, torch.uint8, torch.int64, torch.bool, torch.complex64])
def test_numbers_that_are_no_weights_are_refused(kind: torch.dtype) -> None:
    with pytest.raises(ValueError, match=f"features.0.bias .{str(kind).removeprefix('torch.')}"):
        put(changed(small(), lambda value: (value * 100).to(kind)))


@pytest.mark.parametrize("kind", [torch.float8_e4m3fn, torch.float8_e5m2])
def test_float8_is_refused(kind: torch.dtype) -> None:
    with pytest.raises(ValueError, match="float8"):
        put(changed(small(), lambda value: value.to(kind)))


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64])
def test_other_lengths_of_real_numbers_are_converted(kind: torch.dtype) -> None:
    key, _ = put(changed(small(), lambda value: value.to(kind)))
    for name, value in load_classifier(key).net.state_dict().items():
        assert value.dtype == torch.float32
        assert torch.equal(value, small().state_dict()[name].to(kind).float())


def test_numbers_too_large_for_float32_are_refused() -> None:
    with pytest.raises(ValueError, match="not finite numbers"):
        put(changed(small(), lambda value: value.double() * 1e300))


def test_finite_weights_whose_answers_are_not_are_refused() -> None:
    with pytest.raises(ValueError, match="their answers are not"):
        put(changed(small(), lambda value: value * 1e25))


def test_a_count_of_batches_is_whole_and_the_only_thing_that_may_be_missing() -> None:
    state = architectures.architecture("resnet20").build(3, 3).state_dict()
    state["stem.1.num_batches_tracked"] = torch.tensor(2.5)
    with pytest.raises(ValueError, match="stem.1.num_batches_tracked .float32"):
        put(save(state), "resnet20")
    put(save({key: value for key, value in state.items() if not key.endswith("tracked")}), "resnet20")


def test_a_table_of_the_network_cannot_be_replaced() -> None:
    net = architectures.architecture("swin_t").build(3, 3)
    state = dict(net.state_dict())
    fit(net, state, "mine")
    key = next(key for key in state if key.endswith("relative_position_index"))
    with pytest.raises(ValueError, match="other whole numbers than its own"):
        fit(net, state | {key: state[key] + 10**9}, "mine")


# --- names


@pytest.mark.parametrize(
    "prefix", ["module.", "model.", "_orig_mod.", "net.", "module.model.", "_orig_mod.module.", "a.b."]
)
def test_what_stands_around_the_names_is_taken_off_and_said(prefix: str) -> None:
    net = small()
    key, notes = put(save({prefix + name: value for name, value in net.state_dict().items()}))
    assert notes[0] == f"‘{prefix}’ was taken off the names of the tensors."
    loaded, x = load_classifier(key), torch.rand(2, 1, 28, 28)
    assert loaded.notes == (notes[0],)
    assert torch.equal(loaded(x), net((x - 0.1307) / 0.3081))


def test_a_wrapper_around_a_part_and_a_counter_are_taken_off_too() -> None:
    state = {key.replace("features.", "features.module."): value for key, value in small().state_dict().items()}
    _, notes = put(save(state | {"n_averaged": torch.tensor(7)}))
    assert notes[0] == "‘module.’ was taken off the names of the tensors."


def test_names_that_would_become_one_stay_as_they_are() -> None:
    state = small().state_dict()
    with pytest.raises(ValueError, match="unexpected: module.head.3.bias"):
        put(save(state | {"module.head.3.bias": torch.zeros(3)}))


def test_old_names_of_torchvision_are_known() -> None:
    """As in the published files of DenseNets and vision transformers."""
    for name, old, new in (("densenet121", "norm.1.", "norm1."), ("vit_b_32", "mlp.linear_1.", "mlp.0.")):
        design = architectures.architecture(name)
        with torch.device("meta"):
            state = design.build(3, 3).state_dict()
        there = {key.replace(new, old) if "layer" in key else key: value for key, value in state.items()}
        assert set(there) != set(state)
        assert set(arranged(there, state, design.rename)[0]) == set(state)


@pytest.mark.parametrize(
    ("net", "architecture", "fits"),
    [
        (lambda: small(), "resnet20", "mnist_cnn"),
        (lambda: small(5, 3), "mnist_cnn", "mnist_cnn for colour images"),
        (lambda: architectures.architecture("cifar_resnet32").build(7, 3), "cifar_resnet20", "cifar_resnet32"),
        (lambda: architectures.architecture("resnet18").build(3, 3), "resnet34", "resnet18"),
    ],
)
def test_the_architecture_that_would_fit_is_named(net: Callable[[], nn.Module], architecture: str, fits: str) -> None:
    state = {f"module.{key}": value for key, value in net().state_dict().items()}
    with pytest.raises(ValueError, match=f"architecture {architecture}; .* like those of {fits}\\. Tensors"):
        put(save(state), architecture)


# --- one output


@pytest.mark.parametrize("name", ["mnist_cnn", "resnet20", "cifar_resnet20", "mobilenet_v3_small"])
def test_a_single_output_becomes_two_classes_with_the_same_probabilities(name: str) -> None:
    design = architectures.architecture(name)
    torch.manual_seed(1)
    net = design.build(1, design.size[0]).eval()
    key, notes = put(save(net.state_dict()), name, TWO, mean=[0] * design.size[0], std=[1] * design.size[0])
    assert "sigmoid is taken as the probability of 'finding'" in notes[0]
    loaded, x = load_classifier(key), torch.rand(2, *design.size)
    with torch.no_grad():
        wanted = net(x).sigmoid()[:, 0]
    torch.testing.assert_close(loaded.probabilities(x)[:, 1], wanted, rtol=1e-5, atol=1e-6)


def test_attacks_and_maps_work_on_both_classes_of_a_single_output() -> None:
    loaded = load_classifier(put(save(small(1).state_dict()), labels=TWO)[0])
    x, both = torch.rand(2, 1, 28, 28), torch.tensor([0, 1])
    for explainer in (GradCAMPP(), ShapDeep()):
        maps = explainer(loaded, x, both).values
        assert maps.flatten(1).abs().amax(1).min() > 0
    assert (PGD(eps=0.1, step=0.02)(loaded, x, both) - x).abs().flatten(1).amax(1).min() > 0.05


def test_one_output_needs_two_names_and_a_head_that_is_the_last_thing() -> None:
    with pytest.raises(ValueError, match="a single output, for two classes, but 3 labels"):
        put(save(small(1).state_dict()))
    torch.manual_seed(0)
    squeeze = architectures.architecture("squeezenet1_1").build(1, 3)  # its outputs pass a ReLU
    with pytest.raises(ValueError, match="a single one cannot be made two"):
        put(save(squeeze.state_dict()), "squeezenet1_1", TWO)


# --- the card


def test_the_card_holds_the_whole_preprocessing(home: Path) -> None:
    put(changed(small(), lambda value: value))
    card = json.loads((home / "models" / "mine.json").read_text())
    assert card.items() >= {
        "size": [1, 28, 28], "mean": [0.1307], "std": [0.3081], "resize": 0, "interpolation": "bicubic"
    }.items()  # fmt: skip
    with pytest.raises(ValueError, match="interpolation of bicubic or bilinear, got 'nearest'"):
        install(changed(small(), lambda value: value), "mnist_cnn", THREE, "other", interpolation="nearest")
