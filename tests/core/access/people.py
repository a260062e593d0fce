"""Persons of each role, made up."""

from core.access.person import Person, person_id

ISSUER = "https://id.example.org"


def someone(name: str, role: str | None) -> Person:
    return Person(person_id(ISSUER, name), name.capitalize(), role)  # type: ignore[arg-type]


ANNA, OTTO, OLGA = someone("anna", "owner"), someone("otto", "operator"), someone("olga", "operator")
BELA, EMMA, VERA = someone("bela", "expert"), someone("emma", "expert"), someone("vera", "viewer")
STRANGER = someone("stranger", None)
