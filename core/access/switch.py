"""Whether a dashboard asks people to sign in, and whether it may be served as it is configured.

It does where a provider is configured, unless it is switched off by name; beyond this machine it must, unless that is
switched off by name.
"""

import ipaddress
import os
import socket
from dataclasses import dataclass

VARIABLE = "COUNTERPROOF_SIGN_IN"
LOOPBACK_NAMES = ("localhost", "ip6-localhost")


@dataclass(frozen=True)
class Serving:
    """sign_in: whether people must sign in; refusal: why it must not be served so, in sentences, "" if it may be;
    open_to_all: it listens beyond this machine and lets everybody do everything, because that was asked for by name.
    """

    sign_in: bool
    refusal: str = ""
    open_to_all: bool = False


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach a server that listens at `address`; "" is every address.

    >>> [is_loopback(each) for each in ("127.0.0.1", "::1", "localhost", "unix:///run/x.sock", "0.0.0.0", "", "::")]
    [True, True, True, True, False, False, False]
    """
    name = address.strip().strip("[]").lower()
    if name.startswith("unix:"):
        return True
    if name in LOOPBACK_NAMES:
        return True
    try:
        found = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return bool(name) and _leads_here(name)
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def _leads_here(name: str) -> bool:
    """Whether a host's name stands for addresses of loopback alone; one that cannot be looked up does not."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(name, None)}
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(str(each).partition("%")[0]).is_loopback for each in found)


def serving(address: str, *, configured: bool, trouble: str = "") -> Serving:
    """What holds for a server at `address`. configured: secrets name a provider; trouble: what keeps that from being
    used, in a sentence.
    """
    switch = os.environ.get(VARIABLE, "").strip().lower()
    if switch not in ("", "on", "off"):
        return Serving(True, f"{VARIABLE} is {switch[:20]!r}; it can be on or off.")
    beyond = not is_loopback(address)
    if switch == "off":
        return Serving(False, open_to_all=beyond)
    if not configured and switch == "on":
        return Serving(True, f"{VARIABLE} is on, but no secrets configure sign-in: docs/team.md tells how.")
    if not configured:
        where = f"at {address}" if address else "at every address"
        said = (f"It would listen {where}, beyond this machine, and let everybody do everything: configure sign-in "
                f"(docs/team.md), or set {VARIABLE}=off to serve it without.")  # fmt: skip
        return Serving(False, said if beyond else "")
    return Serving(True, trouble)
