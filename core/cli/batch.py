"""`counterproof batch`: many pictures under one attack, gathered, submitted as a run, followed, and told."""

import argparse
from pathlib import Path
from typing import Any

from tqdm import tqdm

from core.base.params import from_spec, to_spec
from core.batch.collection import Collection, is_collection, keep, kept
from core.batch.cost import bytes_of, in_words
from core.batch.exports import files
from core.batch.gather import gather_path
from core.batch.request import BatchRequest
from core.catalog import ATTACKS, EXPLAINERS, classifier_names, load_classifier
from core.cli.attack import method_settings
from core.cli.attack_settings import data_for_worker
from core.cli.follow import Say
from core.cli.measured import measured
from core.cli.out_folder import expect_new
from core.data.by_name import known_data

SEEN = "The page Batch shows each picture with its maps; those worth keeping are saved as cases there."
WRITTEN = {".json": "batch.json", ".csv": "pictures.csv", ".html": "report.html"}  # ending of the file -> what it is


def batch(given: argparse.Namespace, say: Say) -> int:
    """Gather the pictures, submit the batch and follow it, or leave it to itself; returns the exit code."""
    expect_new(given.out)
    ending = given.out.suffix.lower() if given.out else ".json"
    if ending not in WRITTEN:
        raise ValueError(f"expected a file that ends in {', '.join(WRITTEN)}, got {given.out.name}")
    asked = request_of(given, say)
    size = load_classifier(asked.classifier)
    needed = in_words(bytes_of(asked, size.size, len(size.labels)))
    say(f"{asked.count:,} pictures; their studies take up to {needed} on this disk")
    return measured(
        "batch", asked.arguments(), (asked.classifier,), given, say, told=lambda _: SEEN, one=WRITTEN[ending],
        files=lambda result, run: files(result, run.metrics, asked, run.id),
    )  # fmt: skip


def request_of(given: argparse.Namespace, say: Say) -> BatchRequest:
    """What the arguments ask for, its pictures kept; ValueError or OSError in one sentence."""
    if bool(given.pictures) == bool(given.data):
        raise ValueError("name either a folder or ZIP of pictures, or a data set by --data")
    if given.classifier not in classifier_names():
        raise ValueError(f"there is no model {given.classifier!r}; `counterproof methods` lists them")
    attack, explainers = _methods(given)
    arguments: dict[str, Any] = {
        "classifier": given.classifier, "attack": attack, "explainers": explainers, "count": given.count,
        "draw_seed": given.draw_seed, "seed": given.seed, "controls": given.controls, "explained": given.explained,
        "title": given.title,
    }  # fmt: skip
    if given.data:
        data = data_for_worker(given.data)
        return BatchRequest.read(arguments | {"data": data} | known_data(data))
    BatchRequest.read(arguments | {"collection": f"set/{'0' * 16}"})  # what is wrong is said before anything is read
    if is_collection(given.pictures):
        name, found = given.pictures, kept(given.pictures)
    else:
        found = _gathered(Path(given.pictures).expanduser())
        name = keep(found)
        say(f"Pictures gathered: {found.pictures:,} of {len(found.items):,} files, kept as {name}")
    return BatchRequest.read(arguments | {"collection": name, "count": found.pictures})


def _methods(given: argparse.Namespace) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The attack and the explainers in their JSON form, with what `--set` says of them."""
    values = method_settings(given.settings)
    attack = to_spec(from_spec({"method": given.attack} | values.pop(given.attack, {}), ATTACKS))
    keys = list(dict.fromkeys(key.strip() for key in given.explainers.split(",") if key.strip()))
    explainers = [to_spec(from_spec({"method": key} | values.pop(key, {}), EXPLAINERS)) for key in keys]
    if values:
        raise ValueError(f"--set names {', '.join(values)}, which is not part of this batch")
    return attack, explainers


def _gathered(path: Path) -> Collection:
    with tqdm(unit="file", desc="Reading pictures", leave=False) as bar:

        def told(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return gather_path(path, told)
