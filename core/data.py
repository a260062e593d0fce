"""Data sets by name (stand-in until the real one is merged)."""

from typing import Literal

from core.catalog import DATASETS
from core.classifier import Classifier
from core.sources import Images


def data_names() -> dict[str, str]:
    return {key: kind.title for key, kind in DATASETS.items()}


def load_data(name: str, split: Literal["train", "test"]) -> Images:
    return DATASETS[name]().load(split)


def misfit(classifier: Classifier, data: Images) -> str | None:
    has, takes = tuple(data.images.shape[1:]), classifier.size
    return None if has == takes else f"this data set has {has} images; the model takes {takes} images"
