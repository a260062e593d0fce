"""The server as anyone may start it: from any folder on this machine only, for its own names and its own pages."""

import json
import os
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.config import get_config_options

from core.base.paths import ROOT
from core.cli.parser import main

UPGRADE = ("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: streamlit\r\n")  # fmt: skip


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a dashboard started by a plain `streamlit run`, from a folder of no project."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / ".streamlit").mkdir()  # what the working folder says does not hold
    (elsewhere / ".streamlit" / "config.toml").write_text('[server]\naddress = "0.0.0.0"\nallowedHosts = ["*"]\n')
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "main.py"), "--server.headless", "true"]
    process = subprocess.Popen([*command, "--server.port", str(found)], cwd=elsewhere, stdout=subprocess.PIPE,
                               env=environment | {"PYTHONPATH": str(ROOT)}, text=True)  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == f"Counterproof is at http://127.0.0.1:{found}; Ctrl-C ends it\n"
    yield found
    process.terminate()
    process.wait(30)


def head(port: int, path: str, host: str, more: str = "") -> str:
    """What the server answers before the contents."""
    end, got = time.monotonic() + 20, ""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n".encode())
        while "\r\n\r\n" not in got and time.monotonic() < end:
            got += line.recv(2000).decode()
    return got.lower()


def listening(port: int) -> list[str]:
    """The addresses at which something on this machine listens at the port, as /proc writes them."""
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()]
    places = [parts[1].split(":") for parts in lines if parts[3] == "0A"]
    return [address for address, number in places if int(number, 16) == port]


def test_it_keeps_a_log_and_answers_probes(port: int) -> None:
    assert " 200 " in head(port, "/_stcore/health", "127.0.0.1").splitlines()[0]
    lines = (Path(os.environ["COUNTERPROOF_HOME"]) / "logs" / "server.jsonl").read_text().splitlines()
    assert "the server has started" in {json.loads(line)["said"] for line in lines}


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="this system does not tell where it listens")
def test_it_listens_on_this_machine_only(port: int) -> None:
    assert listening(port) == ["0100007F"]


def test_only_its_own_names_are_answered(port: int) -> None:
    for name in ("127.0.0.1", "localhost"):
        assert head(port, "/", f"{name}:{port}").startswith("http/1.1 200")
    for name in ("evil.example", "127.0.0.1.evil.example", "", "x@127.0.0.1"):
        assert head(port, "/", f"{name}:{port}").startswith("http/1.1 421")
        assert head(port, "/_stcore/stream", f"{name}:{port}", UPGRADE).startswith("http/1.1 403")


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://127.0.0.1:{port}", 101), ("http://127.0.0.1:1", 403), ("http://localhost", 403), ("null", 403),
     ("http://evil.example", 403), ("http://[", 403)],
)  # fmt: skip
def test_only_its_own_pages_may_open_a_websocket(port: int, origin: str, status: int) -> None:
    said = head(port, "/_stcore/stream", f"127.0.0.1:{port}", UPGRADE + f"Origin: {origin.format(port=port)}\r\n")
    assert said.startswith(f"http/1.1 {status}")


@pytest.mark.parametrize("path", ["/", "/inspect?model=cifar10_resnet20:standard&go=1", "/no-such-page"])
def test_no_other_site_may_show_a_page_inside_its_own(port: int, path: str) -> None:
    said = head(port, path, f"127.0.0.1:{port}")
    assert "x-frame-options: sameorigin" in said
    assert "content-security-policy: frame-ancestors 'self'" in said


def test_threads_that_wait_sleep_before_anything_brings_pytorch() -> None:
    look = "import os, sys; import main; print(os.environ['OMP_WAIT_POLICY'], 'torch' in sys.modules)"
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    environment["PYTHONPATH"] = os.pathsep.join((str(ROOT / "app"), str(ROOT)))
    said = subprocess.run([sys.executable, "-c", look], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout == "PASSIVE False\n"


def test_nothing_is_told_to_streamlit_and_its_advertisement_is_withheld() -> None:
    settings = tomllib.loads((ROOT / "app" / ".streamlit" / "config.toml").read_text())
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["logger"]["hideWelcomeMessage"] is True
    assert not (ROOT / ".streamlit").exists(), "one source: Streamlit reads the folder of the script"


def test_no_run_of_a_page_searches_all_memory_for_garbage() -> None:
    settings = tomllib.loads((ROOT / "app" / ".streamlit" / "config.toml").read_text())
    assert settings["runner"]["postScriptGC"] is False
    assert get_config_options()["runner.postScriptGC"].default_val, "Streamlit has come to the same: ours can go"


def test_the_command_turns_into_the_dashboard(monkeypatch: pytest.MonkeyPatch) -> None:
    """In its own process, so that what stops the command stops the dashboard."""
    begun: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda path, command: begun.append([path, *command]))
    monkeypatch.setattr(os, "chdir", lambda path: None)
    main(["app", "--port", "8123", "--no-browser"])
    assert begun[0][:5] == [sys.executable, sys.executable, "-m", "streamlit", "run"]
    assert begun[0][-4:] == ["--server.port", "8123", "--server.headless", "true"]
