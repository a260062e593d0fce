"""AutoAttack's standard version over a whole test set, one attack after the other, able to go on where it stopped.

What is whose: the four attacks are torchattacks' (put together in `core.attacks.autoattack`), the order, the flags and
the rule that only images still held go on to the next attack are those of the authors' code (Croce, Hein 2020). This
file adds the bookkeeping: batches are made of what is left of all images, and an attacked image counts only if the
classifier itself, not the attack's copy, gets it wrong and it keeps to the strength.
"""

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from core.attacks._torchattacks import borrowed
from core.attacks.autoattack import AutoAttack
from core.base.atomic_files import write_whole
from core.base.rng import seeded
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.distributed.fabric import tensor_cores
from core.evaluation.autoattack_verdict import HELD, Verdict, verdict_of
from core.untrusted.foreign_json import read_object

SLACK = 1e-6  # rounding of x + eps in single precision


class _ChannelsLast(nn.Module):
    """The copy the library attacks, with images in the memory order in which a CPU, and a GPU in TF32, is faster."""

    def __init__(self, classifier: Classifier) -> None:
        super().__init__()
        self.inner = borrowed(classifier)
        self.inner.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.inner(images.contiguous(memory_format=torch.channels_last))
        return logits


def withstood(
    classifier: Classifier,
    data: Images,
    eps: float,
    *,
    folder: Path,
    count: int = 1000,
    batch: int = 100,
    seed: int = 0,
    steps: int = 100,
    queries: int = 5000,
    first: int = 4,
    say: Callable[[str], None] = lambda _: None,
) -> Verdict:
    """The verdict on the first `count` images at strength `eps` (L-infinity), in single precision.

    On a GPU the attacks are looked for in TF32, and what they find is judged in fp32.

    `folder` holds state.json, written after every batch of every attack; with it there, the evaluation goes on. Batches
    and seeds depend on the images held alone, so a break changes nothing. ValueError if the state answers another
    question. `steps` and `queries` other than the standard make it weaker than AutoAttack; `first` ends it after so
    many of its attacks, and another call goes on from there.
    """
    images, labels = data.images[:count].float() / 255, data.labels[:count]
    made = AutoAttack(eps=eps, steps=steps, queries=queries)._parts(len(classifier.labels))
    parts = {name.lower(): make for name, make in made.items()}
    digest = hashlib.sha256(data.images[:count].numpy().tobytes() + labels.numpy().tobytes()).hexdigest()
    weights = classifier.fingerprint or _weights(classifier)
    asked = {"weights": weights, "images": digest, "eps": eps, "batch": batch, "seed": seed, "steps": steps,
             "queries": queries}  # fmt: skip
    verdict = _read(folder / "state.json", asked)
    if verdict is None:
        right = torch.cat([_answers(classifier, part) for part in torch.split(images, batch)]) == labels
        verdict = Verdict(tuple(parts), "".join(HELD if each else "0" for each in right.tolist()))
    with classifier.frozen():
        model = _ChannelsLast(classifier)
    while not verdict.finished and verdict.place <= first:
        name, make = verdict.order[verdict.place - 1], parts[verdict.order[verdict.place - 1]]
        entered = [index for index, each in enumerate(verdict.fell) if int(each) >= verdict.place]
        for begin in range(verdict.done, len(entered), batch):
            begun = time.perf_counter()
            rows = torch.tensor(entered[begin : begin + batch])
            with seeded(seed, classifier.device), classifier.frozen(), tensor_cores():
                shown, meant = images[rows].to(classifier.device), labels[rows].to(classifier.device)
                attacked = make(model, seed)(shown, meant).detach().cpu()
            fallen = rows[_fooled(classifier, images[rows], attacked, labels[rows], eps)].tolist()
            fell = "".join(str(verdict.place) if row in set(fallen) else each for row, each in enumerate(verdict.fell))
            spent = verdict.seconds + time.perf_counter() - begun
            verdict = Verdict(verdict.order, fell, verdict.place, begin + len(rows), spent)
            _write(folder / "state.json", asked, verdict)
            say(
                f"{name}: {verdict.done} of {len(entered)} images, {fell.count(HELD)} of {len(fell)} held, "
                f"{spent:.0f} s"
            )
        verdict = Verdict(verdict.order, verdict.fell, verdict.place + 1, 0, verdict.seconds)
        _write(folder / "state.json", asked, verdict)
    return verdict


def _answers(classifier: Classifier, images: Tensor) -> Tensor:
    return classifier.probabilities(images).argmax(dim=1).cpu()


def _fooled(classifier: Classifier, images: Tensor, attacked: Tensor, labels: Tensor, eps: float) -> Tensor:
    """(N,) bool: the classifier's own answer is wrong, on an image in [0, 1] within `eps`."""
    kept = (attacked - images).abs().flatten(1).amax(dim=1) <= eps + SLACK  # False where a value is not a number
    return kept & (_answers(classifier, attacked.nan_to_num().clamp(0, 1)) != labels)


def _weights(classifier: Classifier) -> str:
    digest = hashlib.sha256()
    for value in classifier.net.state_dict().values():
        digest.update(value.detach().cpu().numpy().tobytes())
    return digest.hexdigest()


def _read(path: Path, asked: dict[str, Any]) -> Verdict | None:
    if not path.is_file():
        return None
    state = read_object(path)
    if state.pop("asked", None) != asked:
        raise ValueError(f"{path} belongs to another evaluation: choose another folder, or remove it to begin anew")
    return verdict_of(state, path.name)


def _write(path: Path, asked: dict[str, Any], verdict: Verdict) -> None:
    write_whole(path, (json.dumps({"asked": asked} | vars(verdict)) + "\n").encode())
