"""The audit trail on the Runs page: entries of the run, the state, files that were altered, the line under masks."""

import json
from pathlib import Path

import numpy as np

from app.runs.audit import table
from app.runs.mask_trace import sentence
from core.audit import words
from core.audit.entry import Entry
from core.audit.hashes import file_hash
from core.audit.record import record
from core.audit.verify import verify
from core.base.run_folder import epoch_masks, mask_examples
from tests.app.pages import RUNS, button, opened, refining, texts
from tests.core.audit.trails import tamper

ID = "20260101-120000-00000001"


def labels(app: object) -> list[str]:
    return [each.label for each in app.expander]  # type: ignore[attr-defined]


def test_the_entries_of_a_run_and_the_state_of_the_trail(digits: Path) -> None:
    run = refining(digits, ID)
    spec = {"spec.json": file_hash(run.folder / "spec.json")}
    facts = {"models": ["mnist_cnn:standard"], "data": "mnist", "files": spec}
    assert record("run submitted", facts, run=run.folder, task="refine") == ""
    assert record("run submitted", {}, task="refine") == ""
    app = opened(RUNS, run=run.id)
    assert "Audit trail (1 entry, whole)" in labels(app)
    shown = next(each.value for each in app.dataframe if "what happened" in each.value.columns)
    assert shown["what happened"].to_list() == ["Asked for: train a model anew; model mnist_cnn:standard; data mnist"]
    assert "The trail is whole: 3 entries, each as it was written." in texts(app)
    assert verify().head in texts(app)
    assert len(app.get("download_button")) >= 3
    button(app, "Check the stored files").click().run()
    assert "All stored files that the trail answers for are as they were." in texts(app)
    (run.folder / "spec.json").write_text(json.dumps(run.spec, indent=1))
    button(app, "Check the stored files").click().run()
    assert not app.exception
    assert f"Spec.json of run {ID} is not the file that entry 2 answers for" in texts(app)


def test_a_trail_that_was_altered_is_said_on_every_run(digits: Path) -> None:
    run = refining(digits, ID)
    record("run submitted", {}, run=run.folder, task="refine")
    tamper(digits, lambda given: given.__setitem__(1, given[1].replace('"refine"', '"ara"')))
    app = opened(RUNS, run=run.id)
    assert "Audit trail (1 entry, :red[not whole])" in labels(app)
    assert "Entry 2 was altered: it does not have the hash it was sealed with." in texts(app)
    shown = next(each.value for each in app.dataframe if "what happened" in each.value.columns)
    assert shown["what happened"][0].startswith("ALTERED. Asked for")


def test_a_run_from_before_and_one_that_cannot_be_read(digits: Path) -> None:
    run = refining(digits, ID)
    app = opened(RUNS, run=run.id)
    assert "Audit trail (0 entries, whole)" in labels(app)
    assert "The trail has no entry about this run" in texts(app)
    (run.folder / "spec.json").write_text("{")
    assert "Audit trail (0 entries, whole)" in labels(opened(RUNS, run=run.id))


def test_under_the_masks_stand_their_images_and_the_entry(digits: Path) -> None:
    rows = [
        {"step": 0, "epoch": 0, "loss": 1.0, "masks": {"size": 0.2, "empty": 0.0}},
        {"step": 1, "epoch": 1, "loss": 1.0},
    ]
    run = refining(digits, ID)
    (run.folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    path = mask_examples(run.folder, 0)
    path.parent.mkdir()
    images, masks = np.zeros((2, 1, 28, 28), np.uint8), np.ones((2, 28, 28), bool)
    np.savez(path, images=images, masks=masks, labels=np.zeros(2, int), indices=np.array([3, 71]))
    app = opened(RUNS, run=run.id)
    assert "of the audit trail" not in texts(app)
    facts = {"examples_of": [3, 71], "masks_sha256": "ab" * 32, "images": 100,
             "files": {"masks/cycle-0000.npz": file_hash(path)}}  # fmt: skip
    record("masks stored", facts, run=run.folder, task="refine")
    app = opened(RUNS, run=run.id)
    assert "From left to right: training images 3, 71. Entry 2 of the audit trail." in texts(app)
    (caption,) = [each for each in app.caption if "From left to right" in each.value]
    assert "ab" * 32 in caption.help


def test_masks_of_every_step_are_shown_as_they_were_after_epochs(digits: Path) -> None:
    run = refining(digits, ID)
    images, masks = np.zeros((2, 1, 28, 28), np.uint8), np.ones((2, 28, 28), bool)
    for epoch in range(5):
        path = epoch_masks(run.folder, "attention", epoch)
        path.parent.mkdir(exist_ok=True)
        np.savez(path, images=images, masks=masks, labels=np.zeros(2, int), indices=np.array([3, 71]))
    (run.folder / "masks" / "attention-0003.npz").write_bytes(b"torn")
    file = "masks/attention-0004.npz"
    facts = {"kind": "attention", "epoch": 4, "examples_of": [3, 71], "files": {file: file_hash(run.folder / file)}}
    record("masks stored", facts, run=run.folder, task="refine")
    app = opened(RUNS, run=run.id)
    said = texts(app)
    assert "What the network covers of the picture" in said
    assert "After epoch 4: the examples cannot be read." in said
    assert "From left to right: training images 3, 71. Entry 2 of the audit trail." in said
    assert "The 2 epochs in between" in labels(app)
    assert "attention masks as they were after epoch 5, of 2 images, kept as pictures" in sentence_of(file)


def sentence_of(file: str) -> str:
    return next(words.sentence(entry) for entry in verify().entries if file in entry.files)


def test_hostile_text_is_shown_as_text() -> None:
    facts = {"examples_of": ["<b>", 3, [4]], "models": ["<script>"], "data": "**x**\x1b[31m"}
    entry = Entry(
        1, "t\x1b[2J", "w\nho", "run submitted", ID, "refine", facts, {"version": "\x1b[1m1"}, "0", "1", False
    )
    assert table([entry]).iloc[0].to_list() == [
        1, "t", "w ho", "ALTERED. Asked for: train a model anew; model <script>; data **x**", "", "version 1"
    ]  # fmt: skip
    assert sentence(entry) == "From left to right: training images 3. Entry 1 of the audit trail, which was altered."
