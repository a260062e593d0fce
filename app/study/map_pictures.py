"""The maps of an explainer over their images, for the viewer, beside that of ordinary noise."""

from collections.abc import Sequence

from torch import Tensor

from app.study.case_pictures import attack_of
from app.ui.viewer import Shown
from core.contracts.explainer import Explainer
from core.study.colour_scale import signed
from core.study.figures import pixels
from core.study.maps import Maps
from core.study.study import Study

NOISE = "ordinary noise of the same size"


def drawn(maps: Maps) -> list[Tensor]:
    """The maps that are shown, for one scale over all."""
    return [maps.original, maps.attacked, *([] if maps.noise is None else [maps.noise[0]])]


def map_pictures(study: Study, explainer: Explainer, limit: float) -> Sequence[Shown]:
    """The pictures of an explainer that has maps: laid over the images, or what it made of them."""
    maps = study.maps[explainer.key]
    return _made(maps) if maps.pictures is not None else _laid_over(study, explainer, maps, limit)


def _laid_over(study: Study, explainer: Explainer, maps: Maps, limit: float) -> list[Shown]:
    """Before, after, and the first draw of ordinary noise: each map over its picture, all on one scale."""
    asked = [f"{explainer.caption} ‘{study.labels[label]}’" for label in maps.classes]
    images = [("original image", study.original, maps.original, asked[0]),
              ("attacked image", attack_of(study).image, maps.attacked, asked[1])]  # fmt: skip
    if maps.noise is not None and study.noise is not None:
        label = maps.noise_classes[0] if maps.noise_classes else maps.classes[0]
        images.append((f"original with {NOISE}", study.noise[0], maps.noise[0],
                       f"{explainer.caption} ‘{study.labels[label]}’"))  # fmt: skip
    return [
        Shown(pixels(image), name, f"map by {explainer.title}, {name}: {said}", signed(values, limit), more=said)
        for name, image, values, said in images
    ]


def _made(maps: Maps) -> list[Shown]:
    """What a method that makes pictures made of both."""
    assert maps.pictures is not None
    return [Shown(pixels(made), f"made of the {name} image", f"picture made of the {name} image")
            for made, name in zip(maps.pictures, ("original", "attacked"), strict=True)]  # fmt: skip
