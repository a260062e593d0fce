"""The numbers of one checkpoint, measured part by part and written on its card as they come."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.attacks.autoattack import AutoAttack
from core.attacks.pgd import PGD
from core.base.params import to_spec
from core.base.paths import CHECKPOINTS
from core.base.proportion import Proportion
from core.catalog import load_classifier
from core.checkpoints.card import Card
from core.data.by_name import load_data
from core.data.fit import joined
from core.distributed.fabric import full_precision
from core.evaluation import outcomes
from core.evaluation.accuracy import right
from core.evaluation.autoattack import withstood
from core.evaluation.autoattack_flags import flags
from core.evaluation.autoattack_verdict import HELD
from core.evaluation.map_stability import EXPLAINED, moved, summary
from core.evaluation.sanity_gates import gates
from core.recipes.control_gates import beats_controls, beyond_gradients, surrogate_of
from core.recipes.map_gates import gains
from core.recipes.transferred import transferred

USUAL = ("clean", "pgd20", "stability", "autoattack", "gates", "controls")
PARTS = (*USUAL, "transfer")  # the last when asked for: it needs three other classifiers of the same source
FLAGGED = 250  # images the flags are looked for on, as in the authors' code


def assess(
    name: str,
    only: Sequence[str],
    folder: Path,
    *,
    count: int = 1000,
    maps: int = 200,
    device: str = "cpu",
    batch: int = 100,
    first: int = 4,
    say: Callable[[str], None] = lambda _: None,
) -> Card:
    """The card of the shipped checkpoint `name` ("source:checkpoint") with the parts `only` measured anew.

    Strength and step are those of the card's `test_pgd20`. The card and the outcomes of each image are written after
    every part; `folder`/NAME holds what an interrupted part needs to go on. batch: images AutoAttack attacks at once;
    first: how many of its attacks to make, for whom all take too long.
    ValueError if there is no card or the weights are not the card's.
    """
    stem = name.replace(":", "_")
    path = CHECKPOINTS / f"{stem}.safetensors"
    begun = Card.read(path)
    if begun is None:
        raise ValueError(f"there is no checkpoint {name} with a card in {CHECKPOINTS}")
    card, classifier = begun, load_classifier(name)
    if card.sha256 is None or classifier.weights != card.sha256:
        raise ValueError(f"the weights of {name} are not the ones its card describes")
    if card.test_pgd20 is None:
        raise ValueError(f"the card of {name} says no strength: it has no test_pgd20")
    full_precision()
    classifier.net.to(device)
    eps, step = card.test_pgd20["eps"], card.test_pgd20["step"]
    data = joined(classifier, load_data(str(card.data), "test"))
    count, state = min(count, len(data)), folder / stem
    kept = outcomes.read(stem, card.sha256) | {"sha256": card.sha256, "data": card.data}
    attacked = f"the first {count:,}"

    def keep(**entries: Any) -> None:
        nonlocal card
        card = replace(card, **entries, outcomes=outcomes.write(stem, kept))
        card.write(path)

    def told(text: str) -> None:
        say(f"{name}: {text}")

    if "clean" in only:
        correct = right(classifier, data)
        kept["clean"] = outcomes.pack(correct.tolist())
        keep(test_clean=_share(correct).entry())
        told(f"{_share(correct).value:.2%} right")
    if "pgd20" in only:
        correct = right(classifier, data, PGD(eps=eps, step=step), count=count)
        kept["pgd20"] = outcomes.pack(correct.tolist())
        keep(test_pgd20=_share(correct).entry() | {"eps": eps, "step": step, "steps": 20, "images": attacked})
        told(f"{_share(correct).value:.2%} right under PGD-20")
    if "stability" in only:
        attack = PGD(eps=eps, step=step)
        held, values = moved(classifier, data, attack, folder=state, count=maps, say=told)
        kept |= {"held": outcomes.pack(held), "maps": values}
        keep(stability={
            "attack": to_spec(attack), "images": f"the first {len(held):,}", "explained": "the true label",
            "explainers": [to_spec(each) for each in EXPLAINED if each.key in values],
            "maps": summary(held, values),
        })  # fmt: skip
    if "autoattack" in only:
        verdict = withstood(classifier, data, eps, folder=state, count=count, batch=batch, first=first, say=told)
        correct = torch.tensor([each == HELD for each in verdict.fell])
        key, order = ("autoattack", "order") if verdict.finished else ("autoattack_begun", "order_begun")
        for each in ("autoattack_begun", "order_begun"):
            kept.pop(each, None)
        card = replace(card, test_autoattack_begun=None)
        kept |= {key: verdict.fell, order: verdict.order[: verdict.place - 1]}
        images, labels = data.images[:FLAGGED].float() / 255, data.labels[:FLAGGED]
        raised = flags(classifier, images, labels, verdict.after, count)
        where = "" if classifier.device.type != "cuda" else ", looked for on a GPU in TF32, judged in fp32"
        keep(**{f"test_{key}": _share(correct).entry() | {
            "eps": eps, "images": attacked, "after": verdict.after, "flags": raised,
            "attacks": f"standard, parts of {AutoAttack.library}{where}",
        }})  # fmt: skip
        far = "AutoAttack" if verdict.finished else f"the first {verdict.place - 1} of AutoAttack's attacks"
        told(f"{_share(correct).value:.2%} right under {far}; {' '.join(raised) or 'no flags'}")
    if "gates" in only:
        last = card.test_autoattack or {}
        fits = last.get("count") == count and last.get("eps") == eps
        since = time.perf_counter()
        keep(gates=gates(
            classifier, data, eps, step, count=count,
            autoattack=last["accuracy"] if fits else None, flagged=bool(last["flags"]) if fits else None,
        ))  # fmt: skip
        told(f"gates {(card.gates or {})['passed']}, {time.perf_counter() - since:.0f} s")
    if "controls" in only:
        withstand = outcomes.hits(kept, "autoattack")
        beyond = beyond_gradients(classifier, data, eps, step, withstand, surrogate_of(name))
        known = dict(card.gates or {})
        still = gains(name, classifier, data)
        passed = dict(known.get("passed", {})) | {
            "G2": beyond.pop("passed"), "G7": beats_controls(name), "G8": still.pop("passed", None)
        }  # fmt: skip
        keep(gates=known | {"passed": passed, "beyond_gradients": beyond} | ({"maps": still} if still else {}))
        told(f"gates {passed}; {beyond}")
    if "transfer" in only:
        entry, hits = transferred(name, classifier, data, eps, count, told)
        kept |= hits
        keep(test_transfer=entry)
        told(f"{entry['accuracy']:.2%} right whatever was carried over")
    return card


def _share(correct: Tensor) -> Proportion:
    return Proportion(int(correct.sum()), len(correct))
