"""`counterproof attack` and `counterproof explain`: a case from arguments, a study with a progress bar, a report."""

import argparse
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from tqdm import tqdm

from core.base.errors import with_advice
from core.base.params import from_spec
from core.base.plain_line import plain_line
from core.base.units import in_255ths
from core.catalog import ATTACKS, EXPLAINERS, MAP_DISTANCES, load_classifier
from core.cli.settings import read_value, split_setting
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.contracts.explainer import Explainer
from core.images.picture import Picture, fit, read_picture
from core.images.samples import stored_picture
from core.images.uploads import keep_upload, upload_id, without_view
from core.images.view import FIRST, View
from core.study.case import Case
from core.study.investigation import investigate
from core.study.measures import Comparison, spread
from core.study.study import Study, begin
from core.study.words import finding, no_map, verdict


def study_of(given: argparse.Namespace) -> Study:
    """The study the arguments of `attack` or `explain` ask for, computed with a progress bar."""
    path = Path(given.image)
    if path.is_dir():
        raise ValueError(f"{given.image} is a folder; name a picture in it")
    if not path.is_file() and "." in path.name:
        raise ValueError(f"there is no file {given.image}")
    values = method_settings(given.settings)
    attack = from_spec({"method": given.attack} | values.pop(given.attack, {}), ATTACKS)
    keys = list(dict.fromkeys(key.strip() for key in given.maps.split(",") if key.strip()))
    explainers = [from_spec({"method": key} | values.pop(key, {}), EXPLAINERS) for key in keys]
    if values:
        raise ValueError(f"--set names {', '.join(values)}, which is not part of this case")
    view = _view(given)
    if path.is_file():
        image, found = _picture(path, view)
    else:
        image = without_view(given.image) + str(view) if view != FIRST else given.image
        found = stored_picture(image)
    with tqdm(total=1.0, desc=given.model, leave=False, bar_format="{desc} {percentage:3.0f}%") as bar:

        def progress(share: float, text: str) -> None:
            bar.set_description(text, refresh=False)
            bar.update(share - bar.n)

        classifier = load_classifier(given.model, progress)
    assert isinstance(attack, Attack)
    case = Case(
        image, given.model, attack, tuple(each for each in explainers if isinstance(each, Explainer)),
        _target(given.target, classifier), given.seed, getattr(given, "explained", "answer"),
        getattr(given, "controls", 1),
    )  # fmt: skip
    return run(begin(case, classifier, fit(found, classifier), found.sha256), classifier)


def _view(given: argparse.Namespace) -> View:
    """The frame and the window that the arguments name; ValueError if they cannot be."""
    window = given.window and (given.window[0], given.window[1])
    return View(given.frame, window or None)


def _picture(path: Path, view: View) -> tuple[str, Picture]:
    """The picture in a file, and its name as an upload. It is kept for the pages if it can be; a case needs it not."""
    found = read_picture(raw := path.read_bytes(), path.name, view)
    try:
        return keep_upload(raw, path.name, view), found
    except OSError as error:
        sys.stderr.write(f"counterproof: the pages cannot show this picture: {with_advice(error)}\n")
        return upload_id(found), found


def run(study: Study, classifier: Classifier) -> Study:
    """Investigate to the end, one step of the bar for each part."""
    with tqdm(total=2 + 2 * len(study.case.explainers), unit="part") as bar:
        for event in investigate(study, classifier):
            bar.set_description(f"{event.stage} {event.part}".strip())
            bar.update(int(event.finished))
    return study


def method_settings(given: list[str]) -> dict[str, dict[str, Any]]:
    """["pgd.eps=8/255"] -> {"pgd": {"eps": 8 / 255}}; ValueError shows the form expected."""
    values: dict[str, dict[str, Any]] = {}
    for each in given:
        method, parameter, text = split_setting(each, "METHOD.NAME=VALUE, such as pgd.eps=8/255")
        kind = ATTACKS.get(method) or EXPLAINERS.get(method)
        default = next((entry.default for entry in fields(kind) if entry.name == parameter), None) if kind else None
        values.setdefault(method, {})[parameter] = read_value(text, isinstance(default, float))
    return values


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
    lines += [f"{key}: {plain_line(reason)}" for key, reason in (study.refused | study.failed).items()]
    for key, mine in study.measured.items():
        lines += ["", f"{EXPLAINERS[key].title}: {no_map(study.maps[key]) or finding(mine) or 'no controls yet'}"]
        for name, shift in MAP_DISTANCES.items() if mine else ():
            cells = [(comparison, spread(mine, name, comparison)) for comparison in get_args(Comparison)]
            shown = [f"{what} {value[0]:.3f}" for what, value in cells if value is not None]
            lines.append(f"  {shift.title:<32} {'   '.join(shown)}")
    return "\n".join(lines)
