"""What each check says of what it finds, good and bad."""

import json
import socket
from pathlib import Path

import pytest

from core.operations.checks import brought, graphics, kept, machine, surroundings, versions
from core.operations.checks.graphics import Facts, judged
from core.operations.finding import Finding
from tests.core.operations.answering import answering

CARD = ("H200", 141 * 10**9, "sm_90")


def test_requirements_that_are_not_met_are_named() -> None:
    assert versions.python().state == "ok"
    assert versions.wrong(["numpy>=2.0", "counterproof[dicom]"]) == []
    assert versions.wrong(["numpy>=999", "no-such-thing-at-all>=1"])[1] == "no-such-thing-at-all is missing"
    assert versions.wrong(["numpy>=999"])[0].endswith("wanted is >=999")


def test_an_extra_that_is_missing_is_a_note_with_the_line_for_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"optional-dependencies": {"dicom": ["no-such-thing-at-all"], "dev": ["nor-this"], "x": ["numpy"]}}
    monkeypatch.setattr(versions, "project", lambda: asked)
    missing, here = versions.extras()
    assert (missing.what, missing.state, here.state) == ("extra dicom", "note", "ok")
    assert "[dicom]'" in missing.advice


@pytest.mark.parametrize(
    ("flags", "state", "said"),
    [
        ({"avx2", "avx512f", "amx_bf16"}, "ok", "(bf16) is fast"),
        ({"avx2"}, "ok", "full precision"),
        ({"sse2"}, "note", "several times as long"),
        (set(), "ok", "of unknown kind"),
    ],
)
def test_the_processor_and_what_to_expect_of_it(flags: set[str], state: str, said: str) -> None:
    found = machine.processor(frozenset(flags), 4)
    assert (found.state, said in found.found) == (state, True)
    assert found.found.startswith("4 cores")


def test_a_container_that_is_allowed_less_is_believed(tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    (tmp_path / "memory.max").write_text("3000000000\n")
    (tmp_path / "memory.current").write_text("2500000000\n")
    assert machine.cores(tmp_path) == 0.5
    assert machine.memory(tmp_path).state == "problem"
    assert machine.memory(tmp_path).found == "500 MB can be had"
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert machine.cores(tmp_path) >= 1


@pytest.mark.parametrize(
    ("known", "state", "said"),
    [
        (Facts(), "ok", "everything runs on the processor"),
        (Facts(built="", driver="550.54"), "note", "built without CUDA"),
        (Facts("13.0", "550.54", "12.4"), "problem", "serves CUDA 12.4, PyTorch was built for CUDA 13.0"),
        (Facts("12.8", "550.54", "12.4"), "problem", "sees no card"),
        (Facts("12.8", "570.1", "12.8", (CARD,), ("sm_80", "sm_90")), "ok", "cuda:0: H200, 141 GB"),
        (Facts("12.8", "570.1", "12.8", (CARD,), ("sm_80",)), "problem", "was not built for sm_90"),
    ],
)
def test_a_card_that_cannot_be_used_says_why(known: Facts, state: str, said: str) -> None:
    found = judged(known)
    assert (found.state, said in found.found) == (state, True)
    assert bool(found.advice) == (state != "ok")


def weights(folder: Path, name: str, card: str) -> None:
    (folder / f"{name}.safetensors").write_bytes(b"abc")
    if card:
        (folder / f"{name}.json").write_text(card)


def test_every_shipped_file_is_what_its_card_says(tmp_path: Path) -> None:
    assert brought.shipped(tmp_path).state == "problem"
    good = json.dumps({"sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"})
    weights(tmp_path, "good", good)
    assert brought.shipped(tmp_path) == Finding("shipped weights", "1 files, 3 B, each with the SHA-256 of its card")
    weights(tmp_path, "other", json.dumps({"sha256": "0" * 64}))
    weights(tmp_path, "bare", "")
    weights(tmp_path, "silent", "{}")
    weights(tmp_path, "torn", "{")
    found = brought.shipped(tmp_path)
    assert found.state == "problem"
    assert found.found.startswith("bare has no card; other is not what its card says; silent has a card without")
    assert "torn cannot be read" in found.found


def test_the_shipped_weights_are_whole() -> None:
    assert brought.shipped().state == "ok"


def test_data_and_weights_that_are_here(home: Path) -> None:
    assert brought.data()[0].state == "note"
    (home / "data").mkdir()
    (home / "data" / "svhn.npz").write_bytes(b"nothing")
    first, broken = brought.data()
    assert (broken.what, broken.state) == ("data svhn", "problem")
    assert str(home / "data") in first.found
    (home / "weights").mkdir()
    assert brought.torchvision().found.startswith("the weights of 0 of ")


def test_what_people_have_made(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = (kept.folder, kept.casebook, kept.trail, kept.runs)
    assert [look().state for look in looks] == ["ok"] * 4
    assert not (home / "casebook").exists()
    (home / "casebook").mkdir()
    (home / "casebook" / "casebook.sqlite").write_bytes(b"this is no database" * 100)
    assert kept.casebook().state == "problem"
    (home / "file").touch()
    monkeypatch.setenv("COUNTERPROOF_HOME", str(home / "file"))
    assert kept.folder().state == "problem"


def test_the_launcher_that_is_chosen_must_be_able_to_start_runs(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COUNTERPROOF_LAUNCHER", raising=False)
    monkeypatch.setenv("PATH", str(home))  # no engine of a cluster is here
    states = {each.what: each.state for each in kept.launchers()}
    assert (states["launcher local"], states["launcher slurm"]) == ("ok", "note")
    monkeypatch.setenv("COUNTERPROOF_LAUNCHER", "slurm")
    assert {each.what: each.state for each in kept.launchers()}["launcher slurm"] == "problem"
    monkeypatch.setenv("COUNTERPROOF_LAUNCHER", "nobody")
    assert [each.state for each in kept.launchers()] == ["problem"]


def test_a_port_is_free_or_a_dashboards_or_taken() -> None:
    with answering() as port:
        assert surroundings.port(port).found == f"{port} is answered by a dashboard"
    assert surroundings.port(port).found == f"{port} is free"
    with answering(body=b"else") as port:
        assert surroundings.port(port).state == "problem"
    assert surroundings.port(99_999).state == "problem"


def test_a_clock_before_these_files_is_wrong() -> None:
    assert surroundings.clock().state == "ok"
    assert surroundings.clock(0.0).state == "problem"


def test_the_network_is_asked_and_nothing_is_fetched() -> None:
    hosts = surroundings.addresses()
    assert "download.pytorch.org" in hosts
    assert len(hosts) > 3
    with answering() as port, socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        there, not_there = surroundings.network(
            [f"http://127.0.0.1:{port}/x/", f"http://127.0.0.1:{silent.getsockname()[1]}/"]
        )
    assert (there.state, not_there.state, not_there.advice) == ("ok", "note", surroundings.CONNECT)


def test_an_architecture_of_the_same_generation_runs_what_was_built_for_an_earlier_one() -> None:
    assert judged(Facts("12.8", "570.1", "12.8", (("L4", 24 * 10**9, "sm_89"),), ("sm_86",))).state == "ok"
    assert graphics.graphics().what == "graphics"
