"""The method that CONTRIBUTING.md adds is one, as it stands there."""

import doctest
import importlib
from pathlib import Path

import pytest
import torch

from core import catalog
from core.base.params import from_spec, to_spec
from core.base.paths import ROOT
from core.contracts.map_distance import MapDistance

TEXT = (ROOT / "CONTRIBUTING.md").read_text()
EXAMPLE = TEXT.partition("```python\n")[2].partition("```")[0]


def test_its_example_is_a_map_distance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "contributed"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "cosine.py").write_text(EXAMPLE)
    monkeypatch.syspath_prepend(str(tmp_path))
    found = catalog.collect("contributed", "MAP_DISTANCES", MapDistance)
    assert list(found) == ["cosine"]
    cosine = found["cosine"]()
    assert from_spec(to_spec(cosine), found) == cosine
    maps = torch.tensor([[[0.0, 0.0]], [[1.0, -3.0]]])
    assert cosine(maps, maps).tolist() == [1.0, 1.0]
    assert cosine(maps, -maps).tolist() == [1.0, -1.0]
    worked = doctest.testmod(importlib.import_module("contributed.cosine"), optionflags=doctest.ELLIPSIS)
    assert (worked.failed, worked.attempted) == (0, 1)
