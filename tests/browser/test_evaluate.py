"""An evaluation from the page: started, stopped, resumed, told, an image of it opened on Inspect, its report opened."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import picture

pytestmark = pytest.mark.browser

MODELS = "mnist_cnn:standard,mnist_cnn:pgd_adversarial"
LINK = (
    f"evaluate?evaluate.models={MODELS}&evaluate.data=mnist&evaluate.count=30&evaluate.batch=10"
    "&evaluate.attacks=fgsm,pgd,square&evaluate.strengths=13,26,51&evaluate.square.queries=60"
)


def test_an_evaluation_from_start_to_report(page: Page, server: str, folder: Path, digits: None) -> None:
    page.goto(f"{server}/{LINK}")
    expect(page.get_by_text("Measures 2 models under 3 attacks at 3 strengths on 30 images")).to_be_visible()
    picture(page, "evaluate-form")
    page.get_by_role("button", name="Evaluate", exact=True).click()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text(re.compile("What was measured is shown below"))).to_be_visible()
    page.get_by_role("button", name="Resume", exact=True).click()
    expect(page.get_by_text("were saved.")).to_be_visible()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_hidden()
    expect(
        page.get_by_text(re.compile("of 30 images, and under the worst of 3 attacks at 26/255")).first
    ).to_be_visible()
    expect(page.get_by_text("Most fragile images")).to_be_visible()
    picture(page, "evaluate")
    with page.expect_download() as given:
        page.get_by_role("button", name="Report (HTML)").click()
    report = folder / "report.html"
    given.value.save_as(report)
    offline = page.context.new_page()
    offline.context.set_offline(True)
    offline.goto(report.as_uri())
    expect(offline.get_by_role("heading", name="Right under the worst attack, by model")).to_be_visible()
    assert offline.locator("svg").count() == 5
    offline.context.set_offline(False)
    offline.close()
    page.get_by_alt_text(re.compile("test image")).first.click()
    expect(page.get_by_role("heading", name="Inspect", exact=True)).to_be_visible()
