"""One mistake that is planted."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """In `path`, the one place that says `was` says `becomes`; the worked example of the file and `tests` run on it."""

    path: str
    was: str
    becomes: str
    tests: str = ""

    @property
    def named(self) -> str:
        return f"{self.path}: {' '.join(self.was.split())} -> {' '.join(self.becomes.split())}"
