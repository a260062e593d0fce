"""The chosen picture and the model that fits it, in the settings of the session."""

from app.ui.cached import classifier
from app.ui.state import drop, force, keep, remember, setting
from core.catalog import CLASSIFIERS
from core.images.stories import FIRST_GALLERY, MODELS, first_picture

LOCAL = ("own", "run", "teaching")  # sources whose weights lie on this machine


def begin_with() -> None:
    """Settle picture and model where the link names only one of them, or neither: the two fit one another."""
    image, model = setting("image", ""), setting("model", "")
    if not image:
        remember("image", image := first_picture(_gallery_of(model) if model else setting("set", "")))
    if not model:
        remember("model", MODELS.get(kind_of(image), MODELS[FIRST_GALLERY]))


def kind_of(image: str) -> str:
    """The gallery that a picture is from, or "upload"."""
    return image.partition("/")[0]


def take(image: str) -> None:
    """Make `image` the chosen one; a picture of another kind than the last brings the model that fits it."""
    kind, last = kind_of(image), kind_of(setting("image", ""))
    remember("image", image)
    keep("picture", image)
    if kind != last:
        force("model", MODELS.get(kind, MODELS[FIRST_GALLERY]))
        drop("controls")
        drop("target")


def _gallery_of(model: str) -> str:
    """The gallery that fits a classifier; the photographs where that is not known without a download."""
    source = model.partition(":")[0]
    if source not in CLASSIFIERS or not (CLASSIFIERS[source].packaged or source in LOCAL):
        return FIRST_GALLERY
    try:
        return classifier(model).samples
    except (ValueError, OSError):
        return FIRST_GALLERY
