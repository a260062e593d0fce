"""The report of cases opened by Chromium without a network and without scripts: everything is there."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core.casebook.casebook import Casebook
from core.casebook.reporting.html_report import report
from tests.core.casebook.saver import small_study

pytestmark = pytest.mark.browser
TITLE = "<script>document.title = 'owned'</script> <img src=http://127.0.0.1:9/x onerror=alert(1)>"


def test_the_page_shows_everything_offline_and_without_scripts(tmp_path: Path, chromium: Browser) -> None:
    book = Casebook(tmp_path / "casebook")
    uids = [book.save(small_study(), title=f"{TITLE} {each}", note="Line\nline", source="batch").uid for each in "ab"]
    (tmp_path / "report.html").write_text(report(book, uids))
    for scripts in (False, True):
        context = chromium.new_context(offline=True, java_script_enabled=scripts)
        page = context.new_page()
        asked, wrong = list[str](), list[str]()
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("dialog", lambda dialog, wrong=wrong: wrong.append(dialog.message))
        page.on("console", lambda message, wrong=wrong: wrong.append(message.text))
        page.goto((tmp_path / "report.html").as_uri())
        expect(page.get_by_role("heading", name=TITLE)).to_have_count(2)
        expect(page.get_by_text("The change ×")).to_have_count(2)
        expect(page.get_by_role("link")).to_have_count(2)
        assert page.title() == "2 cases"
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        assert wrong == []
        if scripts:  # only with them can the page be asked whether its pictures are there
            sizes = page.evaluate("[...document.images].map(image => image.naturalWidth)")
            assert len(sizes) == 6
            assert min(sizes) >= 224
        context.close()
