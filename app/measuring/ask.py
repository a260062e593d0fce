"""The controls that the forms of several measurements share: models, one model, test images."""

from collections.abc import Sequence

from app.ui.first_models import FIRST_MODELS
from app.ui.multiselect import multiselect
from app.ui.pick_here import here, known_models, pick_here
from app.ui.state import setting
from core.data.by_name import data_names

FIRST_DATA = "cifar10"


def ordered_models(*wanted: str) -> dict[str, str]:
    """Name -> title of every classifier, those that come with the project first."""
    names = known_models(*wanted)
    first = [each for each in FIRST_MODELS if each in names]
    return {each: names[each] for each in [*first, *(each for each in names if each not in first)]}


def ask_models(prefix: str, default: Sequence[str], help: str) -> list[str]:
    """Any number of models, in the order chosen."""
    wanted = setting(f"{prefix}.models", ",".join(default)).split(",")
    return multiselect(f"{prefix}.models", "Models", ordered_models(*wanted), default, help)


def ask_model(prefix: str, default: str, help: str) -> str:
    """One model; ValueError in a sentence if it is not here."""
    names = ordered_models(setting(f"{prefix}.model", default))
    chosen = pick_here(f"{prefix}.model", "Model", list(names), default, names.__getitem__, "model", help)
    return here(f"{prefix}.model", chosen, names, "model")


def ask_data(prefix: str, default: str = FIRST_DATA) -> str:
    """A data set; ValueError in a sentence if it is not here."""
    names = data_names()
    chosen = pick_here(f"{prefix}.data", "Test images of", list(names), default, names.__getitem__, "data set",
                       "Labelled images that the models were not trained on, of their size and classes.")  # fmt: skip
    return here(f"{prefix}.data", chosen, names, "data set")
