"""The table beside the preset of the planted square is that of the file, and its words are those of the counts."""

import json

from app.refine.measured_preset import FILE, table
from core.recipes.spurious_mark_table import JUDGED
from core.recipes.spurious_mark_table import table as in_markdown


def test_the_table_is_that_of_the_readme() -> None:
    told = json.loads(FILE.read_text())
    found, rows = table(told), in_markdown(told).splitlines()[2:7]
    assert found.shape == (5, len(JUDGED))
    for cells, row in zip(found.to_numpy().tolist(), rows, strict=True):
        assert [f"{cell} %" for cell in cells] == [part.strip().partition(" (")[0] for part in row.split("|")[2:-1]]
    assert "not refined" in found.index
