"""Whether people sign in to the dashboard that is started from here, and who may do what there."""

import os
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.access.policy import policy_file, read_policy
from core.access.switch import VARIABLE, is_loopback, serving
from core.base.errors import with_advice
from core.base.paths import ROOT
from core.base.plain_line import plain_line
from core.operations.finding import Finding

GUIDE = "docs/team.md tells how."
SETTINGS = Path(".streamlit")
FILES, ADDRESS = "STREAMLIT_SECRETS_FILES", "STREAMLIT_SERVER_ADDRESS"


def sign_in() -> list[Finding]:
    """What the environment, the settings beside the dashboard and the secrets say; its command line is not known."""
    section, where, trouble = _auth()
    if section and find_spec("authlib") is None:
        trouble = "Authlib is not installed: pip install 'counterproof[auth]'"
    address = _address()
    now = serving(address, configured=bool(section or trouble), trouble=trouble)
    at = address or "every address"
    if now.refusal:
        return [Finding("sign-in", plain_line(now.refusal.rstrip("."), 400), "problem", GUIDE)]
    if now.open_to_all:
        said = f"switched off by {VARIABLE}, while the dashboard listens at {at}: everybody who reaches it can do all"
        return [Finding("sign-in", said, "note", f"Unless a login stands in front, configure it: {GUIDE}")]
    if not now.sign_in:
        here = "this machine alone" if is_loopback(address) else at
        return [Finding("sign-in", f"none; the dashboard answers {here}")]
    return [Finding("sign-in", f"as configured in {where}"), policy()]


def policy() -> Finding:
    """Whether the roles can be read, and somebody can be an owner."""
    try:
        path = policy_file()
        told = read_policy(path)
    except (ValueError, OSError) as error:
        return Finding("roles", plain_line(with_advice(error), 400), "problem", "Until it is mended nobody is let in.")
    rules = f"{len(told.rules)} {'rule' if len(told.rules) == 1 else 'rules'} in {path}"
    if not told.owners:
        said = rules if path.exists() else f"there is no {path}"
        return Finding("roles", f"{said}; nobody is an owner", "note", f"Name one there: {GUIDE}")
    return Finding("roles", f"{rules}; others are {told.default or 'not let in'}")


def _auth() -> tuple[dict[str, Any], str, str]:
    """The section on sign-in of the secrets, the file it is in, and what keeps it from being read."""
    section, where = dict[str, Any](), ""
    for path in _files():
        try:
            told = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (ValueError, OSError) as error:
            return section, str(path), f"The secrets in {path} cannot be read: {plain_line(str(error), 200)}"
        if isinstance(found := told.get("auth"), dict):
            section, where = section | found, str(path)
    return section, where, ""


def _files() -> list[Path]:
    if chosen := os.environ.get(FILES):
        return [Path(each) for each in chosen.split()]
    return [folder / SETTINGS / "secrets.toml" for folder in (Path.home(), Path.cwd(), ROOT / "app")]


def _address() -> str:
    """Where the dashboard listens unless its command line says otherwise."""
    if (chosen := os.environ.get(ADDRESS)) is not None:
        return chosen
    told = tomllib.loads((ROOT / "app" / SETTINGS / "config.toml").read_text(encoding="utf-8"))
    return str(told.get("server", {}).get("address", ""))
