"""Present in a browser: blind by keyboard, an answer with marks by mouse, kept over a reload, shown back on Cases."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.casebook.answers import answers_of
from core.casebook.casebook import Casebook
from core.casebook.mask_png import read_mask
from core.compare.one_image import compare
from tests.browser.conftest import no_sideways_scroll, picture
from tests.core.compare.doubles import IMAGE, model, pair

pytestmark = pytest.mark.browser


@pytest.fixture
def book(folder: Path) -> Casebook:
    return Casebook(folder / "casebook")


@pytest.fixture
def uid(book: Casebook) -> str:
    """A comparison of two toy models on a picture of 8 x 8 pixels, with two maps."""
    return book.save(compare(pair(), model(0), model(1), IMAGE, label=1), title="Told later", source="compare").uid


def arrow(page: Page, key: str, said: str) -> None:
    page.keyboard.press(key)
    expect(page.locator(".far")).to_have_text(said)


def test_blind_by_keyboard_marks_by_mouse_and_the_answer_on_cases(
    page: Page, server: str, book: Casebook, uid: str
) -> None:
    page.goto(f"{server}/present?case={uid}&order=blind&step=5")
    expect(page.get_by_role("heading", name="One of these two pictures was changed. Which?")).to_be_visible()
    assert page.get_by_text("Told later").count() == 0
    assert page.get_by_role("button", name="Next").is_disabled()
    first = page.get_by_role("img", name="left picture").get_attribute("src")
    page.reload()
    expect(page.get_by_role("button", name="The left one")).to_be_visible()
    assert page.get_by_role("img", name="left picture").get_attribute("src") == first, "the lot is drawn once"
    page.keyboard.press("1")
    expect(page.get_by_text("You said: the left one.")).to_be_visible()
    arrow(page, "ArrowRight", "2 of 11")
    expect(page.get_by_role("heading", name="What the model saw")).to_be_focused()
    arrow(page, "ArrowLeft", "1 of 11")
    expect(page.get_by_text("You said: the left one.")).to_be_visible()
    for step in range(2, 12):
        arrow(page, "ArrowRight", f"{step} of 11")
        if step < 10:  # every picture has its words
            expect(page.locator(".frames figure").first).to_be_visible()
            for each in page.locator(".frames img:not(.under)").all():
                assert each.get_attribute("alt")
        no_sideways_scroll(page)
    canvas = page.get_by_role("application")
    expect(canvas).to_be_visible()
    box = canvas.bounding_box()
    assert box is not None

    def at(across: float, down: float) -> tuple[float, float]:
        return box["x"] + across * box["width"], box["y"] + down * box["height"]

    page.mouse.click(*at(0.94, 0.94))
    page.mouse.click(*at(0.06, 0.94))
    page.get_by_role("button", name="Should not matter").click()
    page.get_by_role("button", name="Box", exact=True).click()
    page.mouse.move(*at(0.01, 0.01))
    page.mouse.down()
    page.mouse.move(*at(0.2, 0.1))
    page.mouse.move(*at(0.49, 0.24))
    page.mouse.up()
    page.get_by_label("Your name").fill("Dr. E")
    page.get_by_label("Comment").fill("A wing & a <b>prayer</b>")
    sums = page.locator(".sums").inner_text()
    assert "Should not matter: 12 %" in sums or "Should not matter: 13 %" in sums  # 8 of 64 pixels
    picture(page, "present_answer")

    page.reload()
    expect(page.locator(".sums")).to_have_text(sums)
    arrow(page, "ArrowLeft", "10 of 11")
    arrow(page, "ArrowRight", "11 of 11")
    expect(page.locator(".sums")).to_have_text(sums)
    assert page.get_by_label("Comment").input_value() == "A wing & a <b>prayer</b>"
    page.get_by_role("button", name="Save my answer").click()
    expect(page.get_by_text("Choose first whether you agree")).to_be_visible()
    page.get_by_role("heading", name="Your answer").click()
    page.keyboard.press("2")
    page.get_by_role("button", name="Save my answer").click()
    expect(page.get_by_text("Thank you, Dr. E.")).to_be_visible()
    (kept,) = answers_of(book, uid)
    assert (kept.verdict, kept.guess, kept.order_shown) == ("disagree", "left", "blind")
    assert kept.relevant is not None
    assert kept.spurious is not None
    relevant, spurious = read_mask(kept.relevant, 8, 8), read_mask(kept.spurious, 8, 8)
    assert spurious.tolist() == [[row < 2 and column < 4 for column in range(8)] for row in range(8)]
    assert relevant[7, 7]
    assert relevant[7, 0]
    page.get_by_role("button", name="See it under Cases").click()
    expect(page.get_by_text("What experts marked")).to_be_visible()
    expect(page.get_by_text("Grad-CAM++, after refinement")).to_be_visible()
    expect(page.get_by_text("by chance 12 %").or_(page.get_by_text("by chance 13 %")).first).to_be_visible()
    no_sideways_scroll(page)


def test_parts_by_keyboard_and_what_was_drawn_taken_back(page: Page, server: str, uid: str) -> None:
    page.goto(f"{server}/present?case={uid}&step=99")
    canvas = page.get_by_role("application")
    canvas.focus()
    page.keyboard.press("ArrowRight")
    live = page.locator("[aria-live]").filter(has_text="Part 1 of")
    expect(live).to_contain_text("not marked")
    page.keyboard.press("Space")
    expect(live).to_contain_text("should matter")
    expect(page.locator(".far")).to_have_text("10 of 10")  # the arrows walked through the parts, not through the steps
    assert "Should matter: 0 %" not in page.locator(".sums").inner_text()
    page.get_by_role("button", name="Undo").click()
    assert "Should matter: 0 %" in page.locator(".sums").inner_text()


def test_all_pictures_zoom_and_move_together(page: Page, server: str, uid: str) -> None:
    page.goto(f"{server}/present?case={uid}&step=2")
    frames = page.locator(".frame")
    expect(frames).to_have_count(2)
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Zoom in").click()

    def looks() -> list[str]:
        shown = page.locator(".frame img").all()
        return [each.evaluate("image => getComputedStyle(image).transform") for each in shown]

    page.wait_for_timeout(300)
    zoomed = looks()
    assert zoomed[0].startswith("matrix(2.25")
    frames.first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    assert looks()[0] != zoomed[0], "zoomed, the arrows move the picture"
    expect(page.locator(".far")).to_have_text("2 of 10")
    page.keyboard.press("0")
    page.wait_for_timeout(300)
    assert set(looks()) == {"matrix(1, 0, 0, 1, 0, 0)"}
    page.get_by_role("button", name="Swipe").click()
    page.get_by_role("slider", name="swipe between the original").fill("10")
    assert "90%" in page.locator(".clip").evaluate("layer => layer.style.clipPath")
    page.set_viewport_size({"width": 1100, "height": 800})
    page.wait_for_timeout(300)
    no_sideways_scroll(page)
