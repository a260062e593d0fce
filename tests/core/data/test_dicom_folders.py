"""DICOM files in folders of pictures: shown as Inspect shows them, and nobody is named."""

from pathlib import Path

import numpy as np

from core.data.formats.picture_folder import folder_facts, read_folder
from core.images.picture import read_picture
from tests.core.images.made_dicom import dicom


def test_dicom_files_are_pictures_as_inspect_shows_them_and_name_nobody(tmp_path: Path) -> None:
    values = {"benign": (-160, 240), "malignant": (40, 80)}
    made = {}
    for kind, (centre, width) in values.items():
        (tmp_path / kind / "Doe Jane").mkdir(parents=True)
        for number in range(2):
            ramp = np.arange(64, dtype=np.int16).reshape(8, 8) * (40 + number) - 1000
            raw = dicom(ramp, WindowCenter=centre, WindowWidth=width, RescaleSlope=1, RescaleIntercept=0)
            name = "DOE^JANE" if number else "DOE^JANE.dcm"  # the one is known by its first bytes
            (tmp_path / kind / "Doe Jane" / name).write_bytes(raw[132:] if number else raw)
            made[kind, number] = raw
    facts, data = folder_facts(tmp_path), read_folder(tmp_path, "train")
    assert facts.size == (1, 8, 8)
    assert facts.counts == {"train": 2, "test": 2}
    assert data.classes == ("benign", "malignant")
    shown = {read_picture(raw, "x").pixels[..., 0].tobytes(): kind for (kind, _), raw in made.items()}
    for image, label in zip(data.images.numpy(), data.labels, strict=True):
        assert shown[image.tobytes()] == data.classes[label]
    assert data.notes[0].startswith("2 of 2 train pictures: shown with the window that its DICOM file names")
    assert not any("doe" in note.lower() for note in data.notes)
