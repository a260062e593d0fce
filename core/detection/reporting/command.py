"""A detection study as the shell command that carries it out."""

import shlex
from collections.abc import Mapping
from typing import Any

from core.base.params import to_spec
from core.base.units import exact_strength
from core.detection.detector_specs import slots
from core.detection.presets import PRESETS, usual_detectors
from core.detection.request import DetectionRequest


def command(asked: DetectionRequest, device: str = "cpu") -> str:
    """The shell command; attacks begin with the settings of the first preset, and only what differs is set.

    >>> from core.detection.presets import PRESETS
    >>> print(command(DetectionRequest.read(PRESETS["mnist_study"].arguments | {"explainer": {"method": "pgca"}})))
    counterproof detect mnist_cnn:standard \\
      --data mnist \\
      --attacks bim,fgsm,deepfool_linf,pgd \\
      --strengths 0.03,0.04,12.75/255,25.5/255,51/255,63.75/255 --strength 51/255 \\
      --explainer pgca \\
      --learning 1000 --calibration 500 --testing 1000 --knowing 100 --learn-from train \\
      --critical 0.1 --false-alarm 0.05 --batch 100 --seed 0
    """
    first = next(iter(PRESETS.values())).arguments
    base = {each["method"]: each for each in first["attacks"]}
    parts = [f"counterproof detect {shlex.quote(asked.classifier)}", f"--data {shlex.quote(asked.data)}"]
    parts.append(f"--attacks {','.join(each.key for each in asked.chosen_attacks())}")
    strengths = ",".join(map(exact_strength, asked.strengths))
    parts.append(f"--strengths {strengths} --strength {exact_strength(asked.strength)}")
    settings = []
    if asked.explainer is not None:
        parts.append(f"--explainer {asked.explainer['method']}")
        settings += [f"--set {asked.explainer['method']}.{name}={value}" for name, value in asked.explainer.items()
                     if name != "method"]  # fmt: skip
    detectors = asked.chosen_detectors()
    if list(map(to_spec, detectors)) != first["detectors"]:
        known = usual_detectors()
        parts.append(f"--detectors {','.join(slots(detectors))}")
        for slot, each in zip(slots(detectors), detectors, strict=True):
            settings += _different(slot, to_spec(each), known.get(slot) or to_spec(type(each)()))
    for attack in asked.chosen_attacks():
        spec, usual = to_spec(attack), base.get(attack.key) or to_spec(type(attack)())
        settings += _different(attack.key, spec, {**usual, "eps": spec.get("eps")})  # strengths are told above
    parts += settings
    parts.append(f"--learning {asked.learning} --calibration {asked.calibration} --testing {asked.testing} "
                 f"--knowing {asked.knowing} --learn-from {asked.learn_from}")  # fmt: skip
    far = asked.critical_deviations
    critical = f"--critical {asked.critical:g}" if far is None else f"--critical-deviations {far}"
    parts.append(f"{critical} --false-alarm {asked.false_alarm:g} --batch {asked.batch} --seed {asked.seed}")
    parts += ["--noise-learnt"] if asked.noise_learnt else []
    parts += [f"--device {device}"] if device != "cpu" else []
    return " \\\n  ".join(parts)


def _different(part: str, spec: Mapping[str, Any], usual: Mapping[str, Any]) -> list[str]:
    """What is to be set of an attack or a detector, beside what the command begins with."""
    return [f"--set {part}.{name}={value}" for name, value in spec.items() if value != usual.get(name)]
