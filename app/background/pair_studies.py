"""What is being computed for one comparison, as a page sees it."""

from dataclasses import dataclass

from app.background.crossing import ComparisonWork
from app.background.jobs import Job, Work
from core.compare.comparison import Comparison, Side


@dataclass(frozen=True, eq=False)
class PairStudies:
    """What is being computed for one comparison: a job for each model, and, once both were attacked, the crossing."""

    jobs: dict[Side, Job]
    crossing: ComparisonWork | None
    comparison: Comparison

    @property
    def works(self) -> list[Work]:
        return [*self.jobs.values(), *([self.crossing] if self.crossing else [])]

    @property
    def alive(self) -> bool:
        return any(work.alive for work in self.works)

    @property
    def events(self) -> int:
        return sum(work.events for work in self.works)

    def stop(self) -> None:
        for work in self.works:
            work.stop()
