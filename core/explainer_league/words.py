"""What a league has found, in words."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from core.explainer_league.floors import FLOORS
from core.explainer_league.league import ENTRANTS
from core.explainer_league.standings import BETTER, TOO_FEW, WORSE

OPPOSITE = {BETTER: WORSE, WORSE: BETTER}
Mark = Literal["above", "below", ""]


def title(key: str) -> str:
    """What people call an explainer; its key where it is not known."""
    return ENTRANTS[key].title if key in ENTRANTS else key


def verdicts(column: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """(one explainer, another) -> what can be said of the one beside the other, both ways round.

    >>> verdicts({"comparisons": [{"first": "lime", "second": "pgca", "verdict": "better than"}]})[("pgca", "lime")]
    'worse than'
    """
    told = {(pair["first"], pair["second"]): pair["verdict"] for pair in column["comparisons"]}
    return told | {(second, first): OPPOSITE.get(said, said) for (first, second), said in told.items()}


def beside_floors(column: Mapping[str, Any]) -> dict[str, Mark]:
    """Explainer -> "above": better than every floor; "below": worse than one; "": neither. Only where it met all.

    >>> pairs = [{"first": "lime", "second": floor, "verdict": "better than"} for floor in FLOORS]
    >>> worse = {"first": "pgca", "second": "random_map", "verdict": "worse than"}
    >>> beside_floors({"comparisons": [*pairs, worse, worse | {"second": "edge_detector", "verdict": "better than"}]})
    {'lime': 'above', 'pgca': 'below'}
    """
    met: dict[str, list[str]] = {}
    for pair in column["comparisons"]:
        if pair["second"] in FLOORS:
            met.setdefault(pair["first"], []).append(pair["verdict"])
    return {
        key: "above" if all(said == BETTER for said in told) else "below" if WORSE in told else ""
        for key, told in met.items()
        if len(told) == len(FLOORS)
    }


def floors_beaten(result: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Explainer, floors left out -> (by how many metrics it is better than every floor, of how many with the floors).

    >>> pair = {"first": "lime", "verdict": "better than"}
    >>> column = {"comparisons": [pair | {"second": "random_map"}, pair | {"second": "edge_detector"}]}
    >>> floors_beaten({"columns": [column, {"comparisons": [pair | {"second": "edge_detector"}]}]})
    {'lime': (1, 1)}
    """
    found: dict[str, tuple[int, int]] = {}
    for column in result["columns"]:
        for key, mark in beside_floors(column).items():
            wins, of = found.get(key, (0, 0))
            found[key] = (wins + (mark == "above"), of + 1)
    return found


def order(column: Mapping[str, Any]) -> list[str]:
    """The explainers that have a mean, floors among them, the best mean first."""
    means = {key: told["mean"] for key, told in column["explainers"].items() if told["mean"] is not None}
    return sorted(means, key=means.__getitem__, reverse=column["better"] == "higher")


def fronts(result: Mapping[str, Any]) -> list[str]:
    """Who is first by which metric, and who cannot be told from whom, in sentences; only what the verdicts say.

    First is who is better than both floors and every other explainer, of which there is one at least. The best by its
    mean who is not better than both floors is said to be that, whatever the others are.

    >>> means = {key: {"mean": mean} for key, mean in zip(("lime", "pgca", *FLOORS), (0.4, 0.3, 0.1, 0.2))}
    >>> ahead = {"verdict": "better than"}
    >>> pairs = [ahead | {"first": key, "second": other} for key in ("lime", "pgca") for other in FLOORS]
    >>> pair = ahead | {"first": "lime", "second": "pgca"}
    >>> column = {"title": "Insertion", "better": "higher", "explainers": means, "comparisons": [*pairs, pair]}
    >>> alike = {"title": "ROAD", "comparisons": [*pairs, pair | {"verdict": "cannot be told apart"}]}
    >>> none = {"title": "Complexity", "comparisons": [pair, *({**each, "verdict": "worse than"} for each in pairs)]}
    >>> for each in fronts({"columns": [column, column | alike, column | none]}):
    ...     print(each)
    LIME is first on insertion.
    No other explainer can be told from LIME on ROAD.
    Best by its mean, yet not surely better than both floors: LIME on complexity.
    """
    first: dict[str, list[str]] = {}
    alike: dict[tuple[str, str], list[str]] = {}
    poor: dict[str, list[str]] = {}
    few: list[str] = []
    for column in result["columns"]:
        said, ranked = verdicts(column), [key for key in order(column) if key not in FLOORS]
        if not said or not ranked:
            continue
        name, best, others = _inside(column["title"]), ranked[0], ranked[1:]
        rivals = [key for key in others if said.get((best, key)) != BETTER]
        if all(verdict == TOO_FEW for verdict in said.values()):
            few.append(name)
        elif beside_floors(column).get(best) != "above":
            poor.setdefault(title(best), []).append(name)
        elif rivals:
            whom = "No other explainer" if rivals == others else listed([title(key) for key in rivals])
            alike.setdefault((whom, title(best)), []).append(name)
        elif others:
            first.setdefault(title(best), []).append(name)
    told = ["; ".join(f"{who} is first on {listed(on)}" for who, on in first.items())]
    told += [f"{whom} can{'' if whom.startswith('No ') else 'not'} be told from {who} on {listed(on)}"
             for (whom, who), on in alike.items()]  # fmt: skip
    weak = "; ".join(f"{who} on {listed(on)}" for who, on in poor.items())
    told += [f"Best by its mean, yet not surely better than both floors: {weak}"] if weak else []
    told += [f"Too few images to compare on {listed(few)}"] if few else []
    return [f"{each}." for each in told if each]


def headline(result: Mapping[str, Any]) -> str:
    """One sentence: how many images, and who is better than the floors, random numbers and edges, how often.

    >>> pair = {"first": "lime", "verdict": "better than"}
    >>> column = {"comparisons": [pair | {"second": "random_map"}, pair | {"second": "edge_detector"}]}
    >>> headline({"count": 100, "columns": [column]})
    'Measured on 100 images that the model gets right. Better than both floors (random numbers and edges): LIME on...'
    """
    ranked = sorted(floors_beaten(result).items(), key=lambda each: -each[1][0])
    told = ", ".join(f"{title(key)} on {wins} of {of}" for key, (wins, of) in ranked)
    images = f"{result['count']:,} image{'' if result['count'] == 1 else 's'}"
    said = f" Better than both floors (random numbers and edges): {told} metrics." if told else ""
    return f"Measured on {images} that the model gets right.{said}"


def found_words(result: Mapping[str, Any]) -> str:
    """All that a league has found, a line a sentence."""
    return "\n".join([*fronts(result), headline(result)])


def listed(words: Sequence[str]) -> str:
    """Words with commas and an "and".

    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    return ", ".join(words[:-1]) + f" and {words[-1]}" if len(words) > 1 else "".join(words)


def _inside(name: str) -> str:
    """A title inside of a sentence: "ROAD", but "deletion"."""
    return name if name[1:2].isupper() else f"{name[:1].lower()}{name[1:]}"
