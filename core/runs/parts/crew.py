"""The parts of one run, as their coordinator sees them: started, gone on with, and made again once where one ends."""

import time
from dataclasses import dataclass, field

from core.base import cores
from core.contracts.launcher import Launcher
from core.runs.context import Context
from core.runs.files import remove
from core.runs.launch_file import read_launch
from core.runs.launchers import from_json
from core.runs.launchers.local import Local
from core.runs.parts.folders import part_folders, parts_folder
from core.runs.parts.merge import damage
from core.runs.run import Run
from core.runs.status import LIVE, How, Status
from core.runs.store import Store

MOST_AWAY = 256  # parts that an engine is given at once
GOES_ON = LIVE | {"completed"}
PAUSE = 2.0  # seconds before a part is made again: an engine that has just lost a node needs a moment


@dataclass
class Member:
    """One part: its run once there is one, how often it ended before its time, and how it stands."""

    number: int
    run: Run | None = None
    ended: int = 0  # since this worker is at it
    ours: bool = False  # whether this worker started it, or has seen it at work
    made: bool = False
    status: Status = field(default_factory=Status)
    wait: float = 0.0  # until this moment of the monotonic clock

    @property
    def going(self) -> bool:
        return self.run is not None and not self.made and self.status.alive


class Crew:
    """All parts of the run of `context`. ValueError in one sentence if the place they go to is not to be had."""

    def __init__(self, context: Context) -> None:
        self.context, self.of = context, context.share.divided
        place = read_launch(parts_folder(context.folder))
        self.on: Launcher = from_json(place.on) if place is not None else Local()
        self.needs = place.needs if place is not None else None
        self.at_once = min(self.of, MOST_AWAY if place is not None else cores.available())
        self.store = Store(parts_folder(context.folder))
        known = part_folders(context.folder)
        self.members = [Member(number, self.store.run(known[number].name) if number in known else None)
                        for number in range(self.of)]  # fmt: skip

    @property
    def all_made(self) -> bool:
        return all(each.made for each in self.members)

    @property
    def going(self) -> int:
        """How many are at work, or wait for their turn at an engine; asked anew."""
        for each in self.members:
            if each.run is not None and not each.made:
                each.status = each.run.status
        return sum(each.going for each in self.members)

    @property
    def progress(self) -> float:
        return sum(1.0 if each.made else each.status.progress for each in self.members) / self.of

    @property
    def said(self) -> str:
        """How they stand, in a few words."""
        made = sum(each.made for each in self.members)
        waits = [each for each in self.members if each.going and each.status.state == "queued"]
        work = sum(each.going for each in self.members) - len(waits)
        told = f"{made} of {self.of} parts are made, {work} at work"
        why = next((each.status.said for each in waits if each.status.said), "")
        return told + (f", {len(waits)} waiting{f': {why}' if why else ''}" if waits else "")

    def look(self) -> None:
        """See how each stands, and do what follows; ValueError in one sentence where one has ended twice."""
        for each in self.members:
            if each.run is not None and not each.made:
                each.status = each.run.status
                if self.context.stop_asked():
                    return
                if each.status.alive:
                    each.ours = each.ours or each.status.state != "stopping"
                else:
                    self._over(each, each.run)
        for each in self.members:
            if not each.made and not each.going and time.monotonic() >= each.wait:
                if self.context.stop_asked() or sum(other.going for other in self.members) >= self.at_once:
                    break
                self._start(each)

    def stop(self, how: How) -> None:
        for each in self.members:
            if each.run is not None and not each.made:
                each.run.stop(how)

    def _over(self, each: Member, run: Run) -> None:
        """It works no more: it is made, or ended before its time, perhaps before this worker was there."""
        if each.status.state == "completed":
            reason = damage(run.folder, each.number, self.of, self.context.spec)
            each.made = not reason
            if reason:
                remove(run.folder)
                each.run = None
                self._ended(each, reason)
        elif each.ours:
            self._ended(each, each.status.said or f"it has {each.status.state}")

    def _ended(self, each: Member, said: str) -> None:
        why = said.partition(". ")[0].rstrip(".")
        named = f"part {each.number + 1} of {self.of}"
        each.ended, each.ours, each.wait = each.ended + 1, False, time.monotonic() + PAUSE
        if each.ended > 1:
            raise ValueError(f"{named} has ended twice before its time, the second time so: {why}")
        self.context.note(f"{named.capitalize()} ended before its time and is made again: {why}.")

    def _start(self, each: Member) -> None:
        """Submit it, or have it go on from what it has."""
        try:
            if each.run is None:
                each.run = self._submitted(each.number)
            else:
                each.run.resume(self.on, self.needs)
            each.ours, each.status = True, each.run.status
        except (ValueError, OSError) as error:
            known = part_folders(self.context.folder).get(each.number)  # written, but not taken by the engine
            each.run = self.store.run(known.name) if known is not None else None
            if each.run is not None and (now := each.run.status).state in GOES_ON:
                each.ours, each.status = True, now  # it was not lost: the engine, or the storage, was slow to say so
            else:
                self._ended(each, str(error))

    def _submitted(self, number: int) -> Run:
        spec = self.context.spec
        devices = str(spec.get("device", "cpu")).split(",")
        return self.store.submit(
            spec["task"], spec.get("arguments", {}), device=devices[number % len(devices)],
            threads=spec.get("threads", 0), on=self.on, needs=self.needs, part=(number, self.of),
        )  # fmt: skip
