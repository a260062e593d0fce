"""The whole story in a browser: open, choose, attack, see the flip, explain, stop, upload, download, reopen."""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from core.cli.parser import main
from core.images.samples import gallery, sample
from core.images.stories import first_picture
from tests.browser.conftest import no_sideways_scroll, picture

pytestmark = pytest.mark.browser

SMALL = "inspect?image=mnist/0003&model=mnist_cnn:standard&pgd.eps=60&maps=grad_cam_pp&controls=1"
SLOW = "inspect?image={image}&model=imagenet_efficientnet_lite0&maps=lime,shap_partition&lime.samples=3000"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def done(page: Page) -> None:
    """Wait until nothing is being computed for this page."""
    expect(page.get_by_text("Attack card")).to_be_visible(timeout=300_000)
    stop = page.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_have_count(0, timeout=600_000)  # a slow processor takes minutes


def test_open_choose_attack_explain_download_reopen(page: Page, server: str, chromium: Browser, tmp_path: Path) -> None:
    page.goto(server)
    expect(page.get_by_role("heading", name="Counterproof")).to_be_visible()
    expect(page.get_by_alt_text(re.compile("the attacked image"))).to_have_count(2)
    picture(page, "overview")
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Inspect").click()
    expect(page.get_by_role("heading", name="Inspect")).to_be_visible()
    opens_with = sample(first_picture())
    assert opens_with is not None
    expect(page.get_by_text(f"labelled ‘{opens_with.label}’")).to_be_visible()
    page.get_by_text("Small pictures", exact=True).click()
    expect(page.get_by_role("combobox", name="Model")).to_have_value(re.compile("CIFAR-10"))
    tile = gallery("cifar10")[2]
    page.get_by_role("button", name=f"({tile.id})").click()
    expect(page.get_by_text(f"labelled ‘{tile.label}’")).to_be_visible()
    assert page.get_by_role("slider", name="opacity of the maps").count() == 0
    press(page, "Attack and explain")
    expect(page.get_by_text("The model was fooled.")).to_be_visible()
    expect(page.get_by_text("Survives saving")).to_be_visible()
    done(page)
    for title in ("Grad-CAM++", "Integrated Gradients", "LIME", "PGCA", "SHAP (gradients)"):
        expect(page.get_by_text(title, exact=False).first).to_be_visible()
    assert page.get_by_text("ordinary noise", exact=True).filter(visible=True).count() == 5
    expect(page.locator(".pair img.map")).to_have_count(15)
    picture(page, "inspect")
    no_sideways_scroll(page)
    page.set_viewport_size({"width": 1100, "height": 900})
    page.wait_for_timeout(500)
    no_sideways_scroll(page)
    picture(page, "inspect_narrow", 1100)

    before = page.get_by_text("After a change of at most").first.inner_text()
    link = page.url
    with page.expect_download() as download:
        press(page, "Download this case")
    with zipfile.ZipFile(download.value.path()) as archive:
        archive.extractall(tmp_path)
    assert (tmp_path / "maps" / "lime_difference.png").exists()
    assert main(["study", str(tmp_path / "manifest.json")]) == 0

    again = chromium.new_context().new_page()
    again.goto(link)
    expect(again.get_by_text(before)).to_be_visible(timeout=90_000)
    again.context.close()


def test_swipe_and_opacity_work_in_the_browser_alone(page: Page, server: str) -> None:
    page.goto(f"{server}/{SMALL}")
    press(page, "Attack and explain")
    done(page)
    swipe = page.get_by_role("slider", name=re.compile("swipe"))
    swipe.fill("10")
    assert "90%" in page.locator(".clip").evaluate("layer => layer.style.clipPath")
    page.get_by_role("slider", name="opacity of the maps").fill("20")
    assert page.locator(".pair img.map").first.evaluate("image => getComputedStyle(image).opacity") == "0.2"
    page.get_by_role("button", name="Zoom in").click()
    assert "1.5" in page.locator(".pair img.map").first.evaluate("image => getComputedStyle(image).transform")


def test_the_picture_follows_the_strength(page: Page, server: str) -> None:
    page.goto(f"{server}/{SMALL}")
    press(page, "Attack and explain")
    done(page)
    slider = page.get_by_role("slider", name="Strength, of 255")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("at most 59.5/255")).to_be_visible()
    expect(page.get_by_text("Press ‘Attack and explain’")).to_be_visible()


def test_stop_keeps_what_is_done(page: Page, server: str) -> None:
    page.goto(f"{server}/{SLOW.format(image=gallery('photographs')[0].id)}")
    press(page, "Attack and explain")
    expect(page.get_by_text("Drawing LIME")).to_be_visible(timeout=120_000)
    press(page, "Stop")
    expect(page.get_by_text("Stopped. What was finished is shown")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Attack card")).to_be_visible()


def test_upload_good_and_bad_files(page: Page, server: str, tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.open(gallery("photographs")[5].path).convert("RGB").crop((0, 0, 290, 260)).save(out, "JPEG", quality=90)
    (tmp_path / "holiday.jpg").write_bytes(out.getvalue())
    (tmp_path / "cut.jpg").write_bytes(out.getvalue()[:2000])
    (tmp_path / "page.png").write_text("<html><script>document.title = 'broken'</script></html>")
    page.goto(f"{server}/inspect?set=upload")
    page.locator("input[type=file]").first.set_input_files([str(path) for path in sorted(tmp_path.iterdir())])
    expect(page.get_by_text("holiday.jpg").first).to_be_visible()
    expect(page.get_by_text("2 files could not be used")).to_be_visible()
    expect(page.get_by_role("combobox", name="Model")).to_have_value(re.compile("EfficientNet"))
    page.wait_for_url(re.compile(r"upload(%2F|/)"))  # the link is written a moment after the model is set
    assert page.title() != "broken"


def test_two_windows_at_once_give_the_answers_of_one(server: str, folder: Path, chromium: Browser) -> None:
    cases = [SMALL.replace("controls=1", f"seed={seed}&controls=2") + "&maps=grad_cam_pp,lime" for seed in (11, 12)]
    cases.append("inspect?image=cifar10/0003&maps=shap_gradient&controls=1")
    pages = [chromium.new_context().new_page() for _ in cases]
    for each, case in zip(pages, cases, strict=True):
        each.goto(f"{server}/{case}")
        press(each, "Attack and explain")
    for each in pages:
        done(each)
        each.context.close()
    kept = [path for path in folder.glob("cases/*/manifest.json") if json.loads(path.read_text())["case"]["seed"] > 10]
    assert len(kept) == 2
    for manifest in kept:
        assert main(["study", str(manifest)]) == 0


def test_back_and_forward_show_the_pictures_seen_before(page: Page, server: str) -> None:
    page.goto(f"{server}/{SMALL}")
    first, second = gallery("mnist")[4], gallery("mnist")[6]
    for tile in (first, second):
        page.get_by_role("button", name=f"({tile.id})").click()
        expect(page.get_by_text(f"A picture labelled ‘{tile.label}’")).to_be_visible()
    page.go_back()
    expect(page.get_by_text(f"A picture labelled ‘{first.label}’")).to_be_visible()
    page.go_forward()
    expect(page.get_by_text(f"A picture labelled ‘{second.label}’")).to_be_visible()
