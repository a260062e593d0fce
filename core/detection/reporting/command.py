"""A detection study as the shell command that carries it out."""

import shlex

from core.base.params import to_spec
from core.base.units import exact_strength
from core.catalog import DETECTORS
from core.detection.presets import PRESETS
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
    if asked.detectors is not None and [each["method"] for each in asked.detectors] != list(DETECTORS):
        parts.append(f"--detectors {','.join(each['method'] for each in asked.detectors)}")
    for attack in asked.chosen_attacks():
        usual = base.get(attack.key) or to_spec(type(attack)())
        settings += [f"--set {attack.key}.{name}={value}" for name, value in to_spec(attack).items()
                     if value != usual.get(name) and name not in ("eps", "method")]  # fmt: skip
    parts += settings
    parts.append(f"--learning {asked.learning} --calibration {asked.calibration} --testing {asked.testing} "
                 f"--knowing {asked.knowing} --learn-from {asked.learn_from}")  # fmt: skip
    parts.append(f"--critical {asked.critical:g} --false-alarm {asked.false_alarm:g} --batch {asked.batch} "
                 f"--seed {asked.seed}")  # fmt: skip
    parts += ["--noise-learnt"] if asked.noise_learnt else []
    parts += [f"--device {device}"] if device != "cpu" else []
    return " \\\n  ".join(parts)
