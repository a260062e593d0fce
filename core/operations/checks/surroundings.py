"""What the system gives: a port, the time, letters; and, only where that is asked for, the network."""

import http.client
import locale
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlsplit

from core.base.paths import ROOT
from core.base.plain_line import plain_line
from core.catalog import DATASETS
from core.operations.finding import Finding
from core.operations.health import answers

DAY = 86_400.0  # seconds
SHORT = 5.0  # seconds for one address
WEIGHTS = "https://download.pytorch.org/models/"
THIS_MACHINE = "127.0.0.1"
CONNECT = "Connect this machine, or name a proxy in https_proxy; without it only what is here can be used."


def port(number: int) -> Finding:
    """Whether the dashboard can have its port, or has it already."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((THIS_MACHINE, number))
        except (OSError, OverflowError) as error:
            if not answers(f"http://{THIS_MACHINE}:{number}"):
                return Finding("port", f"{number} is answered by a dashboard")
            why = getattr(error, "strerror", None) or "it is no number of a port"
            advice = f"Choose another one: counterproof app --port {number + 1 if number < 65_535 else 8501}"
            return Finding("port", f"{number} cannot be had: {why}", "problem", advice)
    return Finding("port", f"{number} is free")


def clock(now: float | None = None) -> Finding:
    """Whether the clock can be right: it is not before the time when these files were written."""
    now = time.time() if now is None else now
    said = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(now))
    if now + DAY < (ROOT / "core" / "__init__.py").stat().st_mtime:
        return Finding("clock", f"{said}, before these files were written", "problem",
                       "Set the clock: names of runs, the audit trail and the casebook go by it.")  # fmt: skip
    return Finding("clock", said)


def letters() -> Finding:
    """Whether names and words can be written in all letters."""
    used = {sys.getfilesystemencoding().lower(), locale.getpreferredencoding(do_setlocale=False).lower()}
    if strange := sorted(used - {"utf-8", "utf8"}):
        return Finding("letters", f"{', '.join(strange)} instead of UTF-8", "note", "Set LANG=C.UTF-8.")
    return Finding("letters", "UTF-8")


def addresses() -> dict[str, str]:
    """Host -> an address there from which data or weights are fetched."""
    found = [WEIGHTS]
    for each in DATASETS.values():
        found += getattr(each, "addresses", ())
    return {_host(address): address for address in reversed(found)}


def network(found: Iterable[str] | None = None) -> list[Finding]:
    """Whether each address can be reached; a short time for all together. They are asked, and nothing is fetched."""
    asked = list(addresses().values() if found is None else found)
    with ThreadPoolExecutor(max_workers=8) as several:
        told = dict(zip(map(_host, asked), several.map(_unreached, asked), strict=True))
    findings = [Finding("network", f"{host} answers") for host, why in told.items() if not why]
    silent = [Finding("network", f"{host} does not answer: {why}", "note") for host, why in told.items() if why]
    return [*findings, *silent[:-1], *(replace(each, advice=CONNECT) for each in silent[-1:])]


def _host(address: str) -> str:
    return urlsplit(address).netloc


def _unreached(address: str) -> str:
    """Why the host of an address does not answer, in words; "" if it does, whatever it says of the address itself."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=SHORT):
            return ""
    except urllib.error.HTTPError:
        return ""
    except (OSError, http.client.HTTPException) as error:
        return plain_line(str(getattr(error, "reason", "") or error or type(error).__name__), 100)
