"""What a training leaves in the audit trail: its data, its masks with those they are of, its weights."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor

from core.audit.entry import Entry
from core.audit.hashes import file_hash
from core.audit.verify import verify
from core.checkpoints.card import Card
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.data.subset import split_held_out
from core.runs import epoch_masks
from core.runs.store import Run, Store
from core.runs.training_trail import data_hash, mask_hash
from core.training.schedule import Schedule
from tests.core.runs.doubles import ended
from tests.core.runs.tasks.refining import SCHEDULE, Guided, submit
from tests.toys import dataset, small

pytestmark = pytest.mark.skipif(torch.cuda.is_available(), reason="torch cannot fork once it has seen a GPU")


def entries(run: Run, event: str) -> list[Entry]:
    return [entry for entry in verify().entries if entry.run == run.id and entry.event == event]


def learnt() -> Images:
    return split_held_out(dataset(), int(SCHEDULE["held_out"]), Schedule().seed)[0]


def test_data_masks_and_weights_of_a_training(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def brighter(_: Guided, classifier: Classifier, batch: Batch) -> Tensor:
        classifier.probabilities(batch.images)
        return batch.images[:, 0] > 0.8

    plain = submit(store, "guided")
    assert ended(plain) == "completed", plain.log()
    monkeypatch.setattr(Guided, "example_masks", brighter)
    run = submit(store, "guided")
    assert ended(run) == "completed", run.log()
    assert [row["loss"] for row in run.metrics] == [row["loss"] for row in plain.metrics], "looking changes nothing"
    data = learnt()
    (begun,) = entries(run, "training begun")
    assert begun.facts["data"]["learnt"] == {"images": len(data), "sha256": data_hash(data)}
    assert begun.facts["base"] == {"name": "mnist_cnn:standard", "start": "base", "fingerprint": small(3).fingerprint}

    made = [entry for entry in entries(run, "masks stored") if "kind" not in entry.facts]
    assert [entry.facts["epoch"] for entry in made] == [0, 2]
    whole = data.images[:, 0] > 127
    for entry in made:
        assert entry.facts["masks_sha256"] == mask_hash(whole)
        assert (entry.facts["images"], entry.facts["with_mask"]) == (len(data), int(whole.flatten(1).any(1).sum()))
        assert entry.facts["made_by"] == {"method": "guided"}
        ((name, digest),) = entry.files.items()
        kept = np.load(run.folder / name)
        assert digest == file_hash(run.folder / name)
        assert kept["indices"].tolist() == entry.facts["examples_of"]
        assert np.array_equal(kept["images"], data.images[kept["indices"]].numpy())
        assert np.array_equal(kept["labels"], data.labels[kept["indices"]].numpy())

    after = [entry for entry in entries(run, "masks stored") if "kind" in entry.facts]
    assert {entry.facts["kind"] for entry in after} == {"salience"}
    assert [entry.facts["epoch"] for entry in after] == [0, 1, 2]
    kept = np.load(run.folder / "masks" / "salience-0002.npz")
    assert np.array_equal(kept["masks"], kept["images"][:, 0] > 0.8 * 255)
    assert not list(plain.folder.glob("masks/salience*"))

    written = entries(run, "weights written")
    assert [entry.facts["epoch"] for entry in written] == [0, 1, 2]
    card = Card.read(run.folder / "best.safetensors")
    assert card is not None
    (over,) = entries(run, "run ended")
    assert over.files["best.safetensors"] == written[-1].files["best.safetensors"] == card.sha256
    assert verify().whole


@pytest.mark.parametrize("name", ["best.safetensors", "last.json", "masks/cycle-0002.npz"])
def test_weights_cards_and_masks_that_were_altered_are_named(store: Store, name: str) -> None:
    run = submit(store, "guided")
    assert ended(run) == "completed", run.log()
    with (run.folder / name).open("ab") as file:
        file.write(b" ")
    (finding,) = verify().findings
    assert finding.kind == "file"
    assert finding.said.startswith(f"{name} of run {run.id} is not the file that entry")


def test_a_network_that_covers_its_input_leaves_where(monkeypatch: pytest.MonkeyPatch) -> None:
    values = torch.tensor([[[0.1, 0.49], [0.5, 0.9]]])
    kind = type("Kind", (), {
        "obstacle": lambda _, classifier: "" if classifier.layers else "none",
        "__call__": lambda _, classifier, images, labels: SimpleNamespace(values=values),
    })  # fmt: skip
    batch = Batch(torch.zeros(1, 1, 2, 2), torch.zeros(1).long(), torch.zeros(1).long(), 0, 0, 1)
    covering, plain = SimpleNamespace(layers=[{"method": "sgam"}]), SimpleNamespace(layers=())
    monkeypatch.setattr(epoch_masks, "EXPLAINERS", {"attention_mask": kind})
    covered = epoch_masks.covered_by(covering, batch)  # type: ignore[arg-type]
    assert covered is not None
    assert covered.tolist() == [[[True, True], [False, False]]]
    assert epoch_masks.covered_by(plain, batch) is None  # type: ignore[arg-type]
    monkeypatch.setattr(epoch_masks, "EXPLAINERS", {})
    assert epoch_masks.covered_by(covering, batch) is None  # type: ignore[arg-type]


def test_a_hash_of_masks_or_data_changes_with_any_of_it() -> None:
    masks = torch.rand(5, 3, 3, generator=torch.Generator().manual_seed(0)) > 0.5
    data = Images(torch.arange(48).reshape(3, 1, 4, 4).byte(), torch.arange(3), ("a", "b", "c"))
    other = masks.clone()
    other[4, 2, 2] ^= True
    labels = Images(data.images, data.labels.flip(0), data.classes)
    assert len({mask_hash(each) for each in (masks, other, masks[:4], masks.flip(0), masks.view(5, 9, 1))}) == 5
    assert data_hash(data) != data_hash(labels)
    assert data_hash(data) == data_hash(Images(data.images.clone(), data.labels.clone(), data.classes))
