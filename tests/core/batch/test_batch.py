"""What is asked of a batch, what its rows come to, in what order they stand, and what is written of them."""

import csv
import io
import json
from typing import Any

import pytest

from core.attacks.pgd import PGD
from core.batch.exports import as_csv, files
from core.batch.order import ORDERS, ordered
from core.batch.picture_rows import unused
from core.batch.request import BatchRequest
from core.batch.summary import summary
from core.batch.words import sentences
from core.study.case import Case
from tests.core.batch.made import row

ASKED: dict[str, Any] = {"classifier": "m", "attack": {"method": "pgd"}, "data": "mnist"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"data": ""}, "either pictures that were gathered or a data set"),
        ({"collection": "set/0123456789abcdef"}, "either pictures that were gathered or a data set"),
        ({"data": "", "collection": "/etc/passwd"}, "no collection of pictures of that name"),
        ({"count": 0}, "count to be a whole number from 1 to 10,000, got 0"),
        ({"count": True}, "count to be a whole number"),
        ({"draw_seed": -1}, "draw_seed to be a whole number from 0"),
        ({"attack": {"method": "magic"}}, "a method among"),
        ({"explainers": ["lime"]}, "in their JSON form"),
        ({"explainers": "lime"}, "explainers to be a list"),
        ({"explainers": [{"method": "lime"}] * 2}, "each explainer once"),
        ({"controls": 0}, "1 to 99 control draws"),
        ({"seed": -1}, "expected a seed"),
        ({"explained": "nothing"}, "'answer' or 'original'"),
        ({"title": 3}, "title to be a text"),
        ({"hat": 1}, "unknown argument hat"),
        ({"classifier": None}, "classifier to be a text"),
    ],
)
def test_what_does_not_fit_is_a_sentence(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        BatchRequest.read(ASKED | changes)


def test_a_request_survives_json_and_asks_of_each_picture_what_inspect_would() -> None:
    asked = BatchRequest.read(ASKED | {"explainers": [{"method": "lime"}, {"method": "grad_cam_pp"}], "seed": 4})
    again = BatchRequest.read(json.loads(json.dumps(asked.arguments())))
    assert again.case("x") == asked.case("x")
    assert [each.key for each in again.chosen_explainers()] == ["grad_cam_pp", "lime"], "the order of the pages"
    assert asked.case("x") == Case("x", "m", PGD(), asked.chosen_explainers(), None, 4, "answer", 3)


def test_only_pictures_that_the_model_got_right_count() -> None:
    unknown, broken = row("e", right=None, label=None), unused("g", "it is broken")
    unknown, broken = row("e", right=None, label=None), unused("g", "it is broken")
    rows = [row("a"), row("b", "held"), row("c", "no gradient"), row("d", right=False), unknown,
            row("f", survives=False), broken]  # fmt: skip
    told = summary(rows)
    assert (told["count"], told["studied"], told["attacked"], told["fooled"], told["held"]) == (7, 6, 4, 2, 1)
    assert (told["wrong"], told["unlabelled"], told["flat"], told["survive"], told["unused"]) == (1, 1, 1, 1, 1)
    assert told["share"] == 0.5
    assert told["interval_95"] == pytest.approx([0.15, 0.85], abs=0.001)  # Wilson for 2 of 4
    said = " ".join(sentences(told))
    assert "Fooled 2 of 4 pictures that the model got right: 50 % (15 to 85)." in said
    assert "1 of these 2 survive saving" in said
    assert "1 picture got a wrong answer before any attack" in said
    assert "says nothing about how much the model withstands" in said
    assert "1 file could not be used" in said


def test_without_labels_all_that_were_attacked_count_and_that_is_said() -> None:
    told = summary([row("a", right=None, label=None), row("b", "held", right=None, label=None)])
    assert (told["attacked"], told["fooled"]) == (2, 1)
    assert "Fooled 1 of 2 pictures: 50 %" in sentences(told)[0]
    assert "the answer is another than before" in " ".join(sentences(told))
    assert sentences(summary([unused("a", "no")]))[0] == "No picture could be attacked."


def test_maps_count_only_beyond_every_draw_of_noise() -> None:
    far = {"agreement": 0.1, "noise": [0.8, 0.7, 0.9], "beyond": 0.6, "exceeds": [3, 3]}
    near = {"agreement": 0.75, "noise": [0.8, 0.7, 0.9], "beyond": -0.05, "exceeds": [2, 3]}
    told = summary(
        [row("a", maps={"lime": far}), row("b", maps={"lime": near}), row("c", maps={"lime": {"reason": "x"}})]
    )
    assert told["maps"] == {"lime": {"drawn": 2, "beyond": 1, "none": 1}}
    assert "LIME moved more than under every draw of ordinary noise on 1 of 2 pictures." in " ".join(sentences(told))


def test_every_order_and_filter() -> None:
    held = {"beyond": 0.5, "agreement": 0.1, "noise": [0.7, 0.6, 0.8], "exceeds": [3, 3]}
    rows = [row("d", "held", maps={"lime": held}), row("c", size=0.1), row("B", size=0.3, probability_after=0.99),
            row("a", size=0.3, sizes={"linf": 0.3, "l2": 2.0}), unused("e", "no"), row("f", "no gradient")]  # fmt: skip
    orders = {key: "".join(each["name"] for each in ordered(rows, key)) for key in ORDERS}
    assert orders == {
        "fooled": "aBcdfe",
        "smallest": "caBdfe",
        "confident": "Bacdfe",
        "moved": "daBcfe",
        "name": "aBcdef",
    }
    shown = {key: "".join(each["name"] for each in ordered(rows, "name", key)) for key in
             ("all", "fooled", "held", "flat", "unused")}  # fmt: skip
    assert shown == {"all": "aBcdef", "fooled": "aBc", "held": "d", "flat": "f", "unused": "e"}


def test_what_is_written_quotes_nothing_that_acts() -> None:
    asked = BatchRequest.read(ASKED | {"explainers": [{"method": "lime"}], "title": "<script>"})
    told = {"agreement": 0.25, "noise": [0.5, 0.4, 0.6], "beyond": 0.15, "exceeds": [3, 3]}
    rows = [row("=HYPERLINK(1)", maps={"lime": told}, step=4), row("<b>x</b>", "held", step=5) | {"maps": {}},
            unused("@x", "<i>no</i>") | {"step": 6}]  # fmt: skip
    made = files(summary(rows), rows, asked, "RUN")
    page = made["report.html"].decode()
    assert "<script" not in page
    assert "<b>x</b>" not in page
    assert "Fooled 1 of 2" in page
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page
    first, second, third = csv.DictReader(io.StringIO(as_csv(rows, asked)))
    assert (first["name"], first["lime_agreement"], first["lime_noise_lowest"]) == ("'=HYPERLINK(1)", "0.25", "0.4")
    assert (first["case"], first["survives_saving"], second["lime_agreement"]) == ("cases/4", "True", "")
    assert (third["name"], third["outcome"], third["case"]) == ("'@x", "not used", "")
    whole = json.loads(made["batch.json"])
    assert whole["run"] == "RUN"
    assert [each["step"] for each in whole["rows"]] == [4, 5, 6]
