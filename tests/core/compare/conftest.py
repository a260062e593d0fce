"""One comparison, for what only reads it."""

import pytest

from core.compare.comparison import Comparison
from core.compare.one_image import compare
from tests.core.compare.doubles import IMAGE, model, pair


@pytest.fixture(scope="module")
def compared() -> Comparison:
    return compare(pair(), model(0), model(1), IMAGE)
