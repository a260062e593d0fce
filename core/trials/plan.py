"""The plan of a trial, a small TOML file: which arms are trained, on what, with which seeds, and how judged."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from core.base.params import from_spec
from core.base.plain_line import plain_line
from core.contracts.objective import Objective
from core.data.by_name import known_data
from core.refinement.request import Refinement
from core.training.schedule import Schedule
from core.trials.arm import Arm, read_arm
from core.trials.bases import unseen
from core.trials.judgement import Judging
from core.trials.measures import ATTACKED

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
FRACTION = re.compile(r"(\d+(?:\.\d+)?)/255")
TEXTS = ("title", "question", "expected")
PLAIN = (*TEXTS, "base", "data", "start", "recipe", "asks")
LONGEST = 600  # characters of a text
MOST_BYTES = 100_000


@dataclass(frozen=True)
class Plan:
    """What a trial is to find out and how; all arms have the data, network, schedule and seeds in common.

    name: the file's; recipe: the arm that is compared with each of the others, its controls; expected: what whoever
    wrote the plan expected before it was carried out; reserved: so many training images that no arm ever learns from,
    on which all are judged; images: so many of the others are used (0: all), of which the schedule's `held_out` choose
    the epoch, under the first of the attacks that judge, alike for all arms; asks: the measure that the
    question is about; left_out: arms that were not asked for.
    """

    name: str
    title: str
    question: str
    expected: str
    base: str
    data: str
    recipe: str
    arms: Mapping[str, Arm]
    schedule: Schedule
    seeds: tuple[int, ...]
    reserved: int
    judging: Judging
    images: int = 0
    start: str = "scratch"
    asks: str = ATTACKED
    left_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.recipe not in self.arms or not self.controls:
            raise ValueError(f"{self.name}: expected the recipe {self.recipe!r} and a control among the arms")
        if wrong := [arm for arm in self.arms if not NAME.fullmatch(arm)]:
            raise ValueError(f"{self.name}: expected names of arms such as lime, got {wrong[0]!r}")
        if not self.seeds or len(set(self.seeds)) < len(self.seeds):
            raise ValueError(f"{self.name}: expected seeds, each once, got {list(self.seeds)}")
        if self.asks not in self.judging.measures:
            known = ", ".join(self.judging.measures)
            raise ValueError(f"{self.name}: expected asks to be one of {known}, got {self.asks!r}")
        if self.reserved < 2:
            raise ValueError(f"{self.name}: expected at least two reserved images to judge on, got {self.reserved}")
        if reason := self._known_before():
            raise ValueError(f"{self.name}: {reason}")
        for arm in self.arms:
            self.refinement(arm, self.seeds[0])

    def _known_before(self) -> str:
        """Why a network may have learnt from images that it is judged on, in one sentence; "" if none has."""
        if self.start == "base" and self.reserved > unseen(self.base, self.data):
            return ("a network that begins with weights of a base may have learnt from reserved images: start from "
                    "scratch, or take a shipped base that learnt from all images but at least so many")  # fmt: skip
        brings = [name for name, arm in self.arms.items() if type(arm.objective).brought is not Objective.brought]
        return f"{brings[0]} brings pictures of its own, which may be among those that are judged on" if brings else ""

    @property
    def controls(self) -> list[str]:
        """The arms that the recipe is to be ahead of."""
        return [name for name, arm in self.arms.items() if arm.control and name != self.recipe]

    def refinement(self, arm: str, seed: int, epochs: int = 0) -> Refinement:
        """The training of an arm with a seed, for `epochs` or as many as planned; ValueError if it cannot be."""
        chosen, schedule = self.arms[arm], replace(self.schedule, seed=seed, epochs=epochs or self.schedule.epochs)
        return Refinement(
            self.base, self.data, chosen.objective, schedule, start=self.start,  # type: ignore[arg-type]
            images=self.images, layers=chosen.layers, reserved=self.reserved,
            validation_attack=self.judging.attacks[0],
            data_fingerprint=known_data(self.data).get("data_fingerprint", ""),
            title=f"Trial {self.name}: {arm}, seed {seed}, {schedule.epochs} epochs",
        )  # fmt: skip

    def spec(self) -> dict[str, Any]:
        """In JSON: with every setting, also those that the file left at their defaults."""
        arms = {name: arm.entry() for name, arm in self.arms.items()}
        return {"name": self.name, **{name: getattr(self, name) for name in PLAIN}, "images": self.images,
                "reserved": self.reserved, "seeds": list(self.seeds), "schedule": asdict(self.schedule), "arms": arms,
                "judging": self.judging.entry(), "left_out": list(self.left_out)}  # fmt: skip


def read_plan(path: Path) -> Plan:
    """The plan in a file; ValueError in one sentence if it is none, OSError if it cannot be read."""
    raw = path.read_bytes()[: MOST_BYTES + 1]
    try:
        told = tomllib.loads(raw.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name} is not a plan in TOML: {plain_line(str(error))}") from error
    try:
        return plan_of(path.stem, _numbers(told))
    except (TypeError, AttributeError) as error:
        raise ValueError(f"{path.name}: {plain_line(str(error).partition(' ')[2])}") from error


def plan_of(name: str, told: Mapping[str, Any]) -> Plan:
    """The plan of this name that a mapping, as TOML or JSON have it, describes; ValueError or TypeError."""
    if not NAME.fullmatch(name):
        raise ValueError(f"expected a name of small letters, digits and _, got {name[:60]!r}")
    said = dict(told)
    said.pop("name", None)
    common, arms = said.pop("objective", {}), said.pop("arms", {})
    if not isinstance(arms, Mapping) or not all(isinstance(each, Mapping) for each in arms.values()):
        raise ValueError(f"{name}: expected arms, each a table with a title and an objective")
    schedule = from_spec({"method": Schedule.key, **said.pop("schedule", {})}, {Schedule.key: Schedule})
    judging = Judging.read(said.pop("judging", {}))
    if wrong := [each for each in PLAIN if each in said and not isinstance(said[each], str)]:
        raise ValueError(f"{name}: expected {wrong[0]} to be words, got {said[wrong[0]]!r}")
    said |= {each: plain_line(said.get(each, ""), LONGEST) for each in TEXTS}
    assert isinstance(schedule, Schedule)
    return Plan(
        name, arms={key: read_arm(key, each, common) for key, each in arms.items()}, schedule=schedule, judging=judging,
        seeds=tuple(said.pop("seeds", ())), left_out=tuple(said.pop("left_out", ())), **said,
    )  # fmt: skip


def _numbers(value: Any) -> Any:
    """The same with every "8/255" as the number that it is."""
    if isinstance(value, dict):
        return {key: _numbers(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_numbers(each) for each in value]
    if isinstance(value, str) and (found := FRACTION.fullmatch(value)):
        return float(found[1]) / 255
    return value
