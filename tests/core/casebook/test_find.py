"""What is looked for: words, wildcards taken literally, filters, pages; and texts that mean harm."""

from typing import Any

import pytest

from core.casebook.answers import ExpertAnswer, add_answer
from core.casebook.casebook import Casebook
from core.casebook.records import CaseFilter, SavedCase
from core.compare.comparison import Comparison
from core.study.study import Study

HOSTILE = [
    "<script>alert(1)</script>", "../../etc/passwd", "'; DROP TABLE cases; --", "\U0001f9e0\U0001f468\u200d\u2695",
    "\u202eright to left", "a\0b", "one\ntwo\r\nthree", "100 %_sure\\", "\x1b]0;owned\x07 title",
    "half \ud800", "$(rm -rf /)", "{{7*7}}",
]  # fmt: skip


def save(casebook: Casebook, study: Study | Comparison, title: str, **more: Any) -> SavedCase:
    return casebook.save(study, title=title, source="inspect", **more)


def titles(casebook: Casebook, **filters: Any) -> list[str]:
    found = casebook.find(CaseFilter(**filters))
    assert casebook.count(CaseFilter(**filters)) == len(found)
    return [case.title for case in found]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_kept_as_texts(casebook: Casebook, image_case: Study, text: str) -> None:
    case = save(casebook, image_case, text, note=text, tags=[text], label=text)
    assert case == casebook.get(case.uid)
    for kept in (case.title, case.note, *case.tags):
        assert not {"\0", "\x1b", "\u202e", "\r"} & set(kept)
    assert "\n" not in case.title
    assert case.note.count("\n") == text.count("\n")
    edited = casebook.edit(case.uid, 1, title=text, note=text, tags=[text, text.upper()])
    assert (edited.title, edited.note) == (case.title, case.note)
    for word in case.title.split():
        assert titles(casebook, text=word.swapcase()) == [case.title]
    assert titles(casebook, tags=case.tags) == [case.title]
    for name in ("text", "kind", "classifier", "attack", "study_id"):
        titles(casebook, **{name: text})
    assert titles(casebook) == [case.title]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"title": "x" * 10**6}, "title has 1,000,000 characters"), ({"title": "x" * 201}, "title has 201"),
        ({"title": " \n\0"}, "needs a title"), ({"note": "x" * 20_001}, "note has 20,001"),
        ({"tags": ["x" * 51]}, "tag has 51"), ({"tags": ["x" * 10**6]}, "tag has 1,000,000"),
        ({"tags": [str(each) for each in range(21)]}, "21 tags"), ({"source": "thin air"}, "expected the source"),
    ],
)  # fmt: skip
def test_texts_beyond_their_bounds_are_one_sentence(
    casebook: Casebook, image_case: Study, texts: dict[str, Any], said: str
) -> None:
    given: dict[str, Any] = {"title": "x", "source": "inspect"} | texts
    with pytest.raises(ValueError, match=said):
        casebook.save(image_case, **given)
    assert casebook.count() == 0
    assert not casebook.cases.exists()
    kept = save(casebook, image_case, "x" * 200, note="y" * 20_000, tags=[f"{each:050}" for each in range(20)])
    given = {"title": "x", "note": "", "tags": []} | texts
    if "source" not in texts:
        with pytest.raises(ValueError, match=said):
            casebook.edit(kept.uid, 1, **given)
    assert casebook.get(kept.uid) == kept


def test_wildcards_are_letters(casebook: Casebook, image_case: Study) -> None:
    for title in ("100 % sure", "100 sure", "a_b", "axb", "back\\slash"):
        save(casebook, image_case, title)
    assert titles(casebook, text="%") == ["100 % sure"]
    assert titles(casebook, text="a_b") == ["a_b"]
    assert titles(casebook, text="k\\s") == ["back\\slash"]
    assert titles(casebook, text="%" * 10**6) == []
    assert titles(casebook, text="sure 100") == ["100 sure", "100 % sure"]


def test_words_are_found_wherever_they_stand_in_whatever_case(casebook: Casebook, image_case: Study) -> None:
    case = save(casebook, image_case, "Ärzte", note="Die Straße", tags=["Thorax"], label="cat")
    save(casebook, image_case, "another")
    add_answer(casebook, ExpertAnswer(case.uid, "Dr. Möller", "open", 8, 8, comment="A shadow"))
    for text in (
        "ÄRZTE",
        "a\u0308rzte",
        "STRASSE",
        "thor",
        "Cat",
        "möller",
        "SHADOW strasse",
        f"Ä {case.answer_before}",
    ):
        assert "Ärzte" in titles(casebook, text=text), text
    assert titles(casebook, text="ärzte nothing") == []


def test_filters(casebook: Casebook, image_case: Study, compared: Comparison) -> None:
    one = save(casebook, image_case, "one", tags=["Red", "blue"], label="cat")
    two = save(casebook, compared, "two", tags=["red"], label="dog")
    assert titles(casebook, kind="image") == ["one"]
    assert titles(casebook, classifier="two") == ["two"]
    assert titles(casebook, classifier="one") == ["two", "one"]
    assert titles(casebook, attack="pgd") == ["two", "one"]
    assert titles(casebook, attack="fgsm") == []
    assert titles(casebook, label="cat") == ["one"]
    assert titles(casebook, tags=("RED",)) == ["two", "one"]
    assert titles(casebook, tags=("RED", " blue ")) == ["one"]
    assert titles(casebook, study_id=one.study_id) == ["one"]
    assert titles(casebook, fooled=one.fooled, kind="image") == ["one"]
    assert titles(casebook, fooled=not one.fooled, kind="image") == []
    assert titles(casebook, defended=two.defended) == ["two"]
    assert titles(casebook, defended=not two.defended) == []
    choices = casebook.choices()
    assert (choices.kinds, choices.classifiers, choices.attacks) == (("image", "comparison"), ("one", "two"), ("pgd",))
    assert choices.labels == ("cat", "dog")
    assert [tag.lower() for tag in choices.tags] == ["blue", "red"]
    casebook.delete([one.uid])
    assert casebook.choices().labels == ("dog",)
    assert [tag.lower() for tag in casebook.choices().tags] == ["red"]


def test_pages(casebook: Casebook, image_case: Study) -> None:
    for number in range(7):
        save(casebook, image_case, str(number))
    assert [case.title for case in casebook.find(most=3)] == ["6", "5", "4"]
    assert [case.title for case in casebook.find(most=3, skip=6)] == ["0"]
    assert casebook.find(most=3, skip=9) == []
    assert casebook.find(most=0) == []
