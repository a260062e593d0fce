"""A real run from the page: started, watched while its curve grows, stopped and saved, resumed, completed, compared."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from app.nav import has
from core.runs.store import Store
from tests.browser.conftest import picture

pytestmark = pytest.mark.browser

LINK = (
    "refine?refine.base=mnist_cnn:standard&refine.data=mnist&refine.objective=pgd_adversarial&pgd_adversarial.eps=51"
    "&pgd_adversarial.steps=35&schedule.epochs=2&schedule.batch=50&schedule.held_out=100&schedule.lr=0.002"
)


@pytest.fixture
def bars(folder: Path) -> None:
    """Made images of the size of MNIST's, under its name, so that nothing is fetched: the label is a bar's height."""
    draws = np.random.default_rng(0)
    found = {}
    for split, count in (("train", 1100), ("test", 100)):
        labels = draws.integers(0, 10, count)
        images = draws.integers(0, 60, (count, 28, 28))
        for image, label in zip(images, labels, strict=True):
            image[2 + 2 * label : 5 + 2 * label, 4:24] = 230
        found |= {f"{split}_images": images.astype(np.uint8), f"{split}_labels": labels}
    (folder / "data").mkdir(exist_ok=True)
    np.savez(folder / "data" / "mnist.npz", **found)


def rows(page: Page) -> int:
    """How many rows of numbers the page knows of."""
    text = page.get_by_text(re.compile(r"Numbers \(")).inner_text()
    return int(re.sub(r"\D", "", text))


def grown(page: Page, beyond: int) -> int:
    """Wait until the page, by itself, knows of more rows."""
    for _ in range(120):
        if rows(page) > beyond:
            return rows(page)
        page.wait_for_timeout(500)
    raise AssertionError("the curve did not grow")


def test_a_run_from_start_to_compare(page: Page, server: str, folder: Path, bars: None) -> None:
    page.goto(f"{server}/{LINK}")
    expect(page.get_by_text("for 2 epochs, under attacks of up to 51/255 per pixel")).to_be_visible()
    expect(page.get_by_role("button", name="Start this run", exact=True)).to_be_enabled()
    expect(page.get_by_text("counterproof refine")).to_be_visible()
    picture(page, "refine")
    page.get_by_role("button", name="Start this run", exact=True).click()
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="running · PGD adversarial training, MNIST")).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()
    first = grown(page, 0)
    assert grown(page, first) > first
    page.get_by_role("button", name="Stop and save").click()
    expect(page.get_by_role("heading", name="stopped · PGD adversarial training, MNIST")).to_be_visible()
    run = Store(folder / "runs").runs()[0]
    assert run.id in page.url
    assert run.checkpoint is not None
    saved = len(run.metrics)
    assert 0 < saved < 40
    expect(page.get_by_role("button", name="Stop now")).to_have_count(0)
    page.get_by_role("button", name="Resume").click()
    done = page.get_by_role("heading", name="completed · PGD adversarial training, MNIST")
    expect(done).to_be_visible(timeout=600_000)  # some 20 s where nothing else runs
    expect(page.get_by_text("Of the 100 held-out images the model before was right on")).to_be_visible()
    assert [row["step"] for row in run.metrics] == list(range(40))
    picture(page, "runs")
    if has("compare"):
        page.get_by_role("button", name="Open in Compare").click()
        expect(page.get_by_role("heading", name="Compare")).to_be_visible()
        assert run.id in page.url
