"""Whose cases are: who sees, changes, shares and deletes them, and under whose name answers are kept."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete

from core.access.acting import acting_as
from core.access.permission import Refused
from core.access.person import LOCAL, Person
from core.audit.verify import verify
from core.audit.words import sentence as said_of
from core.casebook.answers import ExpertAnswer, add_answer, all_answers, answers_of
from core.casebook.archives.export import zipped
from core.casebook.archives.import_zip import import_zip
from core.casebook.casebook import Casebook
from core.casebook.owners import share
from core.casebook.records import CaseFilter, SavedCase
from core.casebook.tables import AnswerRow
from core.study.study import Study
from tests.core.access.people import ANNA, BELA, EMMA, STRANGER, VERA


@pytest.fixture
def theirs(casebook: Casebook, image_case: Study) -> SavedCase:
    """A case that Bela saved, tagged and labelled."""
    with acting_as(BELA):
        return casebook.save(image_case, title="Bela's", tags=["secret"], label="fracture", source="inspect")


def answer(uid: str, expert: str = "Dr. Typed") -> ExpertAnswer:
    return ExpertAnswer(uid, expert, "open", 8, 8, "agree")


def test_others_find_nothing_of_it_until_it_is_shared(casebook: Casebook, theirs: SavedCase) -> None:
    assert (theirs.owner, theirs.owner_name, theirs.shared) == (BELA.id, "Bela", False)
    with acting_as(BELA):
        add_answer(casebook, answer(theirs.uid))
    for person in (EMMA, VERA, STRANGER):
        with acting_as(person):
            assert casebook.find() == []
            assert casebook.count(CaseFilter(text="Bela")) == 0
            assert casebook.choices().tags == casebook.choices().labels == ()
            assert all_answers(casebook) == answers_of(casebook, theirs.uid) == []
            for act in (casebook.get, casebook.load, lambda uid: zipped(casebook, [uid])):
                with pytest.raises(ValueError, match="there is no such case"):
                    act(theirs.uid)
            with pytest.raises(ValueError, match=r"there is no such case|may not"):
                add_answer(casebook, answer(theirs.uid))
    with acting_as(ANNA):
        assert [case.uid for case in casebook.find()] == [theirs.uid]
    with acting_as(BELA):
        assert share(casebook, theirs.uid, True).shared
    with acting_as(EMMA):
        assert casebook.get(theirs.uid).title == "Bela's"
        assert casebook.choices().tags == ("secret",)
        assert len(answers_of(casebook, theirs.uid)) == 1
    with acting_as(BELA):
        share(casebook, theirs.uid, False)
    with acting_as(EMMA):
        assert casebook.find() == []


def test_shared_is_to_be_looked_at_and_answered_not_changed(casebook: Casebook, theirs: SavedCase) -> None:
    with acting_as(BELA):
        share(casebook, theirs.uid, True)
        assert casebook.get(theirs.uid).revision == theirs.revision, "who edits meanwhile is not disturbed"
    with acting_as(EMMA):
        with pytest.raises(Refused, match="belongs to somebody else"):
            casebook.edit(theirs.uid, theirs.revision, title="Mine", note="", tags=[])
        with pytest.raises(Refused, match="belongs to somebody else"):
            share(casebook, theirs.uid, False)
        add_answer(casebook, answer(theirs.uid))
    assert casebook.get(theirs.uid).title == "Bela's"
    with acting_as(ANNA):
        assert casebook.edit(theirs.uid, theirs.revision, title="Anna's", note="", tags=[]).title == "Anna's"


def test_only_owners_delete_and_restore(casebook: Casebook, theirs: SavedCase) -> None:
    for person in (VERA, EMMA, BELA):
        with acting_as(person):
            for act in (casebook.delete, casebook.undo):
                with pytest.raises(Refused, match="may not delete anything"):
                    act([theirs.uid])
    assert casebook.get(theirs.uid).deleted is None
    with acting_as(ANNA):
        assert casebook.delete([theirs.uid]) == 1
        assert casebook.undo([theirs.uid]) == 1


def test_a_viewer_saves_and_answers_nothing(casebook: Casebook, image_case: Study) -> None:
    everybodys = casebook.save(image_case, title="From before", source="inspect")
    with acting_as(VERA):
        assert [case.uid for case in casebook.find()] == [everybodys.uid]
        with pytest.raises(Refused, match="may not save, edit or share cases"):
            casebook.save(image_case, title="Mine", source="inspect")
        with pytest.raises(Refused, match="may not answer cases"):
            add_answer(casebook, answer(everybodys.uid))
    assert casebook.count() == 1
    assert not [*casebook.cases.glob(".*")]


def test_an_answer_is_that_of_who_signed_in_whatever_name_it_comes_with(casebook: Casebook, image_case: Study) -> None:
    uid = casebook.save(image_case, title="From before", source="inspect").uid
    with acting_as(EMMA):
        made = add_answer(casebook, replace(answer(uid), person=BELA.id))
    assert (made.expert, made.person) == ("Emma", EMMA.id)
    typed = add_answer(casebook, replace(answer(uid), person=BELA.id))
    assert (typed.expert, typed.person) == ("Dr. Typed", "")
    assert answers_of(casebook, uid) == [made, typed]
    last = [entry for entry in verify().entries if entry.event == "case answered"]
    assert [entry.person.get("id") for entry in last] == [EMMA.id, None]


def test_who_brings_in_the_same_case_gets_one_of_their_own(
    casebook: Casebook, theirs: SavedCase, tmp_path: Path
) -> None:
    with acting_as(BELA):
        add_answer(casebook, answer(theirs.uid))
        packed = tmp_path / "cases.zip"
        packed.write_bytes(zipped(casebook, [theirs.uid]).read())
    with acting_as(VERA), pytest.raises(Refused, match="may not bring pictures or cases"):
        import_zip(casebook, packed, packed.name)
    with acting_as(EMMA):
        found = import_zip(casebook, packed, packed.name)
        assert found.known == ()
        assert [(case.owner, case.uid != theirs.uid) for case in found.added] == [(EMMA.id, True)]
    assert casebook.count() == 2
    assert len(all_answers(casebook)) == 2


def without(casebook: Casebook, uid: str) -> None:
    """Take the answers to a case away, as if they had been given elsewhere."""
    with casebook.session(writes=True) as session:
        session.execute(delete(AnswerRow).where(AnswerRow.case_uid == uid))


@pytest.mark.parametrize(("person", "added"), [(EMMA, 0), (BELA, 1), (ANNA, 1), (LOCAL, 1)], ids=str)
def test_answers_in_an_archive_are_added_by_whose_the_case_is_and_by_owners(
    casebook: Casebook, theirs: SavedCase, tmp_path: Path, person: Person, added: int
) -> None:
    add_answer(casebook, answer(theirs.uid))
    packed = tmp_path / "cases.zip"
    packed.write_bytes(zipped(casebook, [theirs.uid]).read())
    without(casebook, theirs.uid)
    with acting_as(BELA):
        share(casebook, theirs.uid, person == EMMA)  # what she does not see comes in as a case of her own
    with acting_as(person):
        found = import_zip(casebook, packed, packed.name)
        assert (found.answers, found.left, [case.uid for case in found.known]) == (added, 1 - added, [theirs.uid])
        said = "1 answer was left out: only who a case belongs to"
        assert (said in " ".join(found.sentences())) == (added == 0)
    assert len(answers_of(casebook, theirs.uid)) == added
    events = [entry for entry in verify().entries if entry.event == "cases imported"]
    told = {"cases": [], "answered": [theirs.uid], "answers": 1}
    assert [entry.facts for entry in events] == [told][:added], "what changes nothing is no event"
    if added:
        assert events[0].person.get("id", "") == person.id
        assert said_of(events[0]) == "imported 0 new cases, and answers to 1 that was here: 1 answer in all"


def test_a_case_of_nobodys_gets_no_answers_by_an_archive_but_from_owners(
    casebook: Casebook, image_case: Study, tmp_path: Path
) -> None:
    uid = casebook.save(image_case, title="From before", source="inspect").uid
    add_answer(casebook, answer(uid))
    packed = tmp_path / "cases.zip"
    packed.write_bytes(zipped(casebook, [uid]).read())
    without(casebook, uid)
    with acting_as(EMMA):
        assert import_zip(casebook, packed, packed.name).left == 1
    assert answers_of(casebook, uid) == []


def test_what_is_imported_is_in_the_trail(casebook: Casebook, theirs: SavedCase, tmp_path: Path) -> None:
    add_answer(casebook, answer(theirs.uid))
    packed = tmp_path / "cases.zip"
    packed.write_bytes(zipped(casebook, [theirs.uid]).read())
    with acting_as(EMMA):
        (made,) = import_zip(casebook, packed, packed.name).added
    entry = verify().entries[-1]
    assert (entry.event, entry.person["id"]) == ("cases imported", EMMA.id)
    assert entry.facts == {"cases": [made.uid], "answered": [], "answers": 1}
    assert said_of(entry) == "imported 1 new case: 1 answer in all"


def test_a_casebook_from_before_is_everybodys(casebook: Casebook, image_case: Study, home: Path) -> None:
    uid = casebook.save(image_case, title="Old", source="inspect").uid
    add_answer(casebook, answer(uid))
    with sqlite3.connect(casebook.path) as database:  # as version 0001 left it
        for name in ("owner", "owner_name", "shared"):
            database.execute(f"ALTER TABLE cases DROP COLUMN {name}")
        database.execute("ALTER TABLE answers DROP COLUMN person")
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    database.close()
    again = Casebook.usual()
    case = again.get(uid)
    assert (case.owner, case.owner_name, case.shared, case.title) == ("", "", False, "Old")
    assert answers_of(again, uid)[0].person == ""
    with acting_as(VERA):
        assert [each.uid for each in again.find()] == [uid]
