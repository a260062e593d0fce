"""The three pictures of one model on Compare: the original, its attacked image, and the other model's."""

from typing import Any

from app.ui.cached_pictures import shown_png
from app.ui.encoded import data_url
from core.compare.comparison import Comparison, Side, other
from core.study.colour_scale import signed
from core.study.figures import pixels
from core.study.prediction import Prediction
from core.study.words import NO_GRADIENT, percent

SIDE_LENGTH = 160  # pixels a picture is enlarged to, by whole factors


def cells(comparison: Comparison, side: Side, key: str, limit: float, truth: int | None) -> list[dict[str, Any]]:
    study, theirs = comparison.studies[side], comparison.studies[other(side)]
    crossed, maps = comparison.crossings[side], study.maps.get(key)
    made = maps.pictures if maps and maps.pictures is not None else (None, None)
    original = _cell(study.original, study.before, study.labels, maps.original if maps else None, limit, key, made[0])
    wrong = study.before is not None and truth is not None and study.before.top != truth
    if study.before is not None and truth is not None:
        original |= {"said": f"wrong: it is labelled {study.labels[truth]}" if wrong else "right", "state": "plain"}
    attacked = transfer = {"said": "the attack is being made …"}
    if study.attacked is not None:
        map_ = maps.attacked if maps else None
        attacked = _cell(study.attacked.image, study.attacked.after, study.labels, map_, limit, key, made[1])
        attacked |= _outcome(study.attacked.fooled, wrong, study.attacked.after.top == truth, study.attacked.gradient)
    if theirs.attacked is not None:
        map_, own = crossed.maps.get(key), crossed.pictures.get(key)
        transfer = _cell(theirs.attacked.image, crossed.prediction, study.labels, map_, limit, key, own)
        fooled, answer = comparison.fooled(side), crossed.prediction
        if fooled is not None and answer is not None:
            transfer |= _outcome(fooled, wrong, answer.top == truth)
    return [original, attacked, transfer]


def _outcome(fooled: bool, wrong: bool, right: bool, gradient: bool = True) -> dict[str, str]:
    """Whether the model was fooled; of an answer wrong from the start, whether it changed, and whether it is right."""
    if wrong:
        changed = "changed, now right" if right else "changed, still wrong"
        return {"said": changed if fooled else "still wrong", "state": "plain"}
    if fooled:
        return {"said": "fooled", "state": "fooled", "help": "The answer is not the one that it gave to the original."}
    if not gradient:
        return {"said": "no gradient to follow", "state": "plain", "help": NO_GRADIENT}
    return {
        "said": "held",
        "state": "held",
        "help": "The answer is still the one that it gave to the original. Another attack may still succeed.",
    }


def _cell(
    image: Any,
    answer: Prediction | None,
    labels: tuple[str, ...],
    map_: Any,
    limit: float,
    key: str,
    made: Any = None,
) -> dict[str, Any]:
    name = labels[answer.top] if answer else "…"
    return {
        "picture": data_url(shown_png(pixels(image), SIDE_LENGTH)),
        "alt": f"the picture, answered {name}",
        "map": data_url(shown_png(signed(map_, limit), SIDE_LENGTH)) if map_ is not None else "",
        "made": data_url(shown_png(pixels(made), SIDE_LENGTH)) if made is not None else "",
        "wait": "map to come" if key and map_ is None else "",
        "mapAlt": f"map for {name}",
        "answer": name,
        "confidence": percent(answer[answer.top]) if answer else "",
        "said": "",
        "state": "plain",
    }
