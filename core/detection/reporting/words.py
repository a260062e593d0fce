"""A detection study in sentences, stage by stage: for the page, the shell, the Runs page and the report."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from core.detection.reporting.detector_words import best, detector_sentences, knowing_sentences
from core.detection.request import DetectionRequest
from core.robustness.words import with_interval

Told = Mapping[str, Any]
TITLES: Mapping[str, str] = MappingProxyType(
    {
        "attacks": "Attacks", "signatures": "Signatures", "pixels": "Critical pixels", "tests": "Are they real?",
        "features": "Inside the network", "detectors": "The detector", "knowing": "The attacker who knows",
    }
)  # fmt: skip
READINGS: Mapping[str, str] = MappingProxyType(
    {"generation": "where the attacked images' explanations are strong",
     "detection": "where the explanation changes under attack"}
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


def pixel_sentences(told: Told, asked: DetectionRequest) -> list[str]:
    """Which pixels are critical, whether other images give the same, and what attacks on them alone achieve."""
    said = []
    for reading, words in READINGS.items():
        found = told[reading]
        steady = found["stability"]
        text = f"{found['count']:,} of {found['pixels']:,} pixels are critical, {words}."
        if steady["jaccard"] is not None:
            text += (f" Drawn again from the same images, the set overlaps itself by {100 * steady['jaccard']:.0f} % "
                     f"(by chance {100 * steady['chance']:.0f} %).")  # fmt: skip
        alone = found["matters"][0]
        rates = {each["name"]: each for each in alone["sets"]}
        random = alone["against_random"]
        if random is not None:
            text += (f" An attack on them alone fools {100 * rates['critical']['rate']:.0f} % of {alone['images']:,} "
                     f"test images, on as many random others {100 * random['rate']:.0f} %, on all others "
                     f"{100 * rates['others']['rate']:.0f} %.")  # fmt: skip
        said.append(text)
    return said


def short_test_sentences(told: Told, asked: DetectionRequest) -> list[str]:
    """Whether the chosen pixels stand out on other images, and more than under noise, in plain words."""
    said = []
    for reading, words in READINGS.items():
        held, excess = told[reading]["held_out"], told[reading]["excess"]
        if held is None or excess is None or held["g_low"] is None or excess["g_low"] is None:
            continue
        out = "stand out on other images too" if held["g_low"] > 0 else "do not stand out on other images"
        beyond = "as much as ordinary noise of the same size would make them"
        if excess["g_low"] > 0 or excess["g_high"] < 0:
            beyond = f"{'more' if excess['g_low'] > 0 else 'less'} than ordinary noise of the same size would make them"
        said.append(f"Pixels chosen {words} {out} (effect g = {held['g']:.2f}, {held['g_low']:.2f} to "
                    f"{held['g_high']:.2f}), {beyond}.")  # fmt: skip
    return said


def test_sentences(told: Told, asked: DetectionRequest) -> list[str]:
    """Whether the chosen pixels stand out on images they were not chosen on, and more than under noise, in numbers."""
    said = []
    for reading, words in READINGS.items():
        same, held, excess = (told[reading][name] for name in ("same", "held_out", "excess"))
        text = f"Pixels chosen {words}: on the images they were chosen on {_effect(same)}"
        if held is not None:
            text += f"; on other images {_effect(held)}"
        if excess is not None:
            text += f"; beyond what ordinary noise of the same size does {_effect(excess)}"
        said.append(f"{text}.")
    return said


def _effect(found: Told) -> str:
    """Welch's t and Hedges' g of one comparison.

    >>> _effect({"t": 11.6, "p": 1.3e-30, "g": 1.5, "g_low": 1.2, "g_high": 1.8})
    't = 11.6, p < 0.001, effect g = 1.50 (1.20 to 1.80)'
    """
    if found["t"] is None or found["g"] is None:
        return "nothing can be told"
    p = "p < 0.001" if found["p"] < 0.001 else f"p = {found['p']:.3f}"
    return f"t = {found['t']:.1f}, {p}, effect g = {found['g']:.2f} ({found['g_low']:.2f} to {found['g_high']:.2f})"


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
