"""How this server is served: where it listens, and whether its secrets name a provider to sign in with."""

from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.auth_util import get_secrets_auth_section, validate_auth_credentials
from streamlit.errors import StreamlitAuthError
from streamlit.runtime.secrets import secrets_singleton

from core.access.identity import current_policy
from core.access.switch import Serving, serving
from core.base.plain_line import plain_line

SECRET = 32  # characters that the cookie's secret has at least: whoever guesses it is whoever they want
NEEDED = ("authlib", "httpx")


@cache
def served() -> Serving:
    """Settled once, when the server starts: secrets that are lost later do not open it.

    Where no setting says at which address it listens, as under another server than Streamlit's, each connection tells
    (app.access.gate).
    """
    providers, trouble = found_providers()
    named = st.get_option("server.address")
    address = "127.0.0.1" if named is None else str(named)
    return serving(address, configured=bool(providers or trouble), trouble=trouble)


def found_providers() -> tuple[tuple[str, ...], str]:
    """The names of the providers in the secrets, "" for one without a name; and what keeps them from being used."""
    files = [path for path in st.get_option("secrets.files") if Path(path).exists()]
    if files and not secrets_singleton.load_if_toml_exists():  # Streamlit would go on as if there were none
        return (), f"The secrets in {files[-1]} cannot be read as TOML."
    section = get_secrets_auth_section()
    if not section:
        return (), ""
    named = tuple(name for name, value in section.items() if isinstance(value, Mapping) and name != "client_kwargs")
    providers = named or ("",)
    return providers, _trouble(section, providers)


def _trouble(section: Mapping[str, Any], providers: tuple[str, ...]) -> str:
    try:
        for name in providers:
            validate_auth_credentials(name or "default")
    except StreamlitAuthError as error:
        return plain_line(str(error), 300)
    if len(str(section.get("cookie_secret", ""))) < SECRET:
        return f"The cookie_secret in the secrets has fewer than {SECRET} characters."
    if missing := [each for each in NEEDED if find_spec(each) is None]:
        return f"Sign-in is configured, but {missing[0]} is not installed: pip install 'counterproof[auth]'."
    if st.get_option("server.trustedUserHeaders") not in ({}, "{}", "", None):
        return "Sign-in is configured, and so is server.trustedUserHeaders, by which headers could say who asks."
    try:
        current_policy()
    except (ValueError, OSError) as error:
        return f"{plain_line(str(error), 300)}."
    return ""
