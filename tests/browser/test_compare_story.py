"""Compare in a browser: the verdict by one press, a run from its start to its curves, an image gained, Inspect."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.images.samples import gallery
from core.images.samples import stored_picture as stored
from tests.browser.conftest import no_sideways_scroll, picture

pytestmark = pytest.mark.browser

DIGITS = (
    "compare?before=mnist_cnn:standard&after=mnist_cnn:standard&image=mnist/0003&attack=fgsm&fgsm.eps=60"
    "&compare.maps=grad_cam_pp&controls=1"
)
TWINS = "compare?image=cifar10/0002&compare.maps=grad_cam_pp&controls=2"


def settled(page: Page) -> None:
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0, timeout=600_000)


def test_the_twins_side_by_side(page: Page, server: str) -> None:
    page.goto(f"{server}/{TWINS}")
    page.get_by_role("button", name="Attack both", exact=True).click()
    expect(page.get_by_text("Before refinement:").first).to_be_visible(timeout=600_000)
    expect(page.locator(".cell .pair img.map")).to_have_count(6, timeout=600_000)  # the last come after both studies
    settled(page)
    expect(page.locator(".said.fooled, .said.held")).to_have_count(4)
    expect(page.get_by_text("a diagnostic, not a certificate").first).to_be_visible()
    picture(page, "compare")
    no_sideways_scroll(page)
    page.set_viewport_size({"width": 1100, "height": 900})
    page.wait_for_timeout(800)
    no_sideways_scroll(page)
    page.get_by_role("button", name="Inspect ‘after’ alone").click()
    expect(page.get_by_text("Attack card")).to_be_visible()
    assert "model=cifar10_resnet20%3Alime_guided" in page.url


def test_a_run_grows_its_curves_and_lists_lead_to_inspect(page: Page, server: str, folder: Path) -> None:
    digits = [each for each in gallery("mnist")][:20]
    pixels = np.stack([stored(each.id).pixels[..., 0] for each in digits])
    (folder / "data").mkdir(exist_ok=True)
    np.savez(folder / "data" / "mnist.npz", test_images=pixels, test_labels=np.array([each.index for each in digits]))
    page.goto(f"{server}/{DIGITS}&compare.count=20&compare.click=inspect")
    page.get_by_role("button", name="Attack both", exact=True).click()
    expect(page.get_by_role("button", name="Measure both on 20 test images")).to_be_visible()
    settled(page)  # while maps still grow above it, the page may miss a click
    page.get_by_role("button", name="Measure both on 20 test images").click()
    expect(page.get_by_text("Answered right under attack")).to_be_visible(timeout=600_000)
    settled(page)
    expect(page.get_by_text("On 20 images attacked with 60/255 per pixel, the two models are not")).to_be_visible()
    expect(page.get_by_text("Gained: 0 of 20")).to_be_visible()
    expect(page.locator("canvas, svg.marks").first).to_be_visible()
    page.reload()
    expect(page.get_by_text("Gained: 0 of 20")).to_be_visible()
    assert page.get_by_role("button", name="Measure both").count() == 0
