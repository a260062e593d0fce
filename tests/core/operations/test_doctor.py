"""The doctor goes on after a check that cannot be made, and leaves the network alone unless asked."""

import json

from core.operations.doctor import checks, examined
from core.operations.finding import Finding, as_json, problems, table


def broken() -> Finding:
    raise RuntimeError("no luck")


def test_a_check_that_cannot_be_made_is_a_problem_and_the_others_go_on() -> None:
    found = list(examined({"a": broken, "b": lambda: [Finding("b", "one"), Finding("b", "two", "note")]}))
    assert [(each.what, each.state) for each in found] == [("a", "problem"), ("b", "ok"), ("b", "note")]
    assert found[0].found == "could not be looked at: no luck"
    assert problems(found) == 1
    assert json.loads(json.dumps(as_json(found)))["checks"][2]["found"] == "two"


def test_columns_are_aligned() -> None:
    lines = table([Finding("a", "x"), Finding("longer", "y", "note", "Do it.")]).splitlines()
    assert lines == ["ok       a       x", "note     longer  y", "                 Do it."]


def test_the_network_is_asked_only_where_that_is_wanted() -> None:
    assert "network" not in checks(8501)
    assert set(checks(8501, network=True)) - set(checks(8501)) == {"network"}
