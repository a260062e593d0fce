"""A detection study from the page: started, followed to its end, each step looked at, its report opened offline."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import no_sideways_scroll, picture

pytestmark = pytest.mark.browser

LINK = (
    "detect?detect.model=mnist_cnn:standard&detect.data=mnist&detect.attacks=fgsm,pgd&detect.strengths=25.5,51"
    "&detect.strength=0.2&detect.learn_from=test&detect.learning=12&detect.calibration=8&detect.testing=8"
    "&detect.knowing=2&detect.detectors=max_softmax,signature_cnn&detect.pgd.steps=5"
)
STEPS = {
    "1 Attacks": "attacks of strength 51/255 fool",
    "2 Signatures": "signature of the attacked image",
    "3 Critical pixels": "pixels are critical",
    "4 Are they real?": "Welch's t",
    "5 Inside the network": "nearest neighbours of an image",
    "6 The detector": "False alarms on images that nobody attacked",
    "7 The attacker who knows": "an attacker who knows of it",
}


def test_a_study_from_start_to_report(page: Page, server: str, folder: Path, digits: None) -> None:
    page.goto(f"{server}/{LINK}")
    expect(page.get_by_text("teaches 2 detectors with 12 others")).to_be_visible()
    picture(page, "detect-form")
    page.get_by_role("button", name="Study", exact=True).click()
    expect(page.get_by_text("of 7 steps are through").first).to_be_visible(timeout=300_000)
    expect(page.get_by_text("7 The attacker who knows")).to_be_visible(timeout=900_000)  # UMAP is compiled first
    expect(page.get_by_role("button", name="Report (HTML)")).to_be_visible(timeout=300_000)
    for width in (1600, 1100):
        page.set_viewport_size({"width": width, "height": 1100})
        for step, said in STEPS.items():
            page.get_by_text(step, exact=True).click()
            expect(page.get_by_text(re.compile(re.escape(said))).first).to_be_visible()
            page.wait_for_timeout(1500)  # what stood there before goes, charts settle
            no_sideways_scroll(page)
            picture(page, f"detect-{step[0]}-{width}", width)
    with page.expect_download() as given:
        page.get_by_role("button", name="Report (HTML)").click()
    report = folder / "study.html"
    given.value.save_as(report)
    offline = page.context.new_page()
    offline.context.set_offline(True)
    offline.goto(report.as_uri())
    expect(offline.get_by_role("heading", name="The attacker who knows")).to_be_visible()
    assert offline.locator("svg").count() > 10
    offline.context.set_offline(False)
    offline.close()
