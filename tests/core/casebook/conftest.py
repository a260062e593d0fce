"""An empty casebook, and a small study and a comparison to save in it."""

from pathlib import Path

import pytest

from core.casebook.casebook import Casebook
from core.compare.comparison import Comparison
from core.compare.one_image import compare
from core.study.study import Study
from tests.core.compare.doubles import IMAGE, model, pair


@pytest.fixture(scope="session")
def compared() -> Comparison:
    return compare(pair(), model(0), model(1), IMAGE, label=1)


@pytest.fixture
def image_case(compared: Comparison) -> Study:
    return compared.studies["before"]


@pytest.fixture
def casebook(home: Path) -> Casebook:
    return Casebook.usual()
