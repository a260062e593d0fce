"""People sign in to a dashboard that listens at all addresses: who they are, what they may press, whose things are."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.access.asked_link import NAME
from core.access.acting import acting_as
from core.audit.entry import Entry
from core.audit.verify import verify
from core.casebook.casebook import Casebook
from core.compare.one_image import compare
from tests.app.pages import refining
from tests.browser.conftest import CHROMIUM, no_sideways_scroll, picture
from tests.browser.team import Team, team
from tests.core.compare.doubles import IMAGE, model, pair

pytestmark = pytest.mark.browser
HIS, HERS = "20261129-120000-0123abcd", "20261129-130000-4567cdef"
Sign = Callable[[str], Page]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """The dashboard, with a run of Otto's and one of Anna's, neither shared."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed, so nothing was tested in a browser (Debian: apt install chromium)")
    with team(tmp_path_factory.mktemp("team")) as started:
        for name, run in (("otto", HIS), ("anna", HERS)):
            with acting_as(started.person(name)):
                refining(started.home, run).owner.claim()
        yield started


@pytest.fixture
def sign(people: Team, chromium: Browser) -> Iterator[Sign]:
    """Sign somebody in, in a browser of their own."""
    contexts: list[BrowserContext] = []

    def signed_in(name: str) -> Page:
        contexts.append(chromium.new_context(viewport={"width": 1600, "height": 1000}))
        page = contexts[-1].new_page()
        page.set_default_timeout(90_000)
        page.goto(people.address)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name=name, exact=True).click()  # at the provider
        expect(page.get_by_text(f"{name.capitalize()} ·")).to_be_visible()
        return page

    yield signed_in
    for each in contexts:
        each.close()


def opened(page: Page, people: Team, path: str) -> Page:
    page.goto(f"{people.address}/{path}")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    return page


def shown(page: Page, name: str) -> None:
    """Keep pictures of it in two widths, if pictures are wanted."""
    for width in (1100, 1600):
        page.set_viewport_size({"width": width, "height": 1000})
        picture(page, f"{name}-{width}", width)


def test_one_signs_in_is_named_and_signs_out(people: Team, chromium: Browser, sign: Sign) -> None:
    before = len(entries(people))
    stranger = chromium.new_context(viewport={"width": 1600, "height": 1000}).new_page()
    stranger.goto(f"{people.address}/runs?run={HIS}")
    expect(stranger.get_by_text("This dashboard is for those who sign in.")).to_be_visible(timeout=90_000)
    assert stranger.get_by_test_id("stSidebarNav").count() == 0
    assert stranger.get_by_text("Page not found").count() == 0
    no_sideways_scroll(stranger)
    shown(stranger, "sign-in")
    stranger.context.close()
    page = sign("otto")
    expect(page.get_by_text("Otto · operator")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{people.issuer}/**")
    page.goto(f"{people.address}/runs")
    expect(page.get_by_text("This dashboard is for those who sign in.")).to_be_visible(timeout=90_000)
    said = [(each.event, each.person["name"]) for each in entries(people)[before:] if each.event.startswith("signed")]
    assert said == [("signed in", "Otto"), ("signed out", "Otto")]


def test_a_viewer_cannot_start_or_delete_and_sees_what_is_shared(people: Team, sign: Sign) -> None:
    page = opened(sign("vera"), people, f"runs?run={HIS}")
    expect(page.get_by_text("There are no runs yet.")).to_be_visible()
    assert page.get_by_test_id("stSidebarNav").get_by_text("Refine", exact=True).count() == 0
    his = opened(sign("otto"), people, f"runs?run={HIS}")
    his.get_by_role("button", name="Share with everyone here").click()
    expect(his.get_by_role("button", name="Share no longer")).to_be_enabled()
    page.reload()
    expect(page.get_by_text(f"run {HIS}").first).to_be_visible()
    for name in ("Share no longer", re.compile("Delete")):
        expect(page.get_by_role("button", name=name)).to_be_disabled()
    page.get_by_role("button", name=re.compile("Delete")).hover(force=True)
    expect(page.get_by_text("The role ‘viewer’ may not delete anything")).to_be_visible()
    shown(page, "viewer")
    opened(page, people, "refine")
    expect(page.get_by_text("The role ‘viewer’ may not start, stop or share runs")).to_be_visible()
    opened(page, people, "evaluate")
    expect(page.get_by_role("button", name=re.compile("^(play_arrow)? ?Measure|Evaluate"))).to_be_disabled()
    expect(page.get_by_role("button", name="Add a model of your own")).to_be_disabled()


def test_an_operator_starts_and_only_an_owner_deletes(people: Team, sign: Sign) -> None:
    his = opened(sign("otto"), people, f"runs?run={HIS}")
    expect(his.get_by_role("button", name=re.compile("Delete"))).to_be_disabled()
    assert his.get_by_text(HERS).count() == 0, "what Anna has not shared is not there for him"
    expect(opened(his, people, "evaluate").get_by_role("button", name=re.compile("Measure|Evaluate"))).to_be_enabled()
    hers = opened(sign("anna"), people, f"runs?run={HIS}")
    hers.get_by_role("button", name=re.compile("Delete")).click()
    hers.get_by_role("button", name="Delete this run").click()
    expect(hers.get_by_text(f"run {HERS}").first).to_be_visible()
    assert not (people.home / "runs" / HIS).exists()
    assert [each.person["name"] for each in entries(people) if each.event == "run deleted"] == ["Anna"]


def test_two_people_do_not_see_one_anothers_cases(people: Team, sign: Sign) -> None:
    with acting_as(people.person("bela")):
        study = compare(pair(), model(0), model(1), IMAGE, label=1).studies["before"]
        uid = Casebook(people.home / "casebook").save(study, title="Of Bela alone", source="inspect").uid
    hers = opened(sign("bela"), people, f"cases?case={uid}")
    expect(hers.get_by_role("heading", name="Of Bela alone")).to_be_visible()
    his = opened(sign("otto"), people, f"cases?case={uid}")
    expect(his.get_by_text(f"The case ‘{uid}’ is not here")).to_be_visible()
    assert his.get_by_text("Of Bela alone").count() == 0
    hers.get_by_role("button", name="Share with everyone here").click()
    expect(hers.get_by_role("button", name="Share no longer")).to_be_enabled()
    shown(hers, "case")
    his.reload()
    expect(his.get_by_role("heading", name="Of Bela alone")).to_be_visible()
    with his.expect_download() as download:
        his.locator(f".st-key-export-{uid}").get_by_role("button").click()
    assert Path(download.value.path()).stat().st_size > 1000


def entries(people: Team) -> list[Entry]:
    """What the trail of that dashboard says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUNTERPROOF_HOME", str(people.home))
        return [*verify(files=False).entries]


def test_who_opened_a_link_before_signing_in_is_led_to_it(people: Team, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1600, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(90_000)
    page.goto(f"{people.address}/runs?run={HIS}")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="otto", exact=True).click()
    expect(page.get_by_text("Otto ·")).to_be_visible()
    assert page.url == f"{people.address}/runs?run={HIS}"
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    assert not [each for each in context.cookies() if each["name"].startswith(NAME)]
    context.close()
