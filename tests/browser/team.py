"""A dashboard with sign-in of its own, and a provider of identities on this machine, for tests in a browser."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from oidc_provider_mock import User, run_server_in_thread

from core.access.person import Person, person_id
from core.access.roles import Role
from core.base.paths import ROOT

ROLES: dict[str, Role] = {"anna": "owner", "otto": "operator", "bela": "expert", "vera": "viewer"}


@dataclass(frozen=True)
class Team:
    """address: of the dashboard; home: its folder; issuer: of the provider."""

    address: str
    home: Path
    issuer: str

    def person(self, name: str) -> Person:
        """Who the provider calls that, as the dashboard knows them."""
        return Person(person_id(self.issuer, name), name.capitalize(), ROLES[name])


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def team(home: Path) -> Iterator[Team]:
    """A dashboard in `home` that people sign in to, each with a role of `ROLES`, while inside."""
    users = [User(sub=name, claims={"name": name.capitalize(), "email": f"{name}@example.org", "email_verified": True})
             for name in ROLES]  # fmt: skip
    with run_server_in_thread(user_claims=users) as provider:
        issuer, port = f"http://localhost:{provider.server_port}", free_port()
        rules = (f'[[rule]]\nemail = "{name}@example.org"\nrole = "{role}"\n' for name, role in ROLES.items())
        (home / "access.toml").write_text('default = "none"\n' + "".join(rules))
        (home / "secrets.toml").write_text(
            f'[auth]\nredirect_uri = "http://127.0.0.1:{port}/oauth2callback"\n'
            f'cookie_secret = "{os.urandom(24).hex()}"\nclient_id = "counterproof"\nclient_secret = "local"\n'
            f'server_metadata_url = "{issuer}/.well-known/openid-configuration"\n'
        )
        command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "main.py"), "--server.headless", "true",
                   "--server.port", str(port), "--server.address", "0.0.0.0"]  # fmt: skip
        environment = os.environ | {"COUNTERPROOF_HOME": str(home)}
        environment |= {"STREAMLIT_SECRETS_FILES": str(home / "secrets.toml")}
        with (home / "server.log").open("w") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address, process, home / "server.log")
            yield Team(address, home, issuer)
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(240):
        if process.poll() is not None:
            raise RuntimeError(log.read_text())
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
            return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError("the dashboard does not answer")
