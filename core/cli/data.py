"""The data sets as plain text."""

from core.base.errors import with_advice
from core.base.paths import places
from core.base.plain_line import plain_line
from core.catalog import DATASETS
from core.data.by_name import data_facts, data_names
from core.data.fit import summary

MOST_SHOWN = 100


def listing() -> str:
    """Every data set by name, a line each: what it holds, or that it is fetched on first use."""
    lines = []
    for name, title in data_names().items():
        try:
            facts = data_facts(name)
            told = f"{summary(facts)}; on this machine" if facts else "fetched on first use"
        except (ValueError, OSError) as error:
            told = f"cannot be read: {with_advice(error)}"
        lines.append(f"{plain_line(name):<22} {plain_line(title):<22} {plain_line(told)}")
    try:
        places()
    except OSError as error:
        lines.append(f"Your own data cannot be listed: {with_advice(error)}")
    lines += ["", "Besides these, the path of an .npz file, or of a folder with one folder of pictures per class."]
    return "\n".join(lines)


def description(name: str, *, fetch: bool = False) -> str:
    """One data set with the number of images of each class; with `fetch` it is brought onto this machine first."""
    if fetch and name in DATASETS:
        DATASETS[name]().prepare()
    facts = data_facts(name)
    title = plain_line(data_names().get(name, name))
    if facts is None:
        return f"{title}\nIt is fetched on first use, or now with --fetch."
    parts = list(facts.per_class)
    lines = [title, summary(facts), "", f"{'class':<30}" + "".join(f"{part:>10}" for part in parts)]
    for number, called in enumerate(facts.classes[:MOST_SHOWN]):
        counts = "".join(f"{facts.per_class[part][number]:>10,}" for part in parts)
        lines.append(f"{plain_line(called, 29):<30}{counts}")
    if len(facts.classes) > MOST_SHOWN:
        lines.append(f"and {len(facts.classes) - MOST_SHOWN:,} more classes")
    return "\n".join(lines)
