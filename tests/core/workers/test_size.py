"""How many workers: as the variable says, else as memory allows; anything else is refused in a sentence."""

import pytest

from core.workers import size
from core.workers.shared import shared


@pytest.mark.parametrize(("said", "count"), [("0", 0), (" 3 ", 3), ("64", 64)])
def test_the_variable_says_how_many(said: str, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(size.VARIABLE, said)
    assert size.wanted() == count


@pytest.mark.parametrize("said", ["-1", "65", "two", "1.5", "²"])
def test_what_is_no_number_of_workers_is_refused(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(size.VARIABLE, said)
    with pytest.raises(ValueError, match="expected COUNTERPROOF_WORKERS to be a whole number from 0 to 64"):
        size.wanted()


@pytest.mark.parametrize(("giga", "count"), [(1, 2), (6, 5), (100, size.MOST)])
def test_unset_memory_says(giga: int, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(size.VARIABLE, raising=False)
    monkeypatch.setattr(size.memory_info, "available", lambda: giga * 10**9)
    assert size.wanted() == count


def test_none_are_started_where_none_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(size.VARIABLE, "0")
    assert shared(lambda: "for this test alone") is None
