"""In what the settings of two runs differ."""

from core.runs.settings_difference import difference


def test_difference_of_two_specs() -> None:
    first = {"task": "t", "device": "cpu", "arguments": {"objective": {"eps": 0.03, "steps": 7}, "seed": 0}}
    second = {"task": "t", "device": "cuda:0", "arguments": {"objective": {"eps": 0.03, "steps": 9}, "ema": True}}
    assert difference(first, second) == {
        "device": ("cpu", "cuda:0"),
        "arguments.objective.steps": (7, 9),
        "arguments.seed": (0, None),
        "arguments.ema": (None, True),
    }
