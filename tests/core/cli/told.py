"""A data set that is not there, but tells of itself."""

from dataclasses import dataclass

from core.contracts.interfaces import DataFacts


@dataclass
class Told:
    """What core.data.stored.Stored tells: `told`, and no fingerprint."""

    told: DataFacts | None

    def facts(self) -> DataFacts | None:
        return self.told

    def fingerprint(self) -> str:
        return ""
