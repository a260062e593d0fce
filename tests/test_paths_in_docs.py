"""What README, CONTRIBUTING, the changelog's next release and the documents name is there: files, modules, commands."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.base.paths import ROOT

DOCUMENTS = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "assets").rglob("*.md")),
)
TO_COME = {"core/explainers/score_cam.py"}  # said of a file that somebody may add
TREES = ("core", "app", "pages", "tests", "docs", "assets")
FILE = re.compile(rf"(?<![\w./-])(?:{'|'.join(TREES)})/[\w*./-]*")
MODULE = re.compile(r"\bpython3? -m ((?:core|app|tests)[\w.]*)")
TARGET = re.compile(r"(?:^|`)make ([a-z][a-z-]*)", re.MULTILINE)
NAME = re.compile(rf"`((?:{'|'.join(TREES)})/[\w/]+\.py)`[ \n]+`(?:\w+\.)*(\w+)`")  # a file, what is in it
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)[^)]*\)")


def text(path: Path) -> str:
    """All of a document; of the changelog what is not released, since what was released may have moved."""
    whole = path.read_text()
    return whole[whole.index("## Unreleased") : whole.index("## 0.1.0")] if path.name == "CHANGELOG.md" else whole


def missing(words: str) -> Iterator[str]:
    """What of all that is named is not there; a name in capitals stands for one that the reader chooses."""
    for found in FILE.findall(words):
        name = found.rstrip("./") if found.endswith(("/", ".")) else found
        if re.search(r"\b[A-Z]{2,}\b", name.removesuffix(".md")) and not (ROOT / name).exists():
            continue
        if not ((ROOT / name).exists() or any(ROOT.glob(name)) or name in TO_COME):
            yield name
    for found in MODULE.findall(words):
        place = ROOT / found.replace(".", "/")
        if not (place.with_suffix(".py").is_file() or (place / "__main__.py").is_file()):
            yield f"python -m {found}"
    rules = (ROOT / "Makefile").read_text()
    for found in TARGET.findall(words):
        if not re.search(rf"^{found}:", rules, re.MULTILINE):
            yield f"make {found}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_is_named_is_there(path: Path) -> None:
    assert not list(missing(text(path)))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    assert not [link for link in LINK.findall(text(path)) if not (path.parent / link).exists()]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_is_said_to_be_in_a_file_is_in_it(path: Path) -> None:
    for file, name in NAME.findall(text(path)):
        if (ROOT / file).exists():  # else the test above complains
            assert re.search(rf"\b{name}\b", (ROOT / file).read_text()), f"{file} has no {name}"


def test_the_readme_names_every_wing() -> None:
    wings = {path.parent.name for path in (ROOT / "core").glob("*/__init__.py")}
    assert not {wing for wing in wings if f"`core/{wing}/`" not in text(ROOT / "README.md")}


@pytest.mark.parametrize(
    "words",
    ["`core/judge.py`", "app/refine_*.py", "`core/nothing/`.", "python -m core.assess NAME", "run `make nothing`"],
)
def test_what_is_not_there_is_found(words: str) -> None:
    assert len(list(missing(words))) == 1


@pytest.mark.parametrize(
    "words",
    [
        "`core/metrics/`", "core/catalog.py.", "`tests/core/*/test_*.py`", "`core/metrics/NAME.py`", "core/...",
        "`make test`", "`python -m core.recipes`", "you need make and git", "$COUNTERPROOF_HOME/data/x",
    ],
)  # fmt: skip
def test_what_is_there_is_not_complained_of(words: str) -> None:
    assert not list(missing(words))
