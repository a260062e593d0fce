"""`counterproof masking`: the checklist of gradient masking as a run, told as a list."""

import argparse
import json
from dataclasses import asdict
from typing import Any

from core.base.atomic_files import write_whole
from core.catalog import CLASSIFIERS
from core.cli.attack_settings import data_for_worker
from core.cli.follow import Say, follow_run
from core.cli.out_folder import expect_new
from core.cli.places import expect_device, submitted
from core.cli.settings import read_value
from core.data.by_name import known_data
from core.gradient_masking.words import listing
from core.runs.rows import finite
from core.runs.tasks.masking import MaskingRequest


def masking(given: argparse.Namespace, say: Say) -> int:
    """Submit the examination, follow it, and tell what came out; returns the exit code, that of a followed run."""
    expect_new(given.out)
    arguments = request_of(given)
    expect_device(given)
    run = submitted("masking", arguments, given)
    say(f"Run {run.id}")
    if code := follow_run(run, say):
        return code
    result = run.read_result()
    say(listing(result))
    if given.out:
        write_whole(given.out, (json.dumps(finite(result), indent=1, ensure_ascii=False) + "\n").encode())
        say(f"Written to {given.out}")
    return 0


def request_of(given: argparse.Namespace) -> dict[str, Any]:
    """The arguments of the task, looked at before there is a run."""
    for name in filter(None, (given.model, given.surrogate)):
        if name.partition(":")[0] not in CLASSIFIERS:
            raise ValueError(f"there is no classifier named {name!r}; `counterproof methods` lists them")
    data = data_for_worker(given.data)
    eps = None if given.eps is None else read_value(given.eps, real=True)
    asked = MaskingRequest(
        given.model, data, eps, given.surrogate, given.split, given.count, given.batch, given.queries, given.seed,
        **known_data(data),
    )  # fmt: skip
    return asdict(asked)
