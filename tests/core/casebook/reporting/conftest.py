"""A casebook with a case and a comparison whose texts are hostile, and an expert who marked something."""

from dataclasses import replace

import numpy as np
import pytest

from core.casebook.answers import ExpertAnswer, add_answer
from core.casebook.casebook import Casebook
from core.casebook.mask_png import mask_png
from core.casebook.records import SavedCase
from core.compare.comparison import Comparison
from core.study.study import Study

HOSTILE = "<script>alert(1)</script><img src=https://evil.example/x onerror=alert(2)> \" ' &amp; שלום 漢字 🙂"


@pytest.fixture
def hostile(casebook: Casebook, image_case: Study) -> SavedCase:
    study = replace(image_case, labels=(HOSTILE, "b</table>", "c"))
    case = casebook.save(study, title=HOSTILE, note=f"{HOSTILE}\n{'w' * 400}\nlast", tags=["<i>"], label="b</table>",
                         source="inspect")  # fmt: skip
    mask = np.zeros((8, 8), dtype=bool)
    mask[:2] = True
    add_answer(casebook, ExpertAnswer(case.uid, "Dr. <b>E</b>", "blind", 8, 8, "disagree", "left", "right",
                                      "</p><b>no</b>", relevant=mask_png(mask)))  # fmt: skip
    return case


@pytest.fixture
def pair(casebook: Casebook, compared: Comparison) -> SavedCase:
    return casebook.save(compared, title="Both models", label="b", source="compare")
