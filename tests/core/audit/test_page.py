"""The trail in plain words and as a page: hostile names are text, nothing is loaded, the state is said first."""

import json
import re
from pathlib import Path

from core.audit import words
from core.audit.entry import Entry
from core.audit.export import as_lines, as_page
from core.audit.record import record
from core.audit.state_words import CHAIN, LIMITS
from core.audit.verify import verify
from tests.core.audit.trails import RUN, filled, lines, resealed, tamper

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\x1b[2J\u202e"


def entry(event: str, facts: dict[str, object], task: str = "refine") -> Entry:
    return Entry(1, "2026-11-29T11:10:08.123+00:00", "me", event, RUN, task, facts, {}, "0", "1")


def test_whatever_an_entry_quotes_is_escaped(home: Path) -> None:
    folder = filled(home, 1)
    spec = {"task": HOSTILE, "arguments": {"title": HOSTILE, "base": HOSTILE}}
    facts = {"spec": spec, "models": [HOSTILE], "data": HOSTILE, "said": HOSTILE, "state": HOSTILE, "what": HOSTILE,
             "name": HOSTILE, "files": {"best.safetensors": HOSTILE}}  # fmt: skip
    for event in ("run submitted", "run ended", "training begun", "added", "masks stored", HOSTILE):
        assert record(event, facts, run=folder, task=HOSTILE) == ""
    tamper(home, lambda given: given.__setitem__(1, resealed(given[1], who=HOSTILE, time=HOSTILE, run=HOSTILE)))
    page = as_page(verify()).decode()
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert set(re.findall(r"<([a-z0-9]+)", page)) <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "code", "strong", "div", "ul", "li", "table",
        "tr", "th", "td", "details", "summary", "pre", "br",
    }  # fmt: skip
    assert not [tag for tag in re.findall(r"<[a-z][^>]*>", page) if re.search(r"\b(src|href|on\w+)\s*=", tag)]
    assert "default-src 'none'" in page


def test_the_page_says_the_state_first_and_what_it_cannot_show(home: Path) -> None:
    filled(home)
    page = as_page(verify()).decode()
    assert page.index("The trail is whole: 8 entries") < page.index("<table>")
    assert CHAIN[:40] in page
    assert LIMITS[:40] in page
    assert verify().head in page
    tamper(home, lambda given: given.__delitem__(3))
    page = as_page(verify()).decode()
    assert "The trail is NOT whole: entry 4 is missing; and 1 more finding." in page
    assert 'class="broken"' in page


def test_the_lines_are_those_of_the_file_without_what_is_torn(home: Path) -> None:
    filled(home)
    record("of no run", {})
    path = home / "audit" / "trail.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"n":')
    assert as_lines() == whole
    assert [json.loads(line)["run"] for line in as_lines(RUN).splitlines()] == [RUN] * 7
    assert len(lines(home)) == 10


def test_entries_in_words() -> None:
    said = {
        "run submitted": "asked for: train a model anew; model a:b, c:d; data mnist",
        "training begun": "training on 1,000 images of mnist, from a:b, from step 13",
        "masks stored": "masks as used from epoch 3 on, for 700 of 1,000 images; 2 kept as pictures",
        "weights written": "weights saved after epoch 3",
        "run ended": "the work ended: it failed (No space left)",
        "stop asked": "asked to stop at once",
        "added": "added: model xray",
    }
    facts = {
        "models": ["a:b", "c:d"], "data": "mnist", "epoch": 2, "images": 1000, "with_mask": 700, "examples_of": [3, 4],
        "state": "failed",
        "said": "No space left.", "how": "now", "what": "model", "name": "xray",
    }  # fmt: skip
    begun = {"data": {"name": "mnist", "learnt": {"images": 1000}}, "base": {"name": "a:b"}, "step": 12}
    for event, wanted in said.items():
        assert words.sentence(entry(event, begun if event == "training begun" else facts)) == wanted
    for event in (*said, "trail mended", "run started", "run resumed", "something else"):
        for strange in (
            {},
            {"data": 3, "base": [], "learnt": {}},
            {"epoch": "x", "images": {}, "models": 3, "torn": []},
        ):
            assert words.sentence(entry(event, dict(strange)))


def test_which_weights_came_out() -> None:
    ended = entry("run ended", {"files": {"best.safetensors": "a" * 64, "last.safetensors": "b" * 64}})
    assert (words.came_out(ended), words.weights_of(ended)) == (f"run:{RUN}", "a" * 64)
    assert words.came_out(entry("run ended", {"files": {"result.json": "a" * 64}})) == ""
