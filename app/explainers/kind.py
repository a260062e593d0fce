"""Leagues of explainers as a kind of measurement with a page to itself, the task `explainers`."""

from types import MappingProxyType

from app.explainers.form import PREFIX, ask
from app.explainers.results import CELL, show_results
from app.measuring.kind import Kind, Names, Rows, Told
from app.run_words.words import duration
from core.explainer_league.command import command
from core.explainer_league.cost import drawn_again, maps, seconds
from core.explainer_league.exports import files
from core.explainer_league.request import LeagueRequest
from core.explainer_league.standings import standings
from core.explainer_league.words import listed
from core.runs.run import Run


def about(asked: LeagueRequest) -> str:
    """What a league costs, in words."""
    explainers, metrics = asked.chosen_explainers() or (), asked.chosen_metrics()
    again = {each.title: times for each in metrics if (times := drawn_again(each))}
    said = (
        f"Draws **{maps(explainers, metrics, asked.count):,} maps**: {len(explainers)} "
        f"explainer{'' if len(explainers) == 1 else 's'} and two floors on {asked.count:,} images that the model gets "
        f"right, judged by {len(metrics)} metric{'' if len(metrics) == 1 else 's'}."
    )
    if again:
        told = listed([f"{name} {'once' if times == 1 else f'{times} times'}" for name, times in again.items()])
        said += f" Every map is drawn again for {told}."
    took = seconds(explainers, metrics, asked.count)
    if took is not None:
        said += (
            f" With usual settings that takes about {duration(max(took, 60))} for the small networks of CIFAR-10 on "
            "one CPU core, and many times longer for large pictures and networks."
        )
    if asked.attack:
        said += " How still maps stay under attack may take longer than all of that."
    return said


def told(result: Told, rows: Rows, asked: LeagueRequest) -> Told | None:
    """What the rows tell; once it has completed, what its result does."""
    found = result if result.get("columns") else standings(rows)
    return found if found["count"] else None


def exports(told: Told, run: Run, asked: LeagueRequest, names: Names) -> dict[str, bytes]:
    """The standings, and a row for each number."""
    return files(told, run.metrics, run.id)


LEAGUE = Kind(
    key="league", task="explainers", prefix=PREFIX, title="Explainers", one="league", button="Measure the explainers",
    intro="Are the explanations any good? Explainers draw maps of the same right answers, and metrics judge them. Two "
    "floors stand beside them, random numbers and the picture's edges: what is not better than both has shown nothing "
    "about the model.",
    ask=ask, about=about, arguments=LeagueRequest.arguments, command=command, read=LeagueRequest.read, told=told,
    draw=show_results, files=exports,
    downloads=MappingProxyType({
        "numbers.csv": ("Rows (CSV)", "One row for each image, explainer and metric."),
        "league.json": ("Standings and rows (JSON)", "Everything shown here, for other programs."),
    }),
    shown="league", linked=(CELL,),
)  # fmt: skip
