"""Models and data of the user's own: added and deleted ones are entries, and their files are compared."""

import io
from pathlib import Path

from safetensors.torch import save

from core.audit.verify import verify
from core.classifiers import own as models
from core.data import own as data
from tests.core.data.made import arrays, npz


def test_a_model_that_is_added_and_then_altered(home: Path) -> None:
    said: list[str] = []
    raw = save(models.architecture("mnist_cnn").build(3, 1).state_dict())
    models.install(raw, "mnist_cnn", ["a", "b", "c"], "digits", say=said.append)
    entry = verify().entries[-1]
    assert (entry.event, entry.facts["what"], entry.facts["name"]) == ("added", "model", "own:digits")
    assert set(entry.files) == {"models/digits.safetensors", "models/digits.json"}
    assert verify().whole
    card = home / "models" / "digits.json"
    card.write_text(card.read_text().replace('"b"', '"c"'))
    assert [each.said for each in verify().findings] == ["models/digits.json is not the file that entry 2 answers for"]
    for path in (card, card.with_suffix(".safetensors")):
        path.unlink()
    assert verify().whole, "a model may be deleted by hand"
    assert len(verify().notes) == 2
    assert not [note for note in said if "audit" in note]


def test_data_that_are_added_and_deleted(home: Path) -> None:
    data.install(io.BytesIO(npz(arrays())), "scans")
    entry = verify().entries[-1]
    assert (entry.event, entry.facts["name"], len(entry.facts["data_fingerprint"])) == ("added", "own:scans", 16)
    assert verify().whole
    file = home / "data" / "own" / "scans.npz"
    raw = file.read_bytes()
    file.write_bytes(raw + b" ")
    assert [each.kind for each in verify().findings] == ["file"]
    file.write_bytes(raw)
    data.remove("scans")
    assert [entry.event for entry in verify().entries] == ["trail begun", "added", "deleted"]
    assert verify().whole
    assert verify().notes == ()


def test_a_trail_that_cannot_be_written_is_told_to_who_adds(home: Path) -> None:
    (home / "audit").write_text("in the way")
    assert [note[:33] for note in data.install(io.BytesIO(npz(arrays())), "scans")[1]] == [
        "The audit trail cannot be written"
    ]
