"""Checks against masked gradients on the Evaluate page: asked for, started, told check by check."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.base.paths import ROOT
from core.gradient_masking.checklist import CHECKS, summary
from core.runs.store import Store
from core.runs.tasks.masking import MaskingRequest
from tests.app.pages import DONE, button, made, opened, texts

PAGE = str(ROOT / "pages" / "evaluate.py")
RUN = "20260101-120000-00000001"
KIND = {"evaluate.kind": "masking"}
ASKED: dict[str, Any] = {"classifier": "mnist_cnn:standard", "data": "mnist", "count": 40}


def rows(count: int) -> list[dict[str, Any]]:
    """What the first so many checks found, the second failed and the third left open."""
    verdicts = {1: "fail", 2: "unknown"}
    share = {"value": 0.25, "interval_95": [0.1, 0.5], "hits": 10, "count": 40}
    return [{"step": step, "key": key, "title": CHECKS[key].title, "indicator": "", "said": f"What {key} says.",
             "verdict": verdicts.get(step, "pass"), "values": {"share": share}}
            for step, key in enumerate(list(CHECKS)[:count])]  # fmt: skip


def test_the_button_submits_what_is_set(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = Store(home / "runs", lambda _folder, lock: None)
    monkeypatch.setattr(Store, "usual", lambda: nowhere)
    app = opened(PAGE, **KIND, **{"masking.data": "mnist", "masking.eps": "26", "masking.count": "30",
                                  "masking.surrogate": "mnist_cnn:standard"})  # fmt: skip
    assert "Carries out **17 checks** on 30 images" in texts(app)
    assert "--eps 26/255 --surrogate mnist_cnn:standard" in app.code[0].value
    button(app, "Check").click().run()
    (run,) = nowhere.runs()
    asked = MaskingRequest(**run.spec["arguments"])
    assert (asked.classifier, asked.surrogate, asked.count) == ("mnist_cnn:lime_guided", "mnist_cnn:standard", 30)
    assert asked.eps == pytest.approx(26 / 255)


def test_a_strength_that_is_no_number_is_a_sentence(home: Path) -> None:
    assert "expected the strength as a number" in texts(opened(PAGE, **KIND, **{"masking.eps": "much"}))


def test_every_check_is_told_with_its_verdict(home: Path) -> None:
    run = made(home, RUN, {"task": "masking", "arguments": ASKED}, DONE, "")
    found = summary(rows(len(CHECKS))) | {"count": 40, "eps": 0.2, "asked": ASKED, "weights": ["w"]}
    (run.folder / "result.json").write_text(json.dumps(found))
    said = texts(opened(PAGE, evaluation=RUN))
    assert "On 40 images at strength 51/255, 15 checks passed, 1 failed and 1 cannot be told." in said
    assert "There are signs of gradient masking" in said
    for check in CHECKS.values():
        assert check.title in said
    assert said.count("✔") == 15
    assert said.count("✘") == 1


def test_a_stopped_one_tells_the_checks_that_are_through(home: Path) -> None:
    lines = "".join(json.dumps(row) + "\n" for row in rows(3))
    made(home, RUN, {"task": "masking", "arguments": ASKED}, {"state": "stopped"}, lines)
    app = opened(PAGE, evaluation=RUN)
    assert f"So far 3 of {len(CHECKS)} checks" in texts(app)
    assert button(app, "Resume")


def test_the_loss_around_an_image_is_drawn_when_asked_for(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 28, 28), np.uint8)
    np.savez(home / "mnist.npz", test_images=pixels, test_labels=np.arange(12) % 10)
    monkeypatch.setenv("COUNTERPROOF_DATA", str(home))
    run = made(home, RUN, {"task": "masking", "arguments": ASKED | {"surrogate": "mnist_cnn:lime_guided"}}, DONE, "")
    (run.folder / "result.json").write_text(json.dumps(summary(rows(3)) | {"count": 40, "eps": 0.2}))
    app = opened(PAGE, evaluation=RUN)
    assert not app.get("vega_lite_chart") + app.get("arrow_vega_lite_chart")
    app.toggle[0].set_value(True).run()
    assert not app.exception
    assert len(app.get("vega_lite_chart") or app.get("arrow_vega_lite_chart")) == 1
    assert "labelled ‘digit 0’" in texts(app)
