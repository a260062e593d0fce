"""`counterproof ara`: minimal distances and accuracy-robustness areas as a run, told beside what was published."""

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from core.base.atomic_files import write_whole
from core.base.units import in_255ths
from core.catalog import CLASSIFIERS
from core.cli.attack_settings import data_for_worker
from core.cli.follow import Say, follow_run
from core.cli.out_folder import expect_new
from core.cli.places import expect_device, submitted
from core.data.by_name import known_data
from core.minimal_distance.published import PublishedTable, woods_2019
from core.runs.tasks.ara import AraRequest

AREAS = {"attack": "Attack", "btr": "Better than random"}
NAMES = {"attack": "RMS", "l2": "L2", "linf": "L-infinity"}


def ara(given: argparse.Namespace, say: Say) -> int:
    """Submit the measurement, follow it, and tell what came out; returns the exit code."""
    expect_new(given.out)
    arguments = request_of(given)
    expect_device(given)
    run = submitted("ara", arguments, given)
    say(f"Run {run.id}")
    if code := follow_run(run, say):
        return code
    result = run.read_result()
    table = woods_2019()
    say(report(result, table))
    if given.out:
        whole = {"measured": result, "published": asdict(table)}
        write_whole(given.out, (json.dumps(whole, indent=1, ensure_ascii=False) + "\n").encode())
        say(f"Written to {given.out}")
    return 0


def request_of(given: argparse.Namespace) -> dict[str, Any]:
    """The arguments of the task, looked at before there is a run."""
    if given.model.partition(":")[0] not in CLASSIFIERS:
        raise ValueError(f"there is no classifier named {given.model!r}; `counterproof methods` lists them")
    data = data_for_worker(given.data)
    norms = [norm.strip() for norm in given.norms.split(",") if norm.strip()]
    asked = AraRequest(
        given.model, data, given.split, given.count, given.seed, given.batch, given.steps, norms, **known_data(data)
    )
    return asdict(asked)


def report(result: Mapping[str, Any], table: PublishedTable) -> str:
    """Accuracy, areas and medians in lines, then the published rows if they are of the same data."""
    low, high = result["interval_95"]
    lines = [
        f"Right as they are: {result['accuracy']:.1%} of {result['count']:,} images "
        f"(95 % interval {low:.1%} to {high:.1%})"
    ]
    for name, title in AREAS.items():
        if found := result.get(name):
            low, high = found["interval_95"]
            lines.append(f"{title + ' ARA':<24} {found['ara']:.4f} (95 % interval {low:.4f} to {high:.4f})")
    medians = [f"{title} {_size(key, result[key]['median'])}" for key, title in NAMES.items() if key in result]
    lines.append(f"Median smallest change   {', '.join(medians)}")
    for key, title in NAMES.items():
        if unfound := result.get(key, {}).get("unfound"):
            lines.append(f"On {unfound:,} images no wrong answer was found ({title})")
    if result["asked"]["data"] != table.data or not set(AREAS) & set(result):
        return "\n".join(lines)
    lines += ["", f"Published: {table.title} ({table.count:,} images; {table.source})"]
    lines.append(f"  {'network':<24} {'right':>7} {'attack':>8} {'btr':>8}  trained")
    for row in table.rows:
        numbers = f"{row.accuracy:>7.4f} {row.attack_ara:>8.4f} {row.btr_ara:>8.4f}"
        lines.append(f"  {row.file:<24} {numbers}  {row.trained}")
    ours = [f"{result[name]['ara']:>8.4f}" if name in result else f"{'':>8}" for name in AREAS]
    lines.append(f"  {'this model, measured':<24} {result['accuracy']:>7.4f} {' '.join(ours)}")
    lines += [f"  Beware: {each}." for each in table.doubtful]
    return "\n".join(lines)


def _size(key: str, median: float | None) -> str:
    """A median in words.

    >>> _size("linf", 8 / 255), _size("l2", 0.12345), _size("l2", None)
    ('8/255', '0.1235', 'beyond what was found')
    """
    if median is None:
        return "beyond what was found"
    return in_255ths(median, ".3g") if key == "linf" else f"{median:.4g}"
