"""What can be drawn can be saved: the window counts as the server does, and thins an outline that was dragged."""

import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from core.base.paths import ROOT
from core.casebook.regions import MOST_POINTS, MOST_STROKES, masks

PARTS = ROOT / "app" / "components"
INPUT = (PARTS / "mark_input.js").read_text()


def asked(expression: str) -> Any:
    """What an expression of the script's own functions gives."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here")
    script = f"{INPUT}\nconsole.log(JSON.stringify({expression}));"
    return json.loads(subprocess.run([node, "-e", script], capture_output=True, check=True, timeout=60).stdout)


def test_window_and_server_have_the_same_bounds() -> None:
    mark = (PARTS / "mark.js").read_text()
    found = {name: int(value) for name, value in re.findall(r"(MOST_\w+) = (\d+)", mark)}
    assert found == {"MOST_STROKES": MOST_STROKES, "MOST_POINTS": MOST_POINTS}
    assert "pointsOf(made) > MOST_POINTS" in mark
    with pytest.raises(ValueError, match="too much is drawn to be saved; undo some of it") as error:
        masks([{"means": "erase", "shape": "polygon", "points": [[0, 0]] * (MOST_POINTS + 1)}], 2, 2)
    assert str(error.value)[1:] in mark


def test_a_dragged_outline_is_thinned_and_all_points_are_counted() -> None:
    dragged = "thinned(Array.from({ length: 2000 }, (_, place) => [place / 2000, 0.5]))"
    corners = asked(dragged)
    assert len(corners) == 300
    assert corners[0] == [0, 0.5]
    assert max(b[0] - a[0] for a, b in zip(corners, corners[1:], strict=False)) < 0.004
    assert asked("thinned([[0, 0], [1, 0], [1, 1]])") == [[0, 0], [1, 0], [1, 1]]
    assert asked("pointsOf([{ shape: 'box' }, { points: [[0, 0], [1, 1]] }, { points: [[0, 0]] }])") == 3
    assert "points = thinned(now.pending)" in INPUT
