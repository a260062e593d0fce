"""`counterproof attack` and `counterproof explain`: a case from arguments, a study with a progress bar, a report."""

import argparse
import ast
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from tqdm import tqdm

from core.base.params import from_spec
from core.base.units import in_255ths
from core.catalog import ATTACKS, EXPLAINERS, MAP_DISTANCES, load_classifier
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.contracts.explainer import Explainer
from core.images.picture import fit
from core.images.samples import stored_picture
from core.images.uploads import keep_upload
from core.study.case import Case
from core.study.measures import Comparison, spread
from core.study.study import Study, begin, investigate
from core.study.words import finding, verdict


def study_of(given: argparse.Namespace) -> Study:
    """The study the arguments of `attack` or `explain` ask for, computed with a progress bar."""
    path = Path(given.image)
    if not path.is_file() and "." in path.name:
        raise ValueError(f"there is no file {given.image}")
    image = keep_upload(path.read_bytes(), path.name) if path.is_file() else given.image
    found = stored_picture(image)
    with tqdm(total=1.0, desc=given.model, leave=False, bar_format="{desc} {percentage:3.0f}%") as bar:

        def progress(share: float, text: str) -> None:
            bar.set_description(text, refresh=False)
            bar.update(share - bar.n)

        classifier = load_classifier(given.model, progress)
    values = _settings(given.settings)
    attack = from_spec({"method": given.attack} | values.pop(given.attack, {}), ATTACKS)
    keys = [key for key in given.maps.split(",") if key]
    explainers = [from_spec({"method": key} | values.pop(key, {}), EXPLAINERS) for key in keys]
    if values:
        raise ValueError(f"--set names {', '.join(values)}, which is not part of this case")
    assert isinstance(attack, Attack)
    case = Case(
        image, given.model, attack, tuple(each for each in explainers if isinstance(each, Explainer)),
        _target(given.target, classifier), given.seed, getattr(given, "explained", "answer"),
        getattr(given, "controls", 1),
    )  # fmt: skip
    return run(begin(case, classifier, fit(found, classifier), found.sha256), classifier)


def run(study: Study, classifier: Classifier) -> Study:
    """Investigate to the end, one step of the bar for each part."""
    with tqdm(total=2 + 2 * len(study.case.explainers), unit="part") as bar:
        for event in investigate(study, classifier):
            bar.set_description(f"{event.stage} {event.part}".strip())
            bar.update(int(event.finished))
    return study


def _settings(given: list[str]) -> dict[str, dict[str, Any]]:
    """["pgd.eps=8/255"] -> {"pgd": {"eps": 8 / 255}}; ValueError shows the form expected."""
    values: dict[str, dict[str, Any]] = {}
    for each in given:
        name, equals, text = each.partition("=")
        method, dot, parameter = name.partition(".")
        if not (equals and dot and parameter):
            raise ValueError(f"expected METHOD.NAME=VALUE, such as pgd.eps=8/255, got {each!r}")
        kind = ATTACKS.get(method) or EXPLAINERS.get(method)
        default = next((entry.default for entry in fields(kind) if entry.name == parameter), None) if kind else None
        values.setdefault(method, {})[parameter] = read_value(text, isinstance(default, float))
    return values


def read_value(text: str, real: bool) -> Any:
    """A number, a fraction such as 8/255, True or False; anything else as it is. `real`: a whole number is a float."""
    above, slash, below = text.partition("/")
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        if slash:
            return float(above) / float(below)
        value = ast.literal_eval(text)
        return float(value) if real and isinstance(value, int) else value
    except (ValueError, SyntaxError, ArithmeticError, MemoryError, RecursionError):
        return text


def _target(text: str | None, classifier: Classifier) -> int | None:
    if text is None:
        return None
    if text in classifier.labels:
        return classifier.labels.index(text)
    if text.isdecimal() and int(text) < len(classifier.labels):
        return int(text)
    raise ValueError(f"{text!r} is not one of the model's {len(classifier.labels)} classes")


def report(study: Study) -> str:
    """The verdict and, for each explainer, its measures beside their controls."""
    assert study.attacked is not None
    lines = [" ".join(verdict(study.attacked, study.case.attack, study.labels)).strip()]
    sizes = study.attacked.sizes
    lines.append(
        f"Measured: L-infinity {in_255ths(sizes['linf'])}, L2 {sizes['l2']:.4g}, {sizes['l0']:.0f} pixels; "
        f"the model was asked {study.attacked.queries} times in {study.attacked.seconds:.2f} s"
    )
    lines += [f"{key}: {reason}" for key, reason in (study.refused | study.failed).items()]
    for key, mine in study.measured.items():
        lines += ["", f"{EXPLAINERS[key].title}: {finding(mine) or 'no controls yet'}"]
        for name, shift in MAP_DISTANCES.items():
            cells = [(comparison, spread(mine, name, comparison)) for comparison in get_args(Comparison)]
            shown = [f"{what} {value[0]:.3f}" for what, value in cells if value is not None]
            lines.append(f"  {shift.title:<32} {'   '.join(shown)}")
    return "\n".join(lines)
