"""The checklist in words: an aligned list, and the sentences of a completed run."""

import textwrap
from collections.abc import Mapping
from typing import Any

from core.base.units import in_255ths
from core.gradient_masking.finding import WORDS

WIDTH = 118
COUNTED = 3  # names of failed checks that are told


def listing(result: Mapping[str, Any]) -> str:
    """A line for each check with its verdict, below it what was measured and what it means, and numbers that it has."""
    wide = max(len(word) for word in WORDS.values())
    lines = []
    for row in result["checks"]:
        mark = f" [{row['indicator']}]" if row.get("indicator") else ""
        lines.append(f"{WORDS[row['verdict']]:<{wide}}  {row['title']}{mark}")
        lines += textwrap.wrap(row["said"], WIDTH, initial_indent=" " * (wide + 2), subsequent_indent=" " * (wide + 2))
        if told := "; ".join(numbers(row["values"])):
            lines += textwrap.wrap(f"({told})", WIDTH, initial_indent=" " * (wide + 2),
                                   subsequent_indent=" " * (wide + 3))  # fmt: skip
    return "\n".join(lines)


def numbers(values: Mapping[str, Any], before: str = "") -> list[str]:
    """Every value that has an interval, in words.

    >>> share = {"value": 0.25, "interval_95": [0.1, 0.5], "hits": 1, "count": 4}
    >>> numbers({"textbook": share, "careful": {"found_beyond": share}, "draws": 50})
    ['textbook 1/4 (10 to 50 %)', 'careful found beyond 1/4 (10 to 50 %)']
    >>> numbers({"cosine": {"value": 0.71234, "interval_95": [0.7, 0.72], "count": 9}})
    ['cosine 0.712 (0.7 to 0.72, 9 images)']
    """
    told = []
    for name, value in values.items():
        words = f"{before}{name.replace('_', ' ')}"
        if not isinstance(value, Mapping):
            continue
        if "interval_95" not in value:
            told += numbers(value, f"{words} ")
            continue
        low, high = value["interval_95"]
        if "hits" in value:
            told.append(f"{words} {value['hits']}/{value['count']} ({100 * low:.0f} to {100 * high:.0f} %)")
        else:
            told.append(f"{words} {value['value']:.3g} ({low:.3g} to {high:.3g}, {value['count']} images)")
    return told


def sentences(result: Mapping[str, Any]) -> str:
    """How many checks passed and failed, which failed, and what follows; "" if it cannot be told.

    >>> checks = [{"title": "There is a gradient to follow", "verdict": "fail"}, {"title": "x", "verdict": "pass"}]
    >>> told = {"verdicts": {"pass": 1, "fail": 1, "unknown": 0}, "checks": checks, "count": 98, "eps": 0.2}
    >>> sentences(told)
    'On 98 images at strength 51/255, 1 check passed, 1 failed and 0 cannot be told. There are signs of gradient masking
    (There is a gradient to follow): what attacks that follow gradients leave right says little about this model.'
    """
    try:
        counts = result["verdicts"]
        told = (
            f"On {result['count']:,} images at strength {in_255ths(result['eps'])}, {counts['pass']} "
            f"check{'' if counts['pass'] == 1 else 's'} passed, {counts['fail']} failed and {counts['unknown']} cannot "
            "be told."
        )
        failed = [row["title"] for row in result["checks"] if row["verdict"] == "fail"]
    except (KeyError, TypeError, ValueError):
        return ""
    if not failed:
        return f"{told} No check found a sign of gradient masking."
    more = f", and {len(failed) - COUNTED} more" if len(failed) > COUNTED else ""
    return (
        f"{told} There are signs of gradient masking ({'; '.join(failed[:COUNTED])}{more}): what attacks that follow "
        "gradients leave right says little about this model."
    )
