"""`python -m app.refine.measure_process`: measure a run that is asked for, in a process of its own; JSON in, JSON out.

A process of its own needs no lock of the dashboard's, can be ended at any moment, and its memory is the run's alone.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from core.base.errors import with_advice
from core.base.paths import ROOT


@dataclass(eq=False)
class Measurement:
    """One measurement on its way: until it has found something, or has a message why not."""

    found: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""
    process: "subprocess.Popen[str] | None" = None

    @property
    def alive(self) -> bool:
        return not self.found and not self.message

    def begin(self, asked: Mapping[str, Any]) -> "Measurement":
        """Start it; asked: the arguments of core.refinement.estimate.estimate."""
        command = [sys.executable, "-m", "app.refine.measure_process", json.dumps(asked)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=pipe, stderr=pipe, stdin=subprocess.DEVNULL, text=True
        )
        threading.Thread(target=self._wait, args=(self.process,), name="estimate", daemon=True).start()
        return self

    def stop(self) -> None:
        """End it."""
        self.message = "It was stopped."
        if self.process is not None:
            self.process.kill()

    def _wait(self, process: "subprocess.Popen[str]") -> None:
        out, said = process.communicate()
        lines = out.strip().splitlines()
        if process.returncode == 0 and lines:
            self.found = json.loads(lines[-1])
        elif not self.message:
            last = said.strip().splitlines()
            self.message = last[-1] if process.returncode == 2 and last else "The log of the dashboard has the details."
            if process.returncode != 2:
                sys.stderr.write(said)


def main() -> int:
    """Print what was measured, as a line of JSON; exit code 2 and a sentence for what cannot be."""
    from core.refinement.estimate import estimate
    from core.training.out_of_memory import is_short

    try:
        found = estimate(**json.loads(sys.argv[1]))
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{with_advice(error)}\n")
        return 2
    except (RuntimeError, MemoryError) as error:
        if not is_short(error):
            raise
        sys.stderr.write("There is not enough memory for these settings; a smaller batch needs less.\n")
        return 2
    sys.stdout.write(json.dumps(asdict(found)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
