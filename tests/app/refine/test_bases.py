"""What the Refine page offers to begin with."""

from app.ui.cached import bases, classifiers


def test_teaching_examples_are_models_but_no_bases() -> None:
    assert "teaching:saturated" in classifiers()
    assert "mnist_cnn:standard" in bases()
    assert [name for name in bases() if name.startswith("teaching")] == []
