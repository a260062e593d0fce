"""A detection study in sentences, stage by stage: for the page, the shell, the Runs page and the report."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from core.detection.reporting.detector_words import best, detector_sentences, knowing_sentences
from core.detection.reporting.pixel_words import pixel_sentences, test_sentences
from core.detection.request import DetectionRequest
from core.robustness.words import with_interval

Told = Mapping[str, Any]
TITLES: Mapping[str, str] = MappingProxyType(
    {
        "attacks": "Attacks", "signatures": "Signatures", "pixels": "Critical pixels", "tests": "Are they real?",
        "features": "Inside the network", "detectors": "The detector", "knowing": "The attacker who knows",
    }
)  # fmt: skip


def at(strength: float) -> str:
    """A strength in words.

    >>> at(0.2)
    '51/255'
    """
    return f"{255 * strength:.4g}/255"


def attack_sentences(told: Told, asked: DetectionRequest) -> list[str]:
    """How many images each attack fools at the strength learnt."""
    place = list(told["strengths"]).index(asked.strength)
    parts = [f"{each['title']} {with_interval(each['share'][place])}" for each in told["attacks"]]
    return [f"Of {told['images']:,} test images that the model gets right, attacks of strength {at(asked.strength)} "
            f"fool: {', '.join(parts)}."]  # fmt: skip


def signature_sentences(told: Told, asked: DetectionRequest) -> list[str]:
    """Whose maps the signatures are."""
    against = f", compared with {told['against']}" if told["against"] else ""
    return [f"The signature of an image is the map of {told['title']} for the model's own answer to it{against}. "
            f"{told['made'] + told['taken']:,} signatures were used."]  # fmt: skip


def feature_sentences(told: Told, asked: DetectionRequest) -> list[str]:
    """Whether attacked images lie apart in feature space, and in which layer they part from originals."""
    near = told["neighbours"]
    said = []
    if near["share"] is not None:
        said.append(f"Of the {near['neighbours']} nearest neighbours of an image in the network's last features, "
                    f"{100 * near['share']:.0f} % are of its own kind, original or attacked by {told['attack']}; by "
                    f"chance it would be {100 * near['chance']:.0f} %, with ordinary noise of the same size "
                    f"it is {100 * told['neighbours_noise']['share']:.0f} %.")  # fmt: skip
    known = [each for each in told["layers"] if each["attacked"] and each["noise"] and each["noise"]["mean"] > 0]
    if known:
        ratios = [each["attacked"]["mean"] / each["noise"]["mean"] for each in known]
        most = ratios.index(max(ratios))
        said.append(f"The attack moves what the network computes up to {max(ratios):.1f} times as far as noise of the "
                    f"same size does (layer {known[most]['layer']}).")  # fmt: skip
    return said


SENTENCES: Mapping[str, Callable[[Told, DetectionRequest], list[str]]] = MappingProxyType(
    {
        "attacks": attack_sentences, "signatures": signature_sentences, "pixels": pixel_sentences,
        "tests": test_sentences, "features": feature_sentences, "detectors": detector_sentences,
        "knowing": knowing_sentences,
    }
)  # fmt: skip


def found_words(result: Told) -> str:
    """What a completed study has found, the worth of its best detector first."""
    asked = DetectionRequest.read(result["asked"])
    first = best(result)
    lines = [first] if first else []
    return "\n".join([*lines, *(line for key, say in SENTENCES.items() for line in say(result[key], asked))])
