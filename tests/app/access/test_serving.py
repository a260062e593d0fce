"""The dashboard as a process: where it may listen without sign-in, and what it answers who has not signed in."""

import os
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from streamlit.config import get_config_options

from core.base.paths import ROOT
from tests.browser.team import free_port

PROVIDER = """
[auth]
redirect_uri = "http://127.0.0.1:8501/oauth2callback"
cookie_secret = "{secret}"
client_id = "counterproof"
client_secret = "local"
server_metadata_url = "http://127.0.0.1:9/.well-known/openid-configuration"
"""
Started = tuple[int, "subprocess.Popen[str]"]
GOOD = PROVIDER.format(secret="0123456789abcdef" * 3)


@contextmanager
def started(
    home: Path, *more: str, secrets: str = "", **environment: str
) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """A dashboard by `streamlit run`, its port and its process; ended on leaving."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    (home / "secrets.toml").write_text(secrets)
    kept |= {"COUNTERPROOF_HOME": str(home), "STREAMLIT_SECRETS_FILES": str(home / "secrets.toml")} | environment
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "main.py"), "--server.headless", "true"]
    process = subprocess.Popen([*command, "--server.port", str(port), *more], cwd=ROOT, env=kept, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
    try:
        yield port, process
    finally:
        process.terminate()
        process.communicate(timeout=60)


def refusal(process: "subprocess.Popen[str]") -> str:
    """What it says as it ends by itself."""
    _, said = process.communicate(timeout=120)
    assert process.returncode == 1
    return said.strip().splitlines()[-1]


def status(port: int, path: str, method: str = "GET") -> int:
    """What is answered; waits until there is a server."""
    end = time.monotonic() + 120
    while True:
        try:
            asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            assert time.monotonic() < end, "no answer"
            time.sleep(0.3)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", ""])
def test_it_does_not_listen_beyond_this_machine_without_sign_in(home: Path, address: str) -> None:
    with started(home, "--server.address", address) as (_, process):
        said = refusal(process)
    assert said.startswith(f"Counterproof: It would listen at {address or 'every address'}")
    assert "configure sign-in (docs/team.md), or set COUNTERPROOF_SIGN_IN=off" in said


def test_switched_off_by_name_it_does(home: Path) -> None:
    with started(home, "--server.address", "0.0.0.0", COUNTERPROOF_SIGN_IN="off") as (port, _):
        assert status(port, "/_stcore/health") == 200
        assert status(port, "/_stcore/agent/openapi.json") == 404


@pytest.mark.parametrize(
    ("secrets", "reason"),
    [
        (PROVIDER.format(secret="short"), "cookie_secret in the secrets has fewer than 32 characters"),
        ("[auth]\ncookie_secret = 'x'", '"redirect_uri" key'),
        ("[auth]\nredirect_uri = ", "cannot be read as TOML"),
        (GOOD.replace('client_id = "counterproof"', ""), "missing the following keys: ['client_id']"),
    ],
    ids=["short secret", "no redirect", "damaged", "no client"],
)
def test_a_provider_that_is_half_configured_opens_nothing_on_this_machine_either(
    home: Path, secrets: str, reason: str
) -> None:
    with started(home, secrets=secrets) as (_, process):
        assert reason in refusal(process)


def test_a_policy_that_cannot_be_read_keeps_it_from_starting(home: Path) -> None:
    (home / "access.toml").write_text("default = 'ownr'")
    with started(home, secrets=GOOD) as (_, process):
        assert "access.toml: default is not none, viewer, expert, operator or owner" in refusal(process)


def test_with_sign_in_it_listens_everywhere_and_keeps_pictures_and_uploads_for_who_has_signed_in(home: Path) -> None:
    with started(home, "--server.address", "0.0.0.0", "--server.enableAgentApi", "true", secrets=GOOD) as (port, _):
        assert status(port, "/_stcore/health") == 200
        assert status(port, "/") == 200
        for path in ("/media/0123.png", "/_stcore/metrics"):
            assert status(port, path) == 403
        assert status(port, "/_stcore/upload_file/session/file", "PUT") == 403
        for path in ("/_stcore/agent/openapi.json", "/_stcore/agent/mcp", "/_stcore/agent/interact"):
            assert status(port, path) == 404, "also where a setting switches it on"


def test_the_interface_for_programs_is_off_by_our_settings() -> None:
    settings = tomllib.loads((ROOT / "app" / ".streamlit" / "config.toml").read_text())
    assert settings["server"]["enableAgentApi"] is False
    assert "server.enableAgentApi" in get_config_options(), "Streamlit calls it otherwise now: look again"
