"""A batch from the page: a ZIP of pictures with a broken one among them, attacked, sorted, and two saved as cases."""

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from core.casebook.casebook import Casebook
from core.casebook.records import CaseFilter
from core.images.samples import gallery, stored_picture
from tests.browser.conftest import no_sideways_scroll, picture

pytestmark = pytest.mark.browser


def photographs(path: Path, count: int) -> None:
    """A ZIP of the gallery's first small photographs, in folders named after what they show, and a file cut short."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, sample in enumerate(gallery("cifar10")[:count]):
            raw = io.BytesIO()
            Image.fromarray(stored_picture(sample.id).pixels).save(raw, "PNG")
            archive.writestr(f"photographs/{sample.label}/{number:03}.png", raw.getvalue())
        archive.writestr("photographs/broken.png", raw.getvalue()[:200])


def test_a_zip_of_pictures_from_start_to_cases(page: Page, server: str, folder: Path, tmp_path: Path) -> None:
    photographs(tmp_path / "photographs.zip", 8)
    page.goto(f"{server}/batch?batch.model=cifar10_resnet20:standard&batch.attack=fgsm&batch.controls=1")
    page.locator("input[type=file]").set_input_files(tmp_path / "photographs.zip")
    expect(page.get_by_text("8 pictures to attack.")).to_be_visible()
    expect(page.get_by_text("1 file cannot be used.")).to_be_visible()
    page.get_by_role("button", name="Attack these pictures").click()
    expect(page.get_by_text("8 of 8 pictures", exact=True)).to_be_visible(timeout=300_000)
    expect(page.get_by_role("button", name="Report (HTML)")).to_be_visible(timeout=300_000)
    tiles = page.locator(".case")
    expect(tiles).to_have_count(8)
    for width in (1600, 1100):
        page.set_viewport_size({"width": width, "height": 1100})
        page.wait_for_timeout(1500)
        no_sideways_scroll(page)
        picture(page, f"batch-{width}", width)
    for place in (0, 1):
        tiles.nth(place).locator("input").check()
    page.get_by_role("textbox", name="Title of").first.fill("The first <i>of both</i>")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save as cases").click()
    expect(page.get_by_text("2 cases saved.")).to_be_visible()
    book = Casebook(folder / "casebook")
    saved = book.find(CaseFilter(tags=("batch",)))
    assert len(saved) == 2
    assert "The first <i>of both</i>" in {case.title for case in saved}
    book.delete([case.uid for case in saved])  # other tests count the cases of this dashboard
