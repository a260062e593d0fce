"""What pyproject.toml asks for is pinned in the requirements, in the range asked for.

`pip check` does not look at extras: a package named in one of them alone would be missing from a fresh environment.
"""

import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from core.base.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def pinned(*files: str) -> dict[str, str]:
    """The version of each package that the requirements `files` pin, by the package's canonical name."""
    lines = [line for file in files for line in (ROOT / file).read_text().splitlines() if "==" in line]
    found = [Requirement(line) for line in lines if not line.startswith("#")]
    return {canonicalize_name(each.name): next(iter(each.specifier)).version for each in found}


def asked(extra: str) -> list[Requirement]:
    """What an extra asks for, with the extras of this project that it names in place of their names."""
    found = [Requirement(line) for line in PROJECT["optional-dependencies"][extra]]
    own = [name for each in found if each.name == PROJECT["name"] for name in sorted(each.extras)]
    return [each for each in found if each.name != PROJECT["name"]] + [each for name in own for each in asked(name)]


NEEDED = [(Requirement(line), ("requirements.txt",)) for line in PROJECT["dependencies"]]
TOOLS = [(each, ("requirements.txt", "requirements-dev.txt")) for each in asked("dev")]


@pytest.mark.parametrize(("needed", "files"), NEEDED + TOOLS, ids=lambda each: getattr(each, "name", ""))
def test_it_is_pinned_in_its_range(needed: Requirement, files: tuple[str, ...]) -> None:
    versions = pinned(*files)
    name = canonicalize_name(needed.name)
    assert name in versions, f"{needed.name} is asked for in pyproject.toml and pinned in none of {', '.join(files)}"
    assert needed.specifier.contains(versions[name])
