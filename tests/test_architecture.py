"""The house stands as drawn: what every wing may import, how long files are, what errors say."""

import ast
from pathlib import Path

import pytest

from core.base.paths import ROOT

METHODS = "attacks explainers objectives layers metrics map_distances corruptions detectors classifiers datasets"
UP_TO_METHODS = "base untrusted contracts images"
ENGINE = f"{UP_TO_METHODS} access audit occlusion spurious data checkpoints {METHODS} catalog distributed"
MEASURES = f"{ENGINE} study evaluation robustness minimal_distance explainer_league gradient_masking detection"
WINGS = {  # a wing of core -> the wings that it may import, beside itself; the order is that of docs/architecture.md
    "base": "",
    "untrusted": "base",
    "access": "base untrusted",
    "audit": "base untrusted access",
    "contracts": "base",
    "images": "base untrusted access contracts",
    "occlusion": "base contracts images",
    "spurious": "base untrusted access contracts occlusion",
    "checkpoints": "base untrusted",
    "distributed": "base",
    "attacks": "base contracts",
    "explainers": "base contracts occlusion",
    "objectives": "base contracts occlusion spurious",
    "layers": "base contracts explainers",
    "metrics": "base contracts occlusion spurious map_distances",
    "map_distances": "base contracts",
    "corruptions": "base contracts",
    "detectors": "base contracts",
    "classifiers": "base access audit contracts layers checkpoints",
    "datasets": "base untrusted contracts data.formats",
    "data.formats": "base untrusted contracts images",
    "catalog": f"base contracts {METHODS}",
    "data": "base untrusted access audit contracts catalog data.formats",
    "study": "base untrusted contracts images catalog",
    "bundles": "base untrusted contracts images catalog study compare",
    "casebook": "base untrusted access audit contracts images spurious catalog study bundles compare",
    "minimal_distance": "base contracts attacks",
    "evaluation": f"{ENGINE} study",
    "robustness": f"{ENGINE} evaluation",
    "explainer_league": f"{ENGINE} evaluation",
    "gradient_masking": "base contracts attacks evaluation",
    "detection": f"{ENGINE} evaluation robustness minimal_distance",
    "compare": f"{ENGINE} study evaluation",
    "batch": f"{ENGINE} study bundles casebook robustness data.formats",
    "training": f"{ENGINE} evaluation",
    "refinement": f"{ENGINE} evaluation training",
    "trials": "base untrusted contracts catalog checkpoints data evaluation training refinement",
    "runs": f"{MEASURES} batch compare training refinement trials",
    "evidence": f"{MEASURES} compare training refinement runs",
    "operations": f"{ENGINE} batch bundles casebook runs",
    "workers": "base contracts spurious catalog study compare gradient_masking detection",
    "cli": f"{MEASURES} batch bundles casebook compare training refinement trials runs evidence operations",
    "recipes": f"{MEASURES} data.formats bundles compare training refinement trials runs evidence cli",
}
ROOMS = {  # a package of app -> the packages and modules of app that it may import, beside itself
    "access": "",
    "ui": "background access",
    "background": "",
    "own_model": "ui access",
    "sidebar": "ui own_model access",
    "nav": "access",
    "server": "access",
    "frame": "ui nav access",
    "main": "frame server",
    "study": "ui background nav access",
    "run_words": "",
    "overview": "ui study",
    "inspect_image": "ui study background access",
    "compare": "ui study nav background access",
    "cases": "ui study nav access",
    "present": "ui study nav cases access",
    "measuring": "ui study run_words access",
    "corruptions": "measuring ui",
    "distances": "measuring ui",
    "masking": "measuring ui",
    "evaluate": "measuring corruptions distances masking ui",
    "explainers": "measuring ui study run_words",
    "detect": "measuring ui",
    "batch": "measuring ui study nav cases inspect_image access",
    "refine": "ui run_words nav access",
    "runs": "ui run_words nav access",
}
PRIVATE = {  # who may use what a family of methods shares, beside the family
    "core/evaluation/autoattack.py": "core.attacks._torchattacks",  # AutoAttack's parts, one by one over a test set
}
LONGEST = 150  # lines of a file
LONG = {  # path -> why it is longer
}


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(path: Path) -> set[str]:
    """Dotted names of every module a file imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {each for each in inner if module_file(each)} or {node.module}
    return names


def module_file(dotted: str) -> bool:
    path = ROOT / dotted.replace(".", "/")
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def place(dotted: str, top: str, table: dict[str, str]) -> str | None:
    """The entry of `table` that a dotted name belongs to, the longest that fits; None if it is not below `top`."""
    if not dotted.startswith(f"{top}."):
        return None
    rest = dotted.removeprefix(f"{top}.")
    found = [entry for entry in table if rest == entry or rest.startswith(f"{entry}.")]
    return max(found, key=len, default="")


@pytest.mark.parametrize(
    ("path", "top", "table"),
    [(path, "core", WINGS) for path in modules("core")] + [(path, "app", ROOMS) for path in modules("app")],
    ids=lambda value: name(value) if isinstance(value, Path) else "",
)
def test_every_import_is_one_that_its_wing_may_make(path: Path, top: str, table: dict[str, str]) -> None:
    dotted = name(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    if dotted == top:
        return
    mine = place(dotted, top, table)
    assert mine, f"{name(path)} is in no wing: name its package in this test, with what it may import"
    allowed = {mine, *table[mine].split()}
    wanted = {each: place(each, top, table) for each in imported(path)}
    wrong = {each for each, wing in wanted.items() if wing is not None and wing not in allowed}
    assert not wrong, f"{mine} may not import these"


def test_the_wings_stand_one_above_the_other() -> None:
    """Whatever the table allows, there is no circle in it."""
    for table in (WINGS, ROOMS):
        left = {wing: set(below.split()) for wing, below in table.items()}
        assert all(below <= set(left) for below in left.values()), "a wing that is named is one that there is"
        while left:
            ground = {wing for wing, below in left.items() if not below & set(left)}
            assert ground, f"these import one another in a circle: {', '.join(left)}"
            left = {wing: below for wing, below in left.items() if wing not in ground}


@pytest.mark.parametrize("path", modules("core", "app", "pages"), ids=name)
def test_what_a_family_of_methods_shares_stays_in_it(path: Path) -> None:
    shared = {each for each in imported(path) if each.rpartition(".")[2].startswith("_") and module_file(each)}
    wing = ".".join(name(path).split("/")[:-1])
    assert {each for each in shared if not each.startswith(f"{wing}.")} <= {PRIVATE.get(name(path))}


@pytest.mark.parametrize("path", modules("core"), ids=name)
def test_core_knows_nothing_of_the_screen(path: Path) -> None:
    above = {each.split(".")[0] for each in imported(path)} & {"streamlit", "app", "pages", "tests"}
    assert not above


@pytest.mark.parametrize("path", modules("app"), ids=name)
def test_app_does_not_import_pages(path: Path) -> None:
    assert "pages" not in {each.split(".")[0] for each in imported(path)}


@pytest.mark.parametrize("path", modules("pages"), ids=name)
def test_pages_are_thin_scripts(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert len(path.read_text().splitlines()) <= 80
    assert not [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert "pages" not in {each.split(".")[0] for each in imported(path)}


@pytest.mark.parametrize("path", modules("core", "app"), ids=name)
def test_files_have_one_purpose(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), "a file says what it is for"
    lines = len(path.read_text().splitlines())
    assert lines <= LONGEST or name(path) in LONG, f"{lines} lines"


def test_a_file_that_has_become_short_is_no_exception_any_more() -> None:
    assert [each for each in LONG if len((ROOT / each).read_text().splitlines()) <= LONGEST] == []


@pytest.mark.parametrize("path", modules("tests"), ids=name)
def test_tests_are_short_too(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300


def test_tests_mirror_what_they_test() -> None:
    """tests/core/attacks holds tests of core/attacks, and so on."""
    folders = {path.parent.relative_to(ROOT / "tests") for path in modules("tests/core", "tests/app", "tests/pages")}
    assert [folder.as_posix() for folder in folders if not (ROOT / folder).is_dir()] == []


def test_session_state_and_caches_have_one_place() -> None:
    for path in modules("app", "pages"):
        text = path.read_text()
        if name(path) not in ("app/ui/state.py", "app/ui/widgets.py"):
            assert "session_state" not in text, f"{name(path)}: app/ui/state.py is the only reader and writer"
        if not name(path).startswith("app/ui/cached"):
            assert "st.cache_" not in text, f"{name(path)}: app/ui/cached.py and those beside it hold every cache"
        assert "unsafe_allow_html" not in text


def test_no_names_of_machines_in_the_product() -> None:
    for path in modules("core", "app", "pages"):
        assert "/work/" not in path.read_text()
        assert "/tmp/" not in path.read_text()


def raised(path: Path) -> list[tuple[int, str]]:
    """(line, text) of what a file raises, as far as it is written there; {} stands for what is put in."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            found.append((node.lineno, written(node.exc.args[0])))
    return found


def written(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(written(part) for part in node.values)
    return "{}"


@pytest.mark.parametrize("path", modules("core"), ids=name)
def test_errors_do_not_end_in_a_full_stop_and_name_nothing_of_another_layer(path: Path) -> None:
    """Whoever shows them adds the stop, and what to do about it there: a page its widgets, the shell its options."""
    for line, text in raised(path):
        assert not text.rstrip().endswith("."), f"line {line}: {text}"
        if not name(path).startswith("core/cli/"):
            assert "‘" not in text or "{" in text, f"line {line} names a widget: {text}"
            assert " --" not in text, f"line {line} names a shell option: {text}"
