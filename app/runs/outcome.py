"""What a completed run found, in words: what was kept, how right it is and on what, and what that does not show."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from app.run_words.settings import setting
from app.run_words.words import part
from app.runs import series as run_series
from app.runs.comparison import compared
from app.runs.facts import RunFacts
from app.runs.told import told
from app.ui.markdown import plain
from core.attacks.pgd import PGD
from core.base.errors import Unreadable
from core.base.params import Method, from_spec
from core.base.plain_line import plain_line
from core.catalog import ATTACKS, OBJECTIVES
from core.contracts.objective import Objective
from core.runs.settings_difference import flat
from core.training.guessing import collapsed, doubtful
from core.training.schedule import Schedule
from core.training.validation import usual_validation_attack

MOST = 200  # numbers of a result on the page
ORIGINAL = run_series.KINDS["clean"]
LONGEST = 100  # letters of a result on the page
BARREN = "∅", "completed, nothing learnt"  # symbol and word, as in app.run_words.words.STATES


def show_outcome(facts: RunFacts) -> None:
    """What a completed run found, as sentences where its task is known, else as a table."""
    if facts.status.state != "completed":
        return
    try:
        result = facts.run.read_result()
    except Unreadable as error:
        st.warning(plain(f"It says that it has completed, but {error}.", 400))
        return
    if sentence := outcome(facts.task, result, held_out(facts), facts.arguments):
        if barren(facts):
            st.warning(f"{sentence} {collapsed(result)}")
        else:
            st.success(" ".join(filter(None, (sentence, doubtful(result), caution(facts, sentence)))))
    else:
        numbers = [each for each in flat(result).items() if not each[0].startswith("asked.")][:MOST]
        rows = {setting(name): _text(entry) for name, entry in numbers}
        st.dataframe(pd.DataFrame({"result": rows}), width="content")


def outcome(task: str, result: Mapping[str, Any], count: int, arguments: Mapping[str, Any]) -> str:
    """The result of a run in a sentence or two; "" for a task or a result that is not known.

    >>> told = outcome("evaluate", {"count": 1000, "asked": {"classifiers": ["a"], "data": "mnist"}, "differences": [],
    ...                "models": [{"accuracy": [0.712, 0.683, 0.739]}]}, 0, {})
    >>> told.replace(chr(92), "")  # without what keeps a page from taking it for markup
    'a is right on 71.2 % (68.3 to 73.9) of 1,000 images.'
    >>> outcome("refine", {"epoch_kept": 2, "averaged": True, "held": {"clean": 0.5, "clean_average": 0.75}}, 100, {})
    'Kept: the averaged weights after epoch 2. On the 100 held-out images it is right on 75.0 % (65.7 to 82.5 %)...'
    >>> outcome("refine", {"epoch_kept": 2, "before": {"clean": 0.9}, "held": {"clean": 0.5}}, 100, {})[:99]
    'Of the 100 held-out images the model before was right on 90.0 % (82.6 to 94.5 %) as they are; after'
    >>> outcome("refine", {"epoch_kept": 1, "held": {"robust": 0.5}}, 100,
    ...         {"objective": {"method": "fast_adversarial", "eps": 0.2}})[-45:]
    'under attack (PGD, 10 steps, at most 51/255).'
    """
    if task == "compare":
        return compared(result, arguments)
    if task == "refine" and isinstance(epoch := result.get("epoch_kept"), int):
        averaged = bool(result.get("averaged"))
        kept = f"Kept: the {'averaged ' if averaged else ''}weights after epoch {epoch}."
        now = _shares(result.get("held"), "average" if averaged else "", count, arguments)
        was = _shares(result.get("before"), "", count, arguments)
        if now and was:
            return f"Of the {count:,} held-out images the model before was right on {was}; after it, on {now}. {kept}"
        return f"{kept} On the {count:,} held-out images it is right on {now}." if now else kept
    return told(task, result)


def _shares(held: Any, weights: str, count: int, arguments: Mapping[str, Any]) -> str:
    """Accuracies on held-out images with their intervals, in words; weights: "" or "average"."""
    return " and on ".join(
        f"{point['value']:.1f} % ({point['low']:.1f} to {point['high']:.1f} %) "
        + ("as they are" if point["images"] == ORIGINAL else f"under attack{attack_strength_words(arguments)}")
        for point in run_series.held([{"epoch": 0, "held": held}], count)
        if point["weights"] == run_series.WEIGHTS[weights]
    )


def attack_strength_words(arguments: Mapping[str, Any]) -> str:
    """The attack on the held-out images, in brackets: the one asked for, else the usual; "" where it cannot be told.

    >>> [attack_strength_words({"validation_attack": each}) for each in (
    ...     {"method": "pgd", "eps": 0.2, "step": 0.01, "steps": 20}, {"method": "fgsm", "eps": 0.2}, "none")]
    [' (PGD, 20 steps, at most 51/255)', ' (FGSM)', '']
    """
    attack: Method | None
    try:
        if arguments.get("validation_attack") is not None:
            attack = from_spec(part(arguments, "validation_attack"), ATTACKS)
        else:
            objective = from_spec(part(arguments, "objective"), OBJECTIVES)
            attack = usual_validation_attack(objective) if isinstance(objective, Objective) else None
    except (ValueError, TypeError):
        return ""
    if isinstance(attack, PGD):
        return f" (PGD, {attack.steps} steps, at most {255 * attack.eps:.4g}/255)"
    return f" ({attack.title})" if attack else ""


def caution(facts: RunFacts, sentence: str) -> str:
    """What the accuracies on held-out images do not show; "" where there are none."""
    if facts.task != "refine" or "held-out" not in sentence:
        return ""
    scratch = facts.arguments.get("start") == "scratch"
    learnt = "" if scratch else ", and the base model may have learnt from them"
    return (f"These images chose the epoch{learnt}, so the numbers tend to be too high, and no check against masked "
            "gradients was made: measure on test images before reporting.")  # fmt: skip


def barren(facts: RunFacts) -> bool:
    """Whether a refinement has completed and does no better than one answer to all, as far as can be told."""
    if facts.task != "refine" or facts.status.state != "completed":
        return False
    return bool(collapsed(facts.run.result() or {}))


def state(facts: RunFacts) -> tuple[str, str]:
    """Symbol and word of how a run stands."""
    symbol, _, word = facts.state.partition(" ")
    return BARREN if barren(facts) else (symbol, word)


def guess(facts: RunFacts) -> float | None:
    """The share of the held-out images that one answer to all gets right; known of completed runs."""
    result = facts.run.result() if facts.status.state == "completed" else None
    share = run_series.numeric((result or {}).get("guess"))
    return share if share is not None and 0 < share <= 1 else None


def held_out(facts: RunFacts) -> int:
    """How many held-out images the accuracies of a refining run are measured on."""
    count = part(facts.arguments, "schedule").get("held_out", Schedule().held_out)
    return count if isinstance(count, int) and count > 0 else 0


def _text(entry: Any) -> str:
    text = f"{entry:.4g}" if isinstance(entry, float) else plain_line(str(entry))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
