"""What each test image did, kept beside the card, so that two classifiers can be compared pair by pair."""

import json
from typing import Any

from core.base.atomic_files import write_whole
from core.base.paths import ASSETS, ROOT
from core.evaluation.autoattack_verdict import HELD
from core.evaluation.paired import Difference, newcombe_difference, paired_means
from core.untrusted.foreign_json import read_object

FOLDER = ASSETS / "measured" / "assessed"


def write(name: str, outcomes: dict[str, Any]) -> str:
    """Store the outcomes of the checkpoint `name` ("source_checkpoint"); returns the path a card names."""
    path = FOLDER / f"{name}.json"
    write_whole(path, (json.dumps(outcomes, separators=(",", ":")) + "\n").encode())
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def read(name: str, sha256: str) -> dict[str, Any]:
    """The outcomes of the checkpoint `name`; empty if there are none or they are of other weights."""
    path = FOLDER / f"{name}.json"
    outcomes = read_object(path) if path.is_file() else {}
    return outcomes if outcomes.get("sha256") == sha256 else {}


def pack(hits: list[bool]) -> str:
    """One bit an image, as "count:hexadecimal".

    >>> pack([True, False, True]), unpack("3:5")
    ('3:5', [True, False, True])
    """
    return f"{len(hits)}:{int(''.join(str(int(hit)) for hit in hits) or '0', 2):x}"


def unpack(text: str) -> list[bool]:
    """The hits that `pack` made the text of."""
    count, _, digits = text.partition(":")
    return [bit == "1" for bit in f"{int(digits, 16):0{int(count)}b}"]


def hits(outcomes: dict[str, Any], what: str) -> list[bool] | None:
    """Which images were right, `what` being "clean", "pgd20", "transfer", "autoattack" or, as far as it came,
    "autoattack_begun".

    None if that was not measured.
    """
    if what not in outcomes:
        return None
    return [each == HELD for each in outcomes[what]] if what.startswith("autoattack") else unpack(outcomes[what])


def difference(a: dict[str, Any], b: dict[str, Any], what: str) -> Difference | None:
    """Accuracy of `a` minus that of `b` on the same images; None where one has none or they are not as many."""
    if what == "autoattack_begun" and a.get("order_begun") != b.get("order_begun"):
        return None
    first, second = hits(a, what), hits(b, what)
    if first is None or second is None or len(first) != len(second):
        return None
    return newcombe_difference(first, second)


def steadier(a: dict[str, Any], b: dict[str, Any], explainer: str, measure: str = "spearman") -> Difference | None:
    """Mean stability under attack of `a` minus that of `b`, over the images both get right before and after theirs."""
    try:
        both = [x and y for x, y in zip(unpack(a["held"]), unpack(b["held"]), strict=True)]
        first, second = (each["maps"][explainer]["attack"][measure] for each in (a, b))
    except (KeyError, ValueError):
        return None
    pairs = [(x, y) for x, y, keep in zip(first, second, both, strict=True) if keep]
    return paired_means([x for x, _ in pairs], [y for _, y in pairs]) if len(pairs) > 1 else None
