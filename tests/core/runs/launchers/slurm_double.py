"""A Slurm that is none: commands which note what they were asked, and answer what a test wants."""

from pathlib import Path

import pytest

ANSWERS = {"sbatch": "Submitted batch job 4242", "srun": "", "scancel": "", "squeue": "PENDING|Priority|", "sacct": "",
           "sinfo": "3 idle\n5 mix\n1 idle"}  # fmt: skip


class SlurmDouble:
    """The commands of Slurm, in a folder at the head of the path."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "slurm"
        self.folder.mkdir()
        for name, text in ANSWERS.items():
            self.answers(name, text)
        monkeypatch.setenv("PATH", f"{self.folder}:/usr/bin:/bin")

    def answers(self, name: str, text: str, *, code: int = 0, error: str = "") -> None:
        """From now on the command `name` says `text`, and `error` on the other pipe."""
        path = self.folder / name
        (self.folder / f"{name}.out").write_text(text)
        (self.folder / f"{name}.err").write_text(error)
        made = path.with_suffix(".new")
        made.write_text(
            f'#!/bin/sh\necho "$@" >> {path}.asked\n[ {name} = sbatch ] && cat "$1" > {path}.script\n'
            f"cat {path}.out; cat {path}.err >&2; exit {code}\n"
        )
        made.chmod(0o755)
        made.replace(path)  # whole: somebody may be about to call it

    def asked(self, name: str) -> list[str]:
        """What the command was asked, a line each time."""
        path = self.folder / f"{name}.asked"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def script(self) -> str:
        """What sbatch was given last."""
        return (self.folder / "sbatch.script").read_text()


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SlurmDouble:
    return SlurmDouble(tmp_path, monkeypatch)
