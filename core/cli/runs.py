"""`counterproof runs`: list, follow, stop, resume and delete runs."""

from core.base.plain_line import plain_line
from core.cli.follow import Say, follow_run, table
from core.contracts.launcher import Launcher, Needs
from core.runs.files import settled
from core.runs.store import Store


def act(
    verb: str, names: list[str], say: Say, *, now: bool = False, on: Launcher | None = None, needs: Needs | None = None
) -> int:
    """List the runs, or do `verb` to those named; returns the exit code. on, needs: where to resume them."""
    place = Store.usual()
    if verb == "list":
        say(table([place.run(name) for name in names] or place.runs()))
        return 0
    if not names:
        raise ValueError(f"name the run to {verb}; `counterproof runs` lists them")
    code = 0
    for run in [place.run(name) for name in names]:
        if verb == "stop":
            run.stop("now" if now else "save")
            settled(lambda run=run: not run.status.alive, 10)  # type: ignore[misc]
            say(f"{run.id}: {run.status.state}. {plain_line(run.status.said)}".strip())
        elif verb == "resume":
            run.resume(on, needs)
            say(f"{run.id} goes on. See it with: counterproof runs follow {run.id}")
        elif verb == "delete":
            run.delete()
            say(f"{run.id} is deleted.")
        else:
            code = max(code, follow_run(run, say))
    return code
