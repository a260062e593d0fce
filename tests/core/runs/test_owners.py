"""Whose runs are: who may start, see, stop, share and delete them, and what arguments may name."""

from pathlib import Path
from typing import Any

import pytest

from core.access.acting import acting_as
from core.access.belonging import belonging
from core.access.permission import Refused
from core.access.person import Person
from core.audit.verify import verify
from core.runs.store import Run, Store
from tests.core.access.people import ANNA, BELA, OLGA, OTTO, VERA
from tests.core.runs.doubles import Forks, ended


@pytest.fixture
def store(home: Path, forks: Forks) -> Store:
    return Store(home / "runs", forks.launch)


def walked(store: Store, person: Person, **more: Any) -> Run:
    with acting_as(person):
        run = store.submit("walk", {"steps": 3} | more)
    assert ended(run) == "completed"
    return run


@pytest.mark.parametrize("person", [VERA, BELA], ids=lambda each: each.role)
def test_who_may_not_start_leaves_nothing(store: Store, person: Person) -> None:
    with acting_as(person), pytest.raises(Refused, match=f"‘{person.role}’ may not start, stop or share runs"):
        store.submit("walk", {"steps": 3})
    assert not store.root.exists()


def test_a_run_is_seen_by_who_started_it_and_owners_until_it_is_shared(store: Store) -> None:
    run = walked(store, OTTO)
    assert run.owner.people() == ("Otto",)
    for person, there in ((OTTO, True), (ANNA, True), (OLGA, False), (VERA, False)):
        with acting_as(person):
            assert [each.id for each in store.runs()] == [run.id] * there
            if not there:
                with pytest.raises(ValueError, match="there is no run"):
                    store.run(run.id)
    with acting_as(OTTO):
        run.share(True)
    with acting_as(VERA):
        assert store.run(run.id).id == run.id
    assert [each.id for each in store.runs()] == [run.id], "who has a shell sees all"


@pytest.mark.parametrize("person", [VERA, BELA, OTTO, OLGA], ids=lambda each: each.name)
def test_nobody_but_an_owner_deletes(store: Store, person: Person) -> None:
    run = walked(store, OTTO)
    with acting_as(OTTO):
        run.share(True)
    with acting_as(person), pytest.raises(Refused, match="may not delete anything; that takes the role ‘owner’"):
        run.delete()
    assert run.folder.is_dir()
    with acting_as(ANNA):
        run.delete()
    assert not run.folder.exists()


def test_stopping_and_resuming_is_for_who_started_it_and_owners(store: Store) -> None:
    with acting_as(OTTO):
        run = store.submit("walk", {"steps": 20_000, "pause": 0.01})
        run.share(True)
    for person in (VERA, OLGA):
        with acting_as(person):
            for act in (lambda: run.stop("now"), run.resume, lambda: run.share(False)):
                with pytest.raises(Refused):
                    act()
    assert run.status.alive
    with acting_as(OTTO):
        run.stop("save")
    assert ended(run) == "stopped"
    with acting_as(OLGA), pytest.raises(Refused, match="belongs to somebody else"):
        run.resume()


def test_a_run_from_before_is_everybodys(store: Store) -> None:
    run = store.submit("walk", {"steps": 3})
    assert ended(run) == "completed"
    assert run.owner.nobodys()
    with acting_as(VERA):
        assert [each.id for each in store.runs()] == [run.id]


@pytest.mark.parametrize(
    "arguments",
    [
        {"base": "run:{run}"}, {"classifiers": ["mnist_cnn:standard", "run:{run}.last"]}, {"before": "own:secret"},
        {"classifier": "own:secret@finding"}, {"data": "own:secret"}, {"collection": "set/0123456789abcdef"},
        {"image": "upload/0123456789abcdef@-160:240"}, {"objective": {"method": "m", "regions": "0123456789abcdef"}},
        {"data": "/etc/passwd"}, {"data": "~/x.npz"}, {"data": "../x.npz"}, {"anything": "/etc/passwd"},
    ],
    ids=str,
)  # fmt: skip
def test_arguments_cannot_reach_what_their_author_may_not_see(store: Store, arguments: dict[str, Any]) -> None:
    run = walked(store, OTTO)
    with acting_as(OTTO):
        for kind, name in (("models", "secret"), ("data", "secret"), ("uploads", "0123456789abcdef"),
                           ("collections", "0123456789abcdef"), ("marked", "0123456789abcdef")):  # fmt: skip
            belonging(kind, name).claim()

    def named(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: named(each) for key, each in value.items()}
        return [named(each) for each in value] if isinstance(value, list) else str(value).format(run=run.id)

    with acting_as(OLGA), pytest.raises(Refused, match="there is nothing here called"):
        store.submit("walk", named(arguments) | {"steps": 3})
    assert len(store.runs()) == 1
    if "passwd" not in str(arguments) and ".npz" not in str(arguments):
        with acting_as(OTTO):
            store.submit("walk", named(arguments) | {"steps": 3})


def test_the_trail_names_the_person_and_only_owners_read_it(store: Store) -> None:
    run = walked(store, OTTO)
    with acting_as(OTTO):
        run.share(True)
    with acting_as(ANNA):
        run.delete()
        report = verify()
    assert report.whole
    said = [(entry.event, entry.person.get("name")) for entry in report.entries if entry.run == run.id]
    assert said[0] == ("run submitted", "Otto")
    assert said[-2:] == [("shared", "Otto"), ("run deleted", "Anna")]
    assert {entry.person["id"] for entry in report.entries if entry.event == "shared"} == {OTTO.id}
    for person in (VERA, OTTO):
        with acting_as(person), pytest.raises(Refused, match="may not read the audit trail"):
            verify()
