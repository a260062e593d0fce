"""The house stands as drawn: imports point down, pages stay thin, streamlit stays on the screen's side."""

import ast
from pathlib import Path

import pytest

from core.base.paths import ROOT

METHODS = ("attacks", "explainers", "objectives", "metrics", "shifts", "classifiers", "datasets")
LAYERS = (
    ("params", "paths", "meter", "atomic", "step", "cores", "tie"),
    ("turns", "classifier"),
    ("ascend", "batch", "schedule", "awp"),
    ("sources", "contracts", "objective", "machine", "augment"),
    METHODS,
    ("catalog", "feed", "refresh", "descent"),
    ("case", "judge", "resume", "evaluate"),
    ("refine",),
    ("refinement", "memory"),
    ("presets", "estimate"),
    ("study", "maps", "attacked"),
    ("runs",),
)


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Dotted names of everything a file imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", modules("core"), ids=lambda path: path.stem)
def test_core_knows_nothing_of_the_screen(path: Path) -> None:
    above = {name.split(".")[0] for name in imported(path)} & {"streamlit", "app", "pages", "tests"}
    assert not above


@pytest.mark.parametrize("path", modules("app"), ids=lambda path: path.stem)
def test_app_does_not_import_pages(path: Path) -> None:
    assert "pages" not in {name.split(".")[0] for name in imported(path)}


@pytest.mark.parametrize("path", modules("pages"), ids=lambda path: path.stem)
def test_pages_are_thin_scripts(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert len(path.read_text().splitlines()) <= 80
    assert not [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert "pages" not in {name.split(".")[0] for name in imported(path)}


def _layer(dotted: str) -> int | None:
    parts = dotted.split(".")
    if parts[0] != "core" or len(parts) < 2:
        return None
    return next((place for place, layer in enumerate(LAYERS) if parts[1] in layer), None)


@pytest.mark.parametrize("path", modules("core"), ids=lambda path: path.stem)
def test_imports_point_down(path: Path) -> None:
    mine = _layer(".".join(path.relative_to(ROOT).with_suffix("").parts))
    if mine is None:
        return
    higher = {name for name in imported(path) if (layer := _layer(name)) is not None and layer > mine}
    assert not higher


@pytest.mark.parametrize("path", modules("app") + modules("core"), ids=lambda path: path.stem)
def test_files_have_one_purpose(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), "a file says what it is for"
    assert len(path.read_text().splitlines()) <= 220


def test_session_state_and_caches_have_one_place() -> None:
    for path in modules("app") + modules("pages"):
        text = path.read_text()
        if path.name not in ("state.py", "controls.py"):
            assert "session_state" not in text, f"{path.name}: app/ui/state.py is the only reader and writer"
        if path.name != "cached.py":
            assert "st.cache_" not in text, f"{path.name}: app/ui/cached.py holds every cache"
        assert "unsafe_allow_html" not in text


def test_no_names_of_machines_in_the_product() -> None:
    for folder in ("core", "app", "pages"):
        for path in modules(folder):
            assert "/work/" not in path.read_text()
            assert "/tmp/" not in path.read_text()
