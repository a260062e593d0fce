"""Who may do what with whose things; the local user everything, as ever."""

import threading
from pathlib import Path

import pytest

from core.access import acting as acting_module
from core.access.acting import act_for, acting, acting_as, as_now
from core.access.belonging import Belonging, belonging, is_visible
from core.access.permission import Refused, obstacle, require, sees
from core.access.person import LOCAL, NOBODY, Person
from core.access.roles import LEAST, ROLES, Action
from tests.core.access.people import ANNA, BELA, EMMA, OLGA, OTTO, STRANGER, VERA

MAY: dict[str, set[Action]] = {  # written out: a table that is changed by mistake is noticed
    "viewer": {"look"},
    "expert": {"look", "answer", "save", "upload"},
    "operator": {"look", "answer", "save", "upload", "run", "data"},
    "owner": {"look", "answer", "save", "upload", "run", "data", "delete", "model", "audit"},
}


@pytest.mark.parametrize("person", [VERA, BELA, OTTO, ANNA], ids=lambda each: each.role)
def test_what_each_role_may_do(person: Person) -> None:
    assert {action for action in LEAST if not obstacle(action, None, person)} == MAY[str(person.role)]
    assert [*MAY] == [*ROLES]


@pytest.mark.parametrize("person", [STRANGER, NOBODY], ids=lambda each: each.name)
def test_nobody_without_a_role_may_do_anything(home: Path, person: Person) -> None:
    for action in LEAST:
        with acting_as(person), pytest.raises(Refused, match="who has no role here may not"):
            require(action)
    assert not sees(person, belonging("uploads", "0123456789abcdef"))


def test_the_local_user_may_do_everything(home: Path) -> None:
    theirs = belonging("data", "theirs")
    with acting_as(BELA):
        theirs.claim()
    assert acting() == LOCAL
    assert [action for action in LEAST if obstacle(action, theirs)] == []
    assert is_visible("data", "theirs")


def test_what_is_somebodys_is_seen_by_them_and_owners_until_it_is_shared(home: Path) -> None:
    theirs = belonging("data", "theirs")
    assert sees(VERA, theirs), "what nobody has claimed is everybody's"
    with acting_as(OTTO):
        theirs.claim()
    assert theirs.people() == ("Otto",)
    assert [sees(each, theirs) for each in (OTTO, ANNA, OLGA, BELA, VERA)] == [True, True, False, False, False]
    with acting_as(OTTO):
        theirs.share(True, "data")
    assert [sees(each, theirs) for each in (OLGA, BELA, VERA, STRANGER)] == [True, True, True, False]
    assert obstacle("data", theirs, OLGA).startswith("this belongs to somebody else"), "shared is to be looked at"
    with acting_as(OLGA), pytest.raises(Refused):
        theirs.share(False, "data")
    with acting_as(ANNA):
        theirs.share(False, "data")
    assert not sees(OLGA, theirs)


def test_two_can_have_the_same(home: Path) -> None:
    same = belonging("uploads", "0123456789abcdef")
    for person in (BELA, EMMA):
        with acting_as(person):
            same.claim()
    assert sees(BELA, same)
    assert sees(EMMA, same)
    assert not sees(VERA, same)
    same.forget()
    assert sees(VERA, same)


def test_half_a_claim_is_nobody_elses(home: Path) -> None:
    """Killed between the folder and the file, it is shut rather than open."""
    place = Belonging(home / "half")
    place.place.mkdir()
    assert not sees(VERA, place)
    assert not sees(BELA, place)


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", ".hidden"])
def test_a_name_is_no_path(home: Path, name: str) -> None:
    with pytest.raises(ValueError, match="there is nothing called"):
        belonging("data", name)


def test_a_server_says_who_acts_and_a_thread_of_nobodys_may_do_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting_module, "_asked", [])
    here = threading.local()
    here.person = OTTO
    act_for(lambda: getattr(here, "person", NOBODY))
    assert acting() == OTTO
    seen: list[Person] = []
    later = as_now(lambda: seen.append(acting()))
    for each in (lambda: seen.append(acting()), later):
        thread = threading.Thread(target=each)
        thread.start()
        thread.join()
    assert seen == [NOBODY, OTTO], "what is to be done later is done for who asked for it"
