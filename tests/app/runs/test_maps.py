"""A run that keeps maps: its numbers in words, the leak meter, example pictures, and what a control is called."""

import doctest
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from app.runs import maps
from app.runs.maps import ABOUT, NUMBERS
from core.catalog import OBJECTIVES
from core.objectives._support_maps import SupportMaps
from core.occlusion.superpixels import grid
from core.spurious.mask_files import save_masks
from tests.app.pages import RUNS, opened, refining, texts
from tests.toys import draw

TOLD = {"reached": 0.25, "told": 0.8, "against": 0.12, "alike": 0.3, "leak": 0.2, "leak_low": 0.15, "leak_high": 0.25,
        "chance": 0.16}  # fmt: skip


def keeping(home: Path, cycles: list[dict[str, float]], **objective: Any) -> str:
    """A run of two epochs that made maps before each, with examples of both."""
    name = "20260101-120000-00000001"
    run = refining(home, name, objective={"method": "hardness_erasing", "eps": 0.1} | objective)
    rows = [
        {"step": step, "epoch": step // 5, "loss": 1.0, "parts": {"adversarial": 1.0, "lost": 0.2}}
        | ({"masks": cycles[step // 5]} if step % 5 == 0 and cycles[step // 5] else {})
        for step in range(10)
    ]
    (run.folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (run.folder / "masks").mkdir()
    images = (draw(6, 1, 28, 28) * 255).to(torch.uint8)
    kept = ((draw(6, 16, seed=2) * 2.4 - 0.2)[:, grid(28, 28, 4, 4)]).half()
    for epoch in (0, 1):
        save_masks(
            run.folder / "masks" / f"cycle-{epoch:04d}.npz", images, kept, torch.arange(6), indices=torch.arange(6)
        )
    return run.id


def shown(app: Any) -> str:
    return next(table.value for table in app.dataframe if "cycle 1" in str(list(table.value.columns))).to_string()


def test_the_examples_in_the_docstrings() -> None:
    assert doctest.testmod(maps).failed == 0


def test_numbers_examples_and_the_leak_meter(digits: Path) -> None:
    app = opened(RUNS, run=keeping(digits, [TOLD, TOLD | {"drift": 0.4, "reached": 0.5}]))
    assert "What supports the answer" in texts(app)
    table = shown(app)
    for words in ("Pictures whose map tells something", "80.0 %", "Changed since the cycle before", "40.0 %", "50.0 %"):
        assert words in table
    assert "20 % (15 to 25 %)" in table
    assert "nothing shows that the maps tell the label" in texts(app)
    assert len(app.get("imgs") or app.get("image")) == 2
    assert "pictures with their maps" not in texts(app)  # that is for those who do not see them
    assert "spurious" not in texts(app)
    assert "Control" not in texts(app)


def test_maps_that_tell_the_label_are_warned_of(digits: Path) -> None:
    leaking = TOLD | {"leak": 0.5, "leak_low": 0.45, "leak_high": 0.55}
    app = opened(RUNS, run=keeping(digits, [TOLD, leaking], mask_source="shuffled"))
    assert "At the last cycle the maps tell the label: a small probe names it from them alone for 50 %" in texts(app)
    assert "Control: LIME's, of another picture." in texts(app)


@pytest.mark.parametrize(("source", "said"), [("lime", True), ("one", False)])
def test_maps_that_say_nothing(digits: Path, source: str, said: bool) -> None:
    app = opened(RUNS, run=keeping(digits, [{"reached": 0.5, "told": 0.0}] * 2, mask_source=source))
    assert ("LIME told nothing about any picture:" in texts(app)) == said
    assert not app.get("imgs")


def test_every_kind_of_map_has_its_words() -> None:
    kinds = [kind for kind in OBJECTIVES.values() if issubclass(kind, SupportMaps)]
    assert len(kinds) == 4
    assert {kind.region for kind in kinds} == set(ABOUT)
    audited = OBJECTIVES["guided_cutmix"]().audit(draw(60, 6, 6), draw(60, 6, 6, seed=1), torch.arange(60) % 2)
    assert set(audited) | {"reached"} == set(NUMBERS) | {"leak_low", "leak_high"}
