"""Several windows at once: the result of one comes while another's slow maps are drawn, and Stop stops its own."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import picture

pytestmark = pytest.mark.browser

SLOW = "inspect?image=mnist/0003&model=mnist_cnn:standard&pgd.eps=60&maps=lime&lime.samples=5000&controls=9"
QUICK = "inspect?image=mnist/0005&model=mnist_cnn:standard&pgd.eps=60&maps=grad_cam_pp&controls=1&seed={seed}"


@pytest.fixture
def windows(chromium: Browser) -> Iterator[list[Page]]:
    contexts = [chromium.new_context(viewport={"width": 1600, "height": 1100}) for _ in range(3)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.set_default_timeout(90_000)
    yield pages
    for context in contexts:
        context.close()


def test_a_slow_study_in_one_window_delays_no_other(windows: list[Page], server: str) -> None:
    slow, *others = windows
    slow.goto(f"{server}/{SLOW}")
    slow.get_by_role("button", name="Attack and explain", exact=True).click()
    expect(slow.get_by_text(re.compile("^Drawing LIME"))).to_be_visible()
    for seed, other in enumerate(others):
        other.goto(f"{server}/{QUICK.format(seed=seed)}")
        other.get_by_role("button", name="Attack and explain", exact=True).click()
    for other in others:
        expect(other.get_by_text("Attack card")).to_be_visible()
        expect(other.get_by_role("button", name="Stop", exact=True)).to_have_count(0)
        expect(other.locator(".pair img.map").first).to_be_visible()
    expect(slow.get_by_text(re.compile("^Drawing"))).to_be_visible()
    picture(slow, "sessions")
    slow.get_by_role("button", name="Stop", exact=True).click()
    expect(slow.get_by_text("Stopped. What was finished is shown")).to_be_visible()
