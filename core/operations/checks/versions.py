"""Python and the libraries, beside what the project asks for; and the extras that need not be there."""

import platform
import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib import metadata
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from core.base.paths import ROOT
from core.operations.finding import Finding

OWN = "counterproof"
NOT_EXTRA = ("dev",)  # what is there for work on the project itself
GIVES = {
    "dicom": "DICOM pictures", "timm": "architectures of timm", "onnx": "models in ONNX",
    "bench": "the comparison of speed with other libraries",
}  # fmt: skip


def project() -> Mapping[str, Any]:
    """The project's own description: of the checkout, or, where it was installed without one, of the installation."""
    path = ROOT / "pyproject.toml"
    if path.is_file():
        told: Mapping[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        return told
    asked = [Requirement(text) for text in metadata.requires(OWN) or ()]
    extras = metadata.metadata(OWN).get_all("Provides-Extra") or []
    return {
        "requires-python": metadata.metadata(OWN)["Requires-Python"] or "",
        "dependencies": [str(each) for each in asked if each.marker is None],
        "optional-dependencies": {
            extra: [f"{each.name}{each.specifier}" for each in asked
                    if each.marker is not None and each.marker.evaluate({"extra": extra})]
            for extra in extras
        },
    }  # fmt: skip


def wrong(requirements: Iterable[str]) -> list[str]:
    """Which of these requirements are not met, in words; those of the project itself are passed over."""
    found = []
    for each in map(Requirement, requirements):
        if each.name == OWN or (each.marker is not None and not each.marker.evaluate()):
            continue
        try:
            here = metadata.version(each.name)
        except metadata.PackageNotFoundError:
            found.append(f"{each.name} is missing")
            continue
        if not each.specifier.contains(here, prereleases=True):
            found.append(f"{each.name} is {here}, wanted is {each.specifier}")
    return found


def python() -> Finding:
    """The version of Python."""
    wanted, here = str(project().get("requires-python") or ""), platform.python_version()
    if not SpecifierSet(wanted).contains(here, prereleases=True):
        return Finding("Python", f"{here}, wanted is {wanted}", "problem", "Install a newer Python, and make app anew.")
    return Finding("Python", f"{here} ({sys.executable})")


def libraries() -> Finding:
    """The libraries that everything needs."""
    wanted = list(project().get("dependencies") or ())
    if found := wrong(wanted):
        again = f"{sys.executable} -m pip install --requirement {ROOT / 'requirements.txt'}"
        return Finding("libraries", "; ".join(found), "problem", f"Install them: {again}")
    return Finding("libraries", f"all {len(wanted)} are here, PyTorch {metadata.version('torch')}")


def extras() -> list[Finding]:
    """Each group of libraries that need not be there."""
    findings = []
    for name, wanted in (project().get("optional-dependencies") or {}).items():
        if name in NOT_EXTRA:
            continue
        what, gives = f"extra {name}", GIVES.get(name, "more")
        if found := wrong(wanted):
            advice = f"For {gives}: {sys.executable} -m pip install --editable '{ROOT}[{name}]'"
            findings.append(Finding(what, "; ".join(found), "note", advice))
        else:
            findings.append(Finding(what, f"here: {gives}"))
    return findings
