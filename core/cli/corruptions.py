"""`counterproof corruptions`: models on common corruptions of a data set, in a run of its own, and the tables."""

import argparse
import json

from core.base.atomic_files import write_whole
from core.base.paths import expanded
from core.catalog import classifier_names
from core.cli.attack_settings import data_for_worker
from core.cli.follow import Say, follow_run
from core.cli.out_folder import expect_new
from core.cli.places import expect_device, submitted
from core.data.by_name import known_data
from core.data.published_corruptions import ADDRESSES, published_corruptions
from core.data.published_corruptions_fetch import fetch_corruptions
from core.evaluation.corruption_words import table
from core.runs.rows import finite
from core.runs.tasks.corruptions import CorruptionsRequest


def corruptions(given: argparse.Namespace, say: Say) -> int:
    """Submit the measurement, follow it and print what it found; returns the exit code, that of a followed run."""
    if given.fetch:
        say(f"Fetching {given.official}, unless it is here")
        fetch_corruptions(given.official)
    expect_device(given)
    expect_new(given.out)
    run = submitted("corruptions", arguments(given), given)
    say(f"Run {run.id}")
    code = follow_run(run, say)
    result = run.result()
    if code or not result:
        return code
    for model in result["models"]:
        say(f"\n{table(model)}")
    if given.out:
        write_whole(given.out, (json.dumps(finite(result), indent=2) + "\n").encode())
        say(f"\nWritten to {given.out}")
    return 0


def arguments(given: argparse.Namespace) -> dict[str, object]:
    """The arguments of the run, as far as they can be known to be right; ValueError in one sentence."""
    known = classifier_names()
    for name in given.models:
        if name not in known:
            raise ValueError(f"there is no classifier named {name!r}; `counterproof methods` lists them")
    data = data_for_worker(given.data)
    said = {"classifiers": given.models, "data": data, "count": given.count, "batch": given.batch, "seed": given.seed}
    if given.official:
        published_corruptions(given.official)  # or a sentence, before there is a run
        said["official"] = given.official if given.official in ADDRESSES else str(expanded(given.official))
    CorruptionsRequest(**said)
    return said | known_data(data)
