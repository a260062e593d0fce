"""Entries of the audit trail in plain words: what happened, and which weights came out."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.audit import events, people_words
from core.audit.entry import Entry
from core.base.plain_line import plain_line
from core.base.run_folder import BEST, LAST

TASKS = {
    "refine": "train a model anew", "compare": "compare two models", "evaluate": "measure what models withstand",
    "corruptions": "measure models on common corruptions", "ara": "measure the smallest changes",
    "batch": "attack many pictures", "explainers": "measure explanations", "masking": "look for masked gradients",
    "trial": "judge a model of a trial",
}  # fmt: skip
STATES = {"completed": "it is complete", "stopped": "it was stopped", "failed": "it failed"}
HOW = {"save": "to stop and keep its state", "now": "to stop at once"}
LONGEST = 300  # characters of a sentence's quotations


def sentence(entry: Entry) -> str:
    """What an entry says, as one line without a full stop; whatever it quotes is cut and cannot steer a terminal."""
    return plain_line(_said(entry), 2 * LONGEST)


def _said(entry: Entry) -> str:
    facts, event = entry.facts, entry.event
    epoch = facts.get("epoch")
    when = f"epoch {epoch + 1}" if isinstance(epoch, int) else "an epoch"
    told: Mapping[str, Any] = {
        events.TRAIL_BEGUN: "the audit trail was begun",
        events.MENDED: f"the trail was found in disorder and goes on from here ({_mended(facts)})",
        events.SUBMITTED: f"asked for: {_task(entry.task)}{_about(facts)}",
        events.STARTED: f"the work started on {_text(facts.get('device'))}{_attempt(facts)}",
        events.RESUMED: f"asked to go on after a break{_attempt(facts)}",
        events.BEGUN: _begun(facts),
        events.MASKS: _masks(facts, when),
        events.WEIGHTS: f"weights saved after {when}",
        events.STOP: f"asked {HOW.get(str(facts.get('how')), 'to stop')}",
        events.ENDED: f"the work ended: {STATES.get(str(facts.get('state')), _text(facts.get('state')))}"
                      f"{_because(facts.get('said'))}",
        events.DELETED: "the run was deleted with its files",
        events.ADDED: f"added: {_text(facts.get('what'))} {_text(facts.get('name'))}",
        events.REMOVED: f"deleted: {_text(facts.get('what'))} {_text(facts.get('name'))}",
    }  # fmt: skip
    return str({**told, **people_words.told(facts)}.get(event, event))


def weights_of(entry: Entry) -> str:
    """SHA-256 of the weights that came out: the best ones of a run, those of a model that was added; "" for none."""
    files = entry.files
    added = [digest for name, digest in files.items() if name.endswith(".safetensors")]
    return files.get(BEST, "") or files.get(LAST, "") or (added[0] if added else "")


def came_out(entry: Entry) -> str:
    """The name under which the weights of an entry are found; "" where there are none."""
    if not weights_of(entry):
        return ""
    return f"run:{entry.run}" if entry.run else _text(entry.facts.get("name"))


def moment(time: str) -> str:
    """A time as people write it; what is none as it is.

    >>> moment("2026-11-29T11:10:08.123+00:00")
    '2026-11-29 11:10:08'
    """
    return plain_line(time.replace("T", " "), LONGEST)[:19]


def code(entry: Entry) -> str:
    """Which code wrote an entry, in short.

    >>> from core.audit.entry import Entry
    >>> code(Entry(1, "", "", "", "", "", {}, {"version": "0.1.0", "commit": "a" * 40}, "", ""))
    'version 0.1.0, commit aaaaaaaaaa'
    """
    parts = [(name, str(entry.code.get(name, ""))[:length]) for name, length in (("version", 20), ("commit", 10))]
    return plain_line(", ".join(f"{name} {value}" for name, value in parts if value), LONGEST)


def of_run(entries: Sequence[Entry], run: str) -> list[Entry]:
    """The entries about one run, the oldest first."""
    return [entry for entry in entries if entry.run == run]


def _task(task: str) -> str:
    return TASKS.get(task, _text(task) or "a task")


def _about(facts: Mapping[str, Any]) -> str:
    models = facts.get("models")
    named = ", ".join(map(str, models[:4])) if isinstance(models, list) else ""
    data = _text(facts.get("data"))
    return f"{f'; model {_text(named)}' if named else ''}{f'; data {data}' if data else ''}"


def _begun(facts: Mapping[str, Any]) -> str:
    data, base, step = _part(facts, "data"), _part(facts, "base"), facts.get("step")
    on = f", from step {step + 1}" if isinstance(step, int) and step else ""
    count = _count(_part(data, "learnt").get("images"))
    return f"training on {count} images of {_text(data.get('name'))}, from {_text(base.get('name'))}{on}"


def _part(facts: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = facts.get(name)
    return part if isinstance(part, Mapping) else {}


def _mended(facts: Mapping[str, Any]) -> str:
    torn = facts.get("torn")
    parts = ["a piece of a broken-off entry was set aside"] if torn else []
    parts += [f"the file with the last fingerprint was {_text(facts['head'])}"] if facts.get("head") else []
    return ", ".join(parts) or "no more is known"


def _attempt(facts: Mapping[str, Any]) -> str:
    attempt = facts.get("attempt")
    return f", attempt {attempt}" if isinstance(attempt, int) and attempt > 1 else ""


def _because(said: Any) -> str:
    text = _text(said).rstrip(".")
    return f" ({text})" if text else ""


def _count(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else "some"


def _masks(facts: Mapping[str, Any], when: str) -> str:
    kept = _length(facts.get("examples_of"))
    if kind := facts.get("kind"):
        return f"{_text(kind)} masks as they were after {when}, of {kept} images, kept as pictures"
    reached = f"{_count(facts.get('with_mask'))} of {_count(facts.get('images'))} images"
    return f"masks as used from {when} on, for {reached}; {kept} kept as pictures"


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list) else 0


def _text(value: Any) -> str:
    return "" if value is None else plain_line(str(value), LONGEST)
