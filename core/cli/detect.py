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
from core.detection.detector_specs import by_slot, kind_of
from core.detection.presets import PRESETS, usual_detectors
from core.detection.reporting.exports import files
from core.detection.reporting.words import found_words
from core.detection.request import DetectionRequest

PLAIN = ("classifier", "data", "learn_from", "learning", "calibration", "testing", "knowing", "batch", "seed",
         "critical", "critical_deviations", "false_alarm", "noise_learnt", "title")  # fmt: skip


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
    left = _put(given.settings, {given.explainer: asked["explainer"]} if given.explainer else {}, EXPLAINERS)
    detectors = _detectors(given.detectors, asked.get("detectors"))
    set_attacks(_put(left, detectors, DETECTORS), asked["attacks"])
    asked["detectors"] = list(detectors.values())
    return DetectionRequest.read(asked | known_data(asked["data"]))


def _detectors(text: str | None, preset: list[dict[str, Any]] | None) -> dict[str, dict[str, Any]]:
    """What `--set` calls each detector -> its JSON form: those of "KEY,KEY-WORD", of the preset, or all."""
    usual = usual_detectors()
    if text:
        names = [each.strip() for each in text.split(",") if each.strip()]
        return {each: dict(usual.get(each) or {"method": kind_of(each)}) for each in names}
    if preset is None:
        return {key: usual[key] for key in DETECTORS}
    return by_slot(preset)


def _put(settings: list[str], specs: dict[str, dict[str, Any]], catalogue: Mapping[str, type[Method]]) -> list[str]:
    """Put those settings in place that are of one of these specs, by what they are called; returns the others."""
    left = []
    for each in settings:
        part, parameter, text = split_setting(each, FORM)
        spec = specs.get(part)
        kind = None if spec is None else catalogue.get(spec["method"])
        if spec is None or kind is None:
            left.append(each)
            continue
        default = next((entry.default for entry in fields(kind) if entry.name == parameter), None)
        spec[parameter] = read_value(text, isinstance(default, float))
    return left
