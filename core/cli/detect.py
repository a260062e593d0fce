"""`counterproof detect`: a detection study, submitted as a run, followed, and told."""

import argparse
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from core.base.params import Method
from core.catalog import DETECTORS, EXPLAINERS
from core.cli.attack_settings import FORM, data_for_worker, named_attacks, set_attacks, strengths
from core.cli.follow import Say
from core.cli.measured import measured
from core.cli.settings import read_value, split_setting
from core.data.by_name import known_data
from core.detection.presets import PRESETS
from core.detection.reporting.exports import files
from core.detection.reporting.words import found_words
from core.detection.request import DetectionRequest

PLAIN = ("classifier", "data", "learn_from", "learning", "calibration", "testing", "knowing", "batch", "seed",
         "critical", "false_alarm", "noise_learnt", "title")  # fmt: skip


def detect(given: argparse.Namespace, say: Say) -> int:
    """Submit a study and follow it, or leave it to itself; returns the exit code."""
    asked = request_of(given)
    return measured(
        "detect", asked.arguments(), (asked.classifier,), given, say, told=found_words,
        files=lambda result, run: files(result, asked, run.folder),
    )  # fmt: skip


def request_of(given: argparse.Namespace) -> DetectionRequest:
    """What the arguments ask for: a preset, and what is said otherwise; ValueError in one sentence."""
    if given.preset not in PRESETS:
        raise ValueError(f"there is no preset {given.preset!r}; there are {', '.join(PRESETS)}")
    asked = dict(PRESETS[given.preset].arguments)
    said = {name: getattr(given, name) for name in PLAIN}
    asked |= {name: value for name, value in said.items() if value is not None}
    asked["data"] = data_for_worker(asked["data"])
    if given.strengths:
        asked["strengths"] = strengths(given.strengths)
        asked["strength"] = asked["strengths"][-1]
    if given.strength:
        (asked["strength"],) = strengths(given.strength)[:1]
    asked["attacks"] = [dict(each) for each in asked["attacks"]]
    if given.attacks is not None:
        asked["attacks"] = named_attacks(given.attacks, asked["attacks"])
    if given.explainer:
        asked["explainer"] = {"method": given.explainer}
    if given.detectors:
        asked["detectors"] = [{"method": key.strip()} for key in given.detectors.split(",") if key.strip()]
    left = _put(given.settings, [asked["explainer"]] if given.explainer else [], EXPLAINERS)
    left = _put(left, asked.get("detectors") or [], DETECTORS)
    set_attacks(left, asked["attacks"])
    return DetectionRequest.read(asked | known_data(asked["data"]))


def _put(settings: list[str], specs: list[dict[str, Any]], catalogue: Mapping[str, type[Method]]) -> list[str]:
    """Put those settings in place that are of one of these specs; returns the others."""
    left = []
    for each in settings:
        part, parameter, text = split_setting(each, FORM)
        mine = [spec for spec in specs if spec["method"] == part and part in catalogue]
        for spec in mine:
            default = next((entry.default for entry in fields(catalogue[part]) if entry.name == parameter), None)
            spec[parameter] = read_value(text, isinstance(default, float))
        left += [] if mine else [each]
    return left
