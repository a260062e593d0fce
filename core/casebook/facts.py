"""What is noted of a case so that it can be found: read off its study, or off the two of a comparison."""

import math
from typing import Any

from core.base.plain_line import plain_line
from core.bundles.comparison_folder import pair_id
from core.compare.comparison import SIDES, Comparison
from core.images.samples import sample
from core.images.uploads import uploads
from core.study.attack_record import Attacked
from core.study.study import Study
from core.study.words import strength

NORMS = {math.inf: "linf", 2: "l2", 1: "l1", 0: "l0"}
MOST_UPLOADS = 10_000  # whose names are looked through


def expect_attacked(contents: Study | Comparison) -> None:
    """ValueError in one sentence unless the attack, on both models of a comparison, is finished."""
    for study in _studies(contents):
        if study.attacked is None or study.noise is None:
            raise ValueError("the attack on this picture is not finished yet, so there is no case to save")


def content_id(contents: Study | Comparison) -> str:
    """The id of what is asked: equal for two cases that ask the same."""
    return contents.case.id if isinstance(contents, Study) else pair_id(contents.pair)


def facts(contents: Study | Comparison, label: str) -> dict[str, Any]:
    """The columns of a case that people do not write; label: the true class in words, "" if unknown."""
    expect_attacked(contents)
    first, last = _studies(contents)[0], _studies(contents)[-1]
    case, attacked = first.case, first.attacked
    assert attacked is not None
    norm = NORMS[case.attack.norm]
    pair = not isinstance(contents, Study)
    return {
        "kind": "comparison" if pair else "image",
        "study_id": content_id(contents),
        "image": plain_line(case.image, 200),
        "image_name": plain_line(_name(case.image), 200),
        "image_sha256": first.image_sha256[:64],
        "classifier": plain_line(case.classifier, 200),
        "classifier_after": plain_line(last.case.classifier, 200) if pair else None,
        "attack": case.attack.key,
        "norm": norm,
        "strength": case.attack.bound if math.isfinite(case.attack.bound) else attacked.sizes[norm],
        "fooled": fooled(attacked),
        "defended": defended(contents) if not isinstance(contents, Study) else None,
        "label": plain_line(label, 300),
        "answer_before": plain_line(first.labels[attacked.before.top], 300),
        "answer_after": plain_line(first.labels[attacked.after.top], 300),
    }


def fooled(attacked: Attacked) -> bool | None:
    """Whether the attack reached its aim; None where it held only because there was no gradient to follow."""
    return True if attacked.fooled else False if attacked.held else None


def defended(comparison: Comparison) -> bool | None:
    """Whether the model before is fooled by its attack and the one after is not by its own; None if that is unknown."""
    states = []
    for side in SIDES:
        attacked = comparison.studies[side].attacked
        states.append(None if attacked is None else fooled(attacked))
    return None if None in states else states[0] is True and states[1] is False


def suggested_title(contents: Study | Comparison) -> str:
    """What came of it in a few words, to begin a title with; "" before the attack is finished."""
    studies = _studies(contents)
    if any(study.attacked is None for study in studies):
        return ""
    first = studies[0]
    attacked, attack = first.attacked, first.case.attack
    assert attacked is not None
    before, after = (first.labels[each.top] for each in (attacked.before, attacked.after))
    limit = f", {strength(attack.bound, attack.norm)}" if math.isfinite(attack.bound) else ""
    told = ["?" if (state := fooled(each.attacked)) is None else "fooled" if state else "held"
            for each in studies if each.attacked is not None]  # fmt: skip
    if len(told) == 2:
        both = f"{told[0]} before and after" if told[0] == told[1] else f"{told[0]} before, {told[1]} after"
        said = f"{before}: {both} refinement".replace("?", "not decided")
    elif told[0] == "fooled":
        said = f"{before} taken for {after}"
    else:
        said = f"{before}, held" if told[0] == "held" else f"{before}, no gradient to follow"
    return plain_line(f"{said} ({attack.title}{limit})", 200)


def _studies(contents: Study | Comparison) -> list[Study]:
    return [contents] if isinstance(contents, Study) else [contents.studies[side] for side in SIDES]


def _name(image: str) -> str:
    """What people call a picture: the name that an upload came under, what a gallery picture is labelled."""
    try:
        found = sample(image)
    except ValueError:
        return image
    return f"{found.label} ({image})" if found else uploads(MOST_UPLOADS).get(image, image)
