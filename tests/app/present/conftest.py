"""A small comparison, its study of the model before refinement, and both in a casebook."""

from pathlib import Path

import pytest

from core.casebook.casebook import Casebook
from core.casebook.records import SavedCase
from core.compare.comparison import Comparison
from core.compare.one_image import compare
from core.study.study import Study
from tests.core.compare.doubles import IMAGE, model, pair


@pytest.fixture(scope="session")
def compared() -> Comparison:
    return compare(pair(), model(0), model(1), IMAGE, label=1)


@pytest.fixture
def study(compared: Comparison) -> Study:
    return compared.studies["before"]


@pytest.fixture
def book(home: Path) -> Casebook:
    return Casebook.usual()


@pytest.fixture
def case(book: Casebook, study: Study) -> SavedCase:
    return book.save(study, title="Secret title", label="b", source="inspect")
