"""Attacks, strengths and data as commands name them."""

from dataclasses import fields
from typing import Any

from core.base.params import to_spec
from core.catalog import ATTACKS, DATASETS
from core.cli.settings import read_value, split_setting
from core.data.stored import at_path

FORM = "--set METHOD.NAME=VALUE, such as pgd.steps=40"


def strengths(text: str) -> list[Any]:
    """The strengths of "2/255,8/255".

    >>> strengths("51/255,0.3")
    [0.2, 0.3]
    """
    return [read_value(each, real=True) for each in text.split(",")]


def named_attacks(text: str, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The JSON forms of attacks by key with commas between them: that in `known` if it has one of this key."""
    return [_spec(key.strip(), known) for key in text.split(",") if key.strip() not in ("", "none")]


def _spec(key: str, known: list[dict[str, Any]]) -> dict[str, Any]:
    if key not in ATTACKS:
        raise ValueError(f"there is no attack {key!r}; there are {', '.join(sorted(ATTACKS))}")
    return next((dict(each) for each in known if each["method"] == key), to_spec(ATTACKS[key]()))


def set_attacks(settings: list[str], attacks: list[dict[str, Any]]) -> None:
    """Put ["pgd.steps=40"] in place; ValueError shows the form expected."""
    for each in settings:
        part, parameter, text = split_setting(each, FORM)
        mine = [spec for spec in attacks if spec["method"] == part]
        if not mine:
            raise ValueError(f"expected {FORM} of an attack that is named, got {each!r}")
        default = next((entry.default for entry in fields(ATTACKS[part]) if entry.name == parameter), None)
        for spec in mine:
            spec[parameter] = read_value(text, isinstance(default, float))


def data_for_worker(data: str) -> str:
    """A data set as a run finds it, which has another working folder: a name as it is, a path made absolute."""
    return data if data in DATASETS or data.startswith("own:") else str(at_path(data).path)
