"""Whether people must sign in, and when a dashboard must not be served as it is set up."""

import pytest

from core.access.switch import is_loopback, serving


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "127.3.4.5", "::1", "[::1]", "localhost", "unix:///run/x", "::ffff:127.0.0.1"]
)
def test_this_machine_alone(address: str) -> None:
    assert is_loopback(address)
    assert serving(address, configured=False).refusal == ""
    assert not serving(address, configured=False).sign_in


@pytest.mark.parametrize(
    "address", ["", "0.0.0.0", "::", "[::]", "10.0.0.7", "192.168.1.2", "fe80::1%eth0", "no.such.host.invalid"]
)
def test_beyond_it_sign_in_is_needed_unless_switched_off_by_name(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_loopback(address)
    said = serving(address, configured=False).refusal
    assert "configure sign-in (docs/team.md), or set COUNTERPROOF_SIGN_IN=off" in said
    assert serving(address, configured=True).refusal == ""
    assert serving(address, configured=True).sign_in
    monkeypatch.setenv("COUNTERPROOF_SIGN_IN", "off")
    now = serving(address, configured=False)
    assert (now.refusal, now.sign_in, now.open_to_all) == ("", False, True)


def test_on_needs_a_provider_on_this_machine_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERPROOF_SIGN_IN", "on")
    assert "no secrets configure sign-in" in serving("127.0.0.1", configured=False).refusal
    assert serving("127.0.0.1", configured=True).refusal == ""


def test_a_word_that_is_neither_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERPROOF_SIGN_IN", "of")
    assert "it can be on or off" in serving("127.0.0.1", configured=True).refusal


def test_what_keeps_sign_in_from_working_keeps_the_server_from_starting() -> None:
    now = serving("127.0.0.1", configured=True, trouble="Authlib is not installed.")
    assert (now.sign_in, now.refusal) == (True, "Authlib is not installed.")
