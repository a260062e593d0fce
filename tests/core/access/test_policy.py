"""The policy: who gets which role, what a file may say, and that a slip in it never gives more than was meant."""

import os
from pathlib import Path
from typing import Any

import pytest

from core.access import identity
from core.access.identity import person_of
from core.access.person import NOBODY
from core.access.policy import Policy, parsed, policy_file, read_policy

WHOLE = """
default = "none"
hours = 8

[[rule]]
email = "Anna@Example.org"
role = "owner"

[[rule]]
domain = "example.org"
role = "viewer"

[[rule]]
claim = "groups"
value = "radiology"
role = "operator"

[[rule]]
subject = "77"
issuer = "https://id.example.org"
role = "expert"
"""
NOW = 1_800_000_000.0


def claims(**more: Any) -> dict[str, Any]:
    return {"is_logged_in": True, "iss": "https://id.example.org", "sub": "1", "iat": NOW - 60} | more


def verified(address: str) -> dict[str, Any]:
    return claims(email=address, email_verified=True)


@pytest.fixture
def policy(home: Path) -> Policy:
    (home / "access.toml").write_text(WHOLE)
    return read_policy(policy_file())


def test_the_highest_role_that_fits_counts(policy: Policy) -> None:
    assert policy.role(verified("anna@example.org")) == "owner"
    assert policy.role(verified("bela@example.org")) == "viewer"
    assert policy.role(verified("bela@example.org") | {"groups": ["other", "radiology"]}) == "operator"
    assert policy.role(claims(sub="77")) == "expert"
    assert policy.role(claims(sub="77", iss="https://other.example")) is None
    assert policy.role(verified("anna@elsewhere.org")) is None
    assert policy.owners


@pytest.mark.parametrize(
    "address",
    ["anna@example.org.evil.org", "anna@evilexample.org", "example.org", "@example.org", "", "a@example.org@evil.org"],
)
def test_an_address_that_only_looks_alike_gets_nothing(policy: Policy, address: str) -> None:
    assert policy.role(verified(address)) is None


@pytest.mark.parametrize("told", [{}, {"email_verified": False}, {"email_verified": "true"}, {"email_verified": 1}])
def test_an_address_that_the_provider_has_not_verified_counts_for_nothing(policy: Policy, told: dict[str, Any]) -> None:
    said = claims(email="anna@example.org") | told
    assert policy.role(said) is None
    assert Policy(policy.rules, None, unverified_email=True).role(said) == "owner"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("default = 'admin'", "access.toml: default is not none, viewer, expert, operator or owner"),
        ("defualt = 'none'", "defualt is not known here"),
        ("[[rule]]\nemail = 'a@b.org'\nrole = 'Owner'", "role is not viewer, expert, operator or owner"),
        ("[[rule]]\nrole = 'owner'", "is not about one of email, domain, subject, or claim with its value"),
        ("[[rule]]\nemail = 'a@b.org'\ndomain = 'b.org'\nrole = 'owner'", "is not about one of"),
        ("[[rule]]\nclaim = 'groups'\nrole = 'owner'", "is not about one of"),
        ("[[rule]]\nemail = ''\nrole = 'owner'", "email is not text"),
        ("[[rule]]\nemail = 'b.org'\nrole = 'owner'", "email is not an address"),
        ("[[rule]]\ndomain = 'a@b.org'\nrole = 'owner'", "domain is not such as example.org"),
        ("[[rule]]\nemail = 'a@b.org'", "lacks role"),
        ("[rule]\nemail = 'a@b.org'", "rule is not a list"),
        ("hours = 0", "hours is not a number"),
        ("unverified_email = 'no'", "unverified_email is not true or false"),
        ("role = ", "access.toml is not readable as TOML"),
    ],
)
def test_what_a_policy_may_not_say(home: Path, text: str, reason: str) -> None:
    (home / "access.toml").write_text(text)
    with pytest.raises(ValueError, match=".") as error:
        read_policy(policy_file())
    assert reason in str(error.value)
    assert not str(error.value).endswith(".")


def test_without_a_file_everybody_looks(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_policy(policy_file()) == Policy()
    assert Policy().role(claims()) == "viewer"
    assert not Policy().owners
    monkeypatch.setenv("COUNTERPROOF_ACCESS", str(home / "elsewhere.toml"))
    assert policy_file() == home / "elsewhere.toml"


def test_a_person_stays_the_same_whatever_their_name(home: Path) -> None:
    first, later = (person_of(claims(name=name), NOW) for name in ("Anna A.", "Anna B."))
    assert first.id == later.id
    assert (first.name, later.name, first.role) == ("Anna A.", "Anna B.", "viewer")
    assert person_of(claims(iss="https://other.example"), NOW).id != first.id


@pytest.mark.parametrize(
    "told",
    [
        {"is_logged_in": False}, {"is_logged_in": "true"}, {"sub": ""}, {"sub": 7}, {"iat": None}, {"iat": True},
        {"iat": NOW - 25 * 3600}, {"iat": NOW + 3600}, {"iat": float("nan")},
    ],
)  # fmt: skip
def test_who_has_not_signed_in_or_too_long_ago_is_nobody(home: Path, told: dict[str, Any]) -> None:
    assert person_of(claims(**told), NOW) == NOBODY


def test_a_policy_that_is_changed_counts_at_once_and_a_damaged_one_lets_nobody_in(home: Path) -> None:
    path = home / "access.toml"
    assert person_of(claims(), NOW).role == "viewer"
    path.write_text("default = 'none'")
    assert person_of(claims(), NOW).role is None
    path.write_text("default = 'owner")
    os.utime(path, ns=(1, 1))
    with pytest.raises(ValueError, match="not readable as TOML"):
        person_of(claims(), NOW)
    assert identity._policy.cache_info().maxsize == 4


def test_the_example_in_the_docstring_reads() -> None:
    import tomllib

    from core.access import policy

    example = "\n".join(line[4:] for line in (policy.__doc__ or "").splitlines() if line.startswith("    "))
    assert len(parsed(tomllib.loads(example), "access.toml").rules) == 3
