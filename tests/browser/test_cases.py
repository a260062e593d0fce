"""Cases in a browser: found, marked, edited, deleted and restored, and opened on Inspect as it was saved."""

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.attacks.fgsm import FGSM
from core.casebook.casebook import Casebook
from core.catalog import load_classifier
from core.explainers.grad_cam_pp import GradCAMPP
from core.images.picture import fit
from core.images.samples import stored_picture
from core.study.case import Case
from core.study.investigation import investigate
from core.study.study import begin
from tests.browser.conftest import no_sideways_scroll, picture

pytestmark = pytest.mark.browser

MODEL = "mnist_cnn:standard"


def test_the_casebook(page: Page, server: str, folder: Path, tmp_path: Path) -> None:
    book, model = Casebook(folder / "casebook"), load_classifier(MODEL)
    uids = []
    for image, title in (("mnist/0003", "A zero <b>x</b>"), ("mnist/0004", "Another digit")):
        study = begin(Case(image, MODEL, FGSM(eps=60 / 255), (GradCAMPP(),), controls=1), model,
                      fit(stored_picture(image), model))  # fmt: skip
        list(investigate(study, model))
        uids.append(book.save(study, title=title, tags=["browser"], source="inspect").uid)
    page.goto(f"{server}/cases?cases.tag=browser")
    expect(page.get_by_text("2 of 2 cases")).to_be_visible()
    tiles = page.locator(".case")
    expect(tiles).to_have_count(2)
    tiles.nth(0).locator("input").check()
    tiles.nth(1).locator("input").check()
    expect(page.get_by_text("2 selected")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="ZIP", exact=True).first.click()
    download.value.save_as(tmp_path / "cases.zip")
    with zipfile.ZipFile(tmp_path / "cases.zip") as archive:
        assert {f"{uid}/manifest.json" for uid in uids} <= set(archive.namelist())
    page.get_by_role("textbox", name="Find").fill("zero")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 2 cases")).to_be_visible()
    tiles.nth(0).locator(".open").click()
    expect(page.get_by_role("heading", name="A zero <b>x</b>")).to_be_visible()
    expect(page.get_by_text("The model was fooled").first).to_be_visible()
    page.get_by_role("textbox", name="Note").fill("Seen twice")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    assert book.get(uids[0]).note == "Seen twice"
    picture(page, "cases")
    no_sideways_scroll(page)
    page.set_viewport_size({"width": 1100, "height": 900})
    page.wait_for_timeout(800)
    no_sideways_scroll(page)
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("is deleted.")).to_be_visible()
    page.get_by_role("link", name="Runs").click()
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()
    page.get_by_role("link", name="Cases").click()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("1 of 2 cases")).to_be_visible()
    page.locator(".case .open").first.click()
    page.get_by_role("button", name="Open in Inspect").click()
    expect(page.get_by_role("heading", name="Inspect")).to_be_visible()
    expect(page.get_by_text("The model was fooled").first).to_be_visible()
    page.wait_for_url("**fgsm.eps=60**")
