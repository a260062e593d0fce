"""What is said under the maps of one explainer: what they are compared with, their facts, their controls."""

from core.contracts.explainer import Explainer
from core.study.maps import Maps
from core.study.words import percent

TOWARDS = "made surer of"  # a fact that is the number of a class
FACTS = {
    "fit (R²)": "How well LIME's simple model fits the network around this picture (R², 1 is perfectly)",
    "superpixels": "Patches the picture was cut into",
    "completeness gap": "What the map leaves unexplained of the score's rise over the comparison (0 % is nothing)",
    "sampling gap": "What the map leaves unexplained because it is drawn from samples (0 is nothing)",
    "agreement": "How alike PGCA's two parts are, hiding patches and Grad-CAM++ (cosine; 1 alike, 0 nothing in common)",
    "sure before": "How sure the model is of that answer",
    "sure after": "How sure it is after the change",
    "change": "Size of the change (root mean square; the full range is 1)",
    "moved": "How much of PGCA's covering map lies elsewhere since its spots were aligned (0 nothing, 1 all)",
}


def notes_of(explainer: Explainer, maps: Maps) -> list[str]:
    """A sentence each."""
    notes = [f"Compared with: {maps.against}."] if maps.against else []
    for name, before in maps.facts["original"].items():
        if name == TOWARDS:
            continue  # said under the pictures
        shown = [_fact(name, value) for value in (before, maps.facts["attacked"][name])]
        both = shown[0] if shown[0] == shown[1] else f"{shown[0]} on the original, {shown[1]} on the attacked image"
        notes.append(f"{FACTS.get(name, name)}: {both}.")
    if maps.noise is not None and not explainer.random:
        notes.append("This method draws no random numbers: another seed gives the same map.")
    changed = sum(label != maps.classes[0] for label in maps.noise_classes)
    if changed:
        notes.append(f"In {changed} of {len(maps.noise_classes)} noise draws the answer itself changed.")
    return notes


def _fact(name: str, value: float) -> str:
    if name == "completeness gap":
        return f"{100 * value:.1f} %"
    if name in ("sure before", "sure after"):
        return percent(value)
    return f"{value:.0f}" if name == "superpixels" else f"{value:.2f}"
