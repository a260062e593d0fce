"""The Explainers page: settings, a start, what a league has found, and what cannot be."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.explainers.table import league_table
from core.base.params import to_spec
from core.base.paths import ROOT
from core.explainer_league.exports import as_csv
from core.explainer_league.request import LeagueRequest
from core.explainer_league.standings import standings
from core.explainers.lime import Lime
from core.runs.store import Store
from tests.app.pages import DONE, button, made, opened, texts, visited

PAGE = str(ROOT / "pages" / "explainers.py")
RUN = "20260101-120000-00000002"
IMAGES = list(range(12))
LEVELS = {"random_map": 0.5, "edge_detector": 0.4, "lime": 0.2, "pgca": 0.3}  # of deletion, where lower is better
CHOSEN = {"explainers.model": "mnist_cnn:standard", "explainers.data": "mnist", "explainers.count": "20"}


@pytest.fixture
def data(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 28, 28), np.uint8)
    np.savez(home / "mnist.npz", test_images=pixels, test_labels=np.arange(12) % 10)
    monkeypatch.setenv("COUNTERPROOF_DATA", str(home))
    return home


def rows() -> list[dict[str, Any]]:
    """PGCA lies between LIME and the floors on deletion; on insertion all are alike but for what each image gives."""
    return [
        {"step": place, "images": IMAGES, "explainer": key,
         "values": {"deletion": [level + 0.01 * ((7 * each + place) % 5) for each in IMAGES],
                    "insertion": [0.5 + 0.1 * ((each + place) % 2) for each in IMAGES]}}
        for place, (key, level) in enumerate(LEVELS.items())
    ]  # fmt: skip


def league(home: Path, state: dict[str, Any] | str = DONE) -> dict[str, Any]:
    asked = LeagueRequest("mnist_cnn:standard", "mnist", [to_spec(Lime(samples=200)), {"method": "pgca"}],
                          [{"method": "deletion"}, {"method": "insertion"}], count=12, seed=7)  # fmt: skip
    lines = "".join(json.dumps(row) + "\n" for row in rows())
    run = made(home, RUN, {"task": "explainers", "arguments": asked.arguments()}, state, lines)
    told = standings(rows())
    if state == DONE:
        (run.folder / "result.json").write_text(json.dumps(told))
    return told


def test_opened_cold_it_asks_and_starts_nothing(home: Path) -> None:
    app = opened(PAGE)
    said = texts(app)
    assert "Draws **350 maps**: 5 explainers and two floors on 50 images" in said
    assert "takes about 2 min" in said
    assert "--metrics deletion,insertion,road,infidelity,concentration" in app.code[0].value
    assert not Store.usual().runs()


def test_what_is_slow_is_named_so_and_costs_more(home: Path) -> None:
    app = opened(PAGE, **{"explainers.metrics": "mprt,deletion"})
    slow = [each.content for group in app.get("button_group") for each in group.proto.options if "slow" in each.content]
    assert slow == ["RISE · slow", "SHAP (DeepLIFT) · slow", "SHAP (regions) · slow", "Local Lipschitz estimate · slow",
                    "Max-sensitivity · slow", "Parameter randomisation (MPRT) · slow",
                    "Robustness (PGCA) · slow"]  # fmt: skip
    assert "Draws **2,100 maps**" in texts(app), "each of 350 once, and five times again"
    assert "drawn again for Parameter randomisation (MPRT) 5 times" in texts(app)


def test_the_button_submits_what_is_set(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = Store(data / "runs", lambda _folder, lock: None)
    monkeypatch.setattr(Store, "usual", lambda: nowhere)
    app = opened(PAGE, **CHOSEN, **{"explainers.explainers": "lime", "explainers.metrics": "road",
                                    "explainers.lime.samples": "200", "explainers.stability": "1"})  # fmt: skip
    button(app, "Measure the explainers").click().run()
    assert not app.exception
    (run,) = nowhere.runs()
    asked = LeagueRequest.read(run.spec["arguments"])
    assert (asked.classifier, asked.data, asked.count) == ("mnist_cnn:standard", "mnist", 20)
    assert asked.chosen_explainers() == (Lime(samples=200),)
    assert [each.key for each in asked.chosen_metrics()] == ["road"]
    attack = asked.pgd()
    assert attack is not None
    assert attack.eps == pytest.approx(2 / 255)
    assert attack.step < attack.eps


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"explainers.data": "nowhere"}, "of this link is not here"),
        ({"explainers.metrics": "none"}, "at least one metric"),
        ({"explainers.explainers": "none"}, "at least one explainer"),
    ],
)
def test_what_does_not_go_together_is_a_sentence(home: Path, setting: dict[str, str], said: str) -> None:
    assert said in texts(opened(PAGE, **(CHOSEN | setting)))


def test_a_completed_league_is_told_with_its_numbers_and_images(data: Path) -> None:
    league(data)
    app = opened(PAGE, league=RUN)
    said = texts(app)
    assert "LIME is first on deletion." in said
    assert "Best by its mean, yet not surely better than both floors: " in said
    assert "Measured on 12 images that the model gets right." in said
    assert "LIME on 1 of 2, PGCA on 1 of 2 metrics" in said
    assert "LIME by Deletion: the images behind the number" in said
    assert len(app.get("vega_lite_chart") or app.get("arrow_vega_lite_chart")) == 1
    assert len(app.get("download_button")) == 2
    assert "lime.samples=200" in app.code[0].value


def test_a_link_opens_one_number(data: Path) -> None:
    league(data)
    said = texts(opened(PAGE, **{"league": RUN, "explainers.cell": "edge_detector:insertion"}))
    assert "Edge detector by Insertion" in said
    assert "A floor is no explainer to choose there" in said
    assert "LIME by Deletion" in texts(opened(PAGE, **{"league": RUN, "explainers.cell": "nobody:nothing"}))


def test_the_table_marks_what_beats_the_floors_and_what_a_floor_beats() -> None:
    told = rows()
    told[3]["values"]["insertion"] = [0.2 + 0.1 * (each % 2) for each in IMAGES]
    body = {row[0]["text"]: row for row in league_table(standings(told))["body"]}
    assert list(body) == ["LIME", "PGCA", "Random map", "Edge detector"]
    lime, pgca, floor = body["LIME"], body["PGCA"], body["Random map"]
    assert (lime[1]["mark"], lime[1]["said"], lime[1]["id"]) == ("above", "better than both floors", "lime:deletion")
    assert "mark" not in lime[2]
    assert (pgca[2]["mark"], pgca[2]["said"]) == ("below", "worse than a floor")
    assert lime[3]["text"] == pgca[3]["text"] == "1 of 2"
    assert floor[0]["note"] == "floor"
    assert "mark" not in floor[1]
    assert floor[3]["text"] == ""


def test_a_control_is_called_one() -> None:
    told = [{**row, "values": {"stability": row["values"]["deletion"], "stability_noise": row["values"]["insertion"]}}
            for row in rows()]  # fmt: skip
    notes = [each.get("note", "") for each in league_table(standings(told))["head"]]
    assert notes == ["", "higher is better\u00a0↑", "nobody is better by it", ""]


def test_a_stopped_one_shows_what_it_has_and_can_go_on(data: Path) -> None:
    league(data, {"state": "stopped", "said": "Stopped after step 3."})
    app = opened(PAGE, league=RUN)
    assert "Stopped after step 3." in texts(app)
    assert "LIME is first on deletion." in texts(app)
    assert button(app, "Resume")


@pytest.mark.parametrize("damage", ['{"step": 0, "explainer": "lime"}\n' * 6, "{", ""])
def test_a_damaged_one_harms_nothing(data: Path, damage: str) -> None:
    league(data, {"state": "stopped"})
    (data / "runs" / RUN / "metrics.jsonl").write_text(damage)
    assert not opened(PAGE, league=RUN).exception
    (data / "runs" / RUN / "spec.json").write_text('{"task": "explainers", "arguments": {"classifier": "a", "hat": 1}}')
    assert "cannot be read" in texts(opened(PAGE, league=RUN))


@pytest.mark.parametrize(("task", "name", "setting"), [("explainers", "Explainers", "league"),
                                                       ("evaluate", "Evaluate", "evaluation")])  # fmt: skip
def test_a_run_is_opened_on_its_page(data: Path, task: str, name: str, setting: str) -> None:
    league(data)
    if task == "evaluate":
        (data / "runs" / RUN / "spec.json").write_text('{"task": "evaluate", "arguments": {}}')
    app = visited(str(ROOT / "pages" / "runs.py"), run=RUN)
    button(app, f"Open on {name}").click().run()
    assert not app.exception
    assert app.title[0].value == name
    assert app.query_params[setting] in (RUN, [RUN])
    assert ("LIME is first on deletion." if task == "explainers" else "This evaluation cannot be read") in texts(app)


def test_the_csv_has_a_row_for_every_number() -> None:
    lines = as_csv(rows()).splitlines()
    assert lines[0] == "image,explainer,metric,value"
    assert len(lines) == 1 + len(LEVELS) * len(IMAGES) * 2
    assert "3,lime,deletion,0.23" in [line[:24] for line in lines]
