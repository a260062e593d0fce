"""The policy: which role somebody has, by what their identity provider says of them; read from access.toml.

    default = "none"            # of who is named nowhere: "viewer" unless said otherwise, "none" for no entry
    hours = 12                  # after which one signs in again; 24 unless said otherwise
    [[rule]]
    email = "anna@example.org"
    role = "owner"

    [[rule]]
    domain = "example.org"
    role = "expert"

    [[rule]]
    claim = "groups"            # of the identity token; a text, or a list that holds it
    value = "radiology"
    role = "operator"
    issuer = "https://id.example.org"   # any rule: only of this provider, where there are several

Of the rules that fit, the highest role counts. E-mail addresses and domains count only where the provider says that it
has verified the address, unless `unverified_email = true` says that this provider's can be trusted all the same.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.access.roles import ROLES, Role
from core.base.errors import Unreadable
from core.base.paths import expanded, home
from core.untrusted.json_part import Part
from core.untrusted.regular_files import read_regular

VARIABLE = "COUNTERPROOF_ACCESS"
NAME = "access.toml"
LARGEST = 10**6  # bytes
MOST = 10_000  # rules
BY = ("email", "domain", "subject", "claim")  # what a rule goes by, one of them each


@dataclass(frozen=True)
class Rule:
    """by: one of `BY`; name: of the claim, where it goes by one; value: what must be there. issuer: "" for any."""

    by: str
    value: str
    role: Role
    name: str = ""
    issuer: str = ""

    def fits(self, claims: Mapping[str, Any], trusted: bool) -> bool:
        """Whether it is about somebody of whom the provider says this. trusted: unverified addresses count too."""
        if self.issuer and claims.get("iss") != self.issuer:
            return False
        if self.by == "subject":
            return claims.get("sub") == self.value
        if self.by == "claim":
            told = claims.get(self.name)
            return self.value in (told if isinstance(told, list) else [told])
        if not trusted and claims.get("email_verified") is not True:
            return False
        address = str(claims.get("email") or "").casefold()
        name, at, domain = address.rpartition("@")
        return bool(name and at) and (address if self.by == "email" else domain) == self.value


@dataclass(frozen=True)
class Policy:
    """default: the role of whom no rule is about, None for no entry. hours: how long a sign-in lasts."""

    rules: tuple[Rule, ...] = ()
    default: Role | None = "viewer"
    hours: float = 24.0
    unverified_email: bool = False

    def role(self, claims: Mapping[str, Any]) -> Role | None:
        """The highest role that a rule gives, else the default.

        >>> told = Policy((Rule("domain", "example.org", "expert"),))
        >>> told.role({"email": "A@Example.org", "email_verified": True}), told.role({"email": "a@example.org"})
        ('expert', 'viewer')
        """
        found = [each.role for each in self.rules if each.fits(claims, self.unverified_email)]
        return max(found, key=ROLES.index) if found else self.default

    @property
    def owners(self) -> bool:
        """Whether somebody can be an owner at all."""
        return self.default == "owner" or any(each.role == "owner" for each in self.rules)


def policy_file() -> Path:
    """Where the policy lies: $COUNTERPROOF_ACCESS, else access.toml in the user's folder; OSError."""
    if chosen := os.environ.get(VARIABLE):
        return expanded(chosen, VARIABLE)
    return home() / NAME


def read_policy(path: Path) -> Policy:
    """The policy in a file, that which lets all look where there is none; Unreadable or OSError in one sentence."""
    try:
        raw = read_regular(path, LARGEST)
    except FileNotFoundError:
        return Policy()
    try:
        told = tomllib.loads(raw.decode())
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{path.name} is not readable as TOML: {error}") from error
    return parsed(told, path.name)


def parsed(told: Mapping[str, Any], called: str) -> Policy:
    """The policy in what a file says; Unreadable in one sentence.

    >>> parsed({"rule": [{"email": "a@example.org", "role": "admin"}]}, "access.toml")
    Traceback (most recent call last):
    core.base.errors.Unreadable: access.toml: rule.0.role is not viewer, expert, operator or owner
    """
    parts = Part(dict(told), called).record((), ("default", "hours", "unverified_email", "rule"))
    default: Role | None = "viewer"
    if "default" in parts:
        default = None if parts["default"].value == "none" else _role(parts["default"], "none, ")
    trusted = parts["unverified_email"].value if "unverified_email" in parts else False
    if not isinstance(trusted, bool):
        parts["unverified_email"].refuse("true or false")
    hours = parts["hours"].number(0.01, 24 * 30) if "hours" in parts else 24.0
    rules = [_rule(each) for each in parts["rule"].entries(MOST)] if "rule" in parts else []
    return Policy(tuple(rules), default, hours, trusted)


def _rule(part: Part) -> Rule:
    told = part.record(("role",), (*BY, "value", "issuer"))
    by = [each for each in BY if each in told]
    if len(by) != 1 or ("value" in told) != (by == ["claim"]):
        part.refuse("about one of email, domain, subject, or claim with its value")
    said = told[by[0]].text(300, r"(?s:.+)")
    value = told["value"].text(300, r"(?s:.+)") if by == ["claim"] else said
    if by[0] in ("email", "domain"):
        value = value.strip().casefold().removeprefix("@" if by[0] == "domain" else "")
        if ("@" in value) != (by[0] == "email"):
            told[by[0]].refuse("an address such as anna@example.org" if by[0] == "email" else "such as example.org")
    issuer = told["issuer"].text(300) if "issuer" in told else ""
    return Rule(by[0], value, _role(told["role"]), said if by == ["claim"] else "", issuer)


def _role(part: Part, besides: str = "") -> Role:
    role = next((each for each in ROLES if each == part.value), None)
    return role or part.refuse(f"{besides}viewer, expert, operator or owner")
