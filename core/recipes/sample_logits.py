"""`python -m core.recipes.sample_logits`: every shipped checkpoint's logits for one picture, beside those on its card.

They pin down weights and preprocessing: a wrong mean or std anywhere between the picture and the network shows here.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import torch

from core.base.errors import with_advice
from core.base.paths import CHECKPOINTS
from core.catalog import load_classifier
from core.checkpoints.card import Card, Entry
from core.contracts.classifier import Classifier
from core.contracts.preprocessing import Preprocessing
from core.images.picture import fit
from core.images.samples import gallery, stored_picture
from core.recipes.published_numbers import shipped
from core.refinement.untrained import untrained

TOLERANCE = 1e-3  # in a logit: other machines add in another order


@torch.no_grad()
def sample(classifier: Classifier) -> Entry:
    """The first picture of the gallery that fits the classifier, and its logits."""
    image = gallery(classifier.samples)[0].id
    with classifier.frozen():
        logits = classifier(fit(stored_picture(image), classifier)[None].to(classifier.device))[0]
    return {"image": image, "logits": [round(value, 5) for value in logits.tolist()]}


def apart(card: Card, found: Entry) -> float:
    """The largest difference between logits that were found and those on the card; infinite if there are none there."""
    said = card.sample or {}
    if said.get("image") != found["image"] or len(said["logits"]) != len(found["logits"]):
        return float("inf")
    return max(abs(float(now) - float(then)) for now, then in zip(found["logits"], said["logits"], strict=True))


def _complete(name: str, card: Card) -> Card:
    """The card with its architecture's usual preprocessing where it says nothing, written."""
    usual = Preprocessing.of(untrained(name)).entries()
    full = replace(card, **{key: value for key, value in usual.items() if getattr(card, key) is None})
    full.write(_weights(name))
    return full


def _weights(name: str) -> Path:
    return CHECKPOINTS / f"{name.replace(':', '_')}.safetensors"


def main() -> int:
    """Print them; exit code 1 if some are not those of the card."""
    parser = argparse.ArgumentParser(prog="python -m core.recipes.sample_logits", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put them on the cards, and what is usual where they say "
                        "nothing of the preprocessing")  # fmt: skip
    write, wrong = parser.parse_args().write, 0
    for name, card in shipped().items():
        try:
            full = _complete(name, card) if write else card
            found = sample(load_classifier(name))
        except (ValueError, OSError) as error:
            sys.exit(with_advice(error))
        if write:
            full = replace(full, sample=found)
            full.write(_weights(name))
        off = apart(full, found)
        wrong += off > TOLERANCE
        sys.stdout.write(f"{name}, {found['image']}: {found['logits']}; {off:.2g} from the card's\n")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
