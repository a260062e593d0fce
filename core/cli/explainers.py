"""`counterproof explainers`: a league of explainers, run and followed, and its table."""

import argparse
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from core.attacks.pgd import PGD
from core.base import run_folder
from core.base.atomic_files import write_whole
from core.base.params import Method, to_spec
from core.cli.attack_settings import data_for_worker
from core.cli.follow import Say, follow_run
from core.cli.out_folder import expect_new
from core.cli.places import expect_device, submitted
from core.cli.settings import read_value, split_setting
from core.data.by_name import known_data
from core.evaluation.strength_sweep import at
from core.explainer_league.exports import as_json
from core.explainer_league.floors import FLOORS
from core.explainer_league.league import ENTRANTS, MEASURES
from core.explainer_league.request import LeagueRequest
from core.explainer_league.words import floors_beaten, found_words, order, title, verdicts
from core.runs.files import read_rows
from core.runs.store import Store

FORM = "METHOD.NAME=VALUE, such as lime.samples=200 or road.steps=20"
HEAD = ("", "mean", "95 % interval", "images", "than random map", "than edge detector", "than the next below")


def explainers(given: argparse.Namespace, say: Say) -> int:
    """Submit a league, follow it and print its table; with the name of a run, only its table. Returns the exit code."""
    if given.of_run:
        run = Store.usual().run(given.of_run)
        if run.spec.get("task") != "explainers" or not run.result():
            raise ValueError(f"{given.of_run} is no league of explainers that has completed")
        code = 0
        say(found_words(run.result() or {}))
    else:
        asked = request_of(given)
        LeagueRequest(**asked)
        expect_device(given)
        expect_new(given.out)
        run = submitted("explainers", asked, given)
        say(f"Run {run.id}")
        code = follow_run(run, say)
    result = run.result()
    if code == 0 and result:
        say("\n" + table(result))
        if given.out:
            write_whole(given.out, as_json(result, read_rows(run.folder / run_folder.METRICS), run.id))
            say(f"Written to {given.out}")
    return code


def request_of(given: argparse.Namespace) -> dict[str, Any]:
    """The arguments of the task; ValueError in one sentence."""
    if not given.model or not given.data:
        raise ValueError("a model and --data are needed; see `counterproof methods` and `counterproof data`")
    values: dict[str, dict[str, Any]] = {}
    for each in given.settings:
        method, parameter, text = split_setting(each, FORM)
        kind = ENTRANTS.get(method) or MEASURES.get(method)
        default = next((entry.default for entry in fields(kind) if entry.name == parameter), None) if kind else None
        values.setdefault(method, {})[parameter] = read_value(text, isinstance(default, float))
    data = data_for_worker(given.data)
    asked: dict[str, Any] = {"classifier": given.model, "data": data, "count": given.count, "seed": given.seed}
    asked |= known_data(data)
    asked |= _chosen("explainers", given.explainers, ENTRANTS, values)
    asked |= _chosen("metrics", given.metrics, MEASURES, values)
    if values:
        raise ValueError(f"--set names {', '.join(values)}, which is not among the methods named with it")
    if given.stability:
        asked["attack"] = to_spec(at(PGD(), PGD(eps=read_value(given.stability, real=True)).eps))
    if given.group:
        asked["group"] = [name.strip() for name in given.group.split(",") if name.strip()]
    return asked


def _chosen(
    what: str, named: str | None, catalogue: Mapping[str, type[Method]], values: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """{what: the JSON forms of the methods named}, with what was set of them, taken out of `values`; {} for all."""
    if named is None:
        return {}
    keys = list(dict.fromkeys(key.strip() for key in named.split(",") if key.strip()))
    return {what: [{"method": key} | values.pop(key, {}) for key in keys]}


def table(result: Mapping[str, Any]) -> str:
    """A block for each metric, the best explainer first, and how often each beats both floors."""
    blocks = [_block(column) for column in result["columns"]]
    beaten = sorted(floors_beaten(result).items(), key=lambda each: -each[1][0])
    lines = [f"{title(key):<28} {wins} of {of}" for key, (wins, of) in beaten]
    blocks.append("\n".join(["Metrics by which it is better than both floors", *lines]))
    if pgca := result.get("pgca"):
        weights = ", ".join(f"{name.removeprefix('pgca_')} {value:.2f}" for name, value in pgca["weights"].items())
        order = sorted(pgca["scores"].items(), key=lambda each: -each[1])
        scores = [f"{title(key):<28} {value:.3f}" for key, value in order]
        blocks.append("\n".join([f"PGCA's criteria, weighted by entropy ({weights})", *scores]))
    return "\n\n".join(blocks)


def _block(column: Mapping[str, Any]) -> str:
    unit = f", {column['unit']}" if column["unit"] else ""
    null = f"; by chance {column['null']:.3f}" if "null" in column else ""
    said, ranked = verdicts(column), order(column)
    ranked += [key for key in column["explainers"] if key not in ranked]
    cells: list[tuple[str, ...]] = [HEAD]
    for place, key in enumerate(ranked):
        told, below = column["explainers"][key], ranked[place + 1] if place + 1 < len(ranked) else ""
        spread = told["interval_95"]
        cells.append((
            title(key), "-" if told["mean"] is None else f"{told['mean']:.4g}",
            f"{spread[0]:.4g} to {spread[1]:.4g}" if spread else "-", f"{told['count']:,}",
            *(said.get((key, other), "") for other in (*FLOORS, below)),
        ))  # fmt: skip
    widths = [max(len(row[place]) for row in cells) for place in range(len(HEAD))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join([f"{column['title']} ({column['better']} is better{unit}{null})", *lines])
