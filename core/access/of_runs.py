"""What came of a run and lies outside its folder: seen by who may see the run, once that is gone by owners alone."""

from core.access.acting import acting
from core.access.belonging import Belonging
from core.access.permission import visible
from core.base.run_folder import OWNER, is_name, runs_folder


def sees_what_came_of(run: str) -> bool:
    """Whether who is acting may see what came of the run of that name; what has no such name is everybody's.

    Whose a run was that is deleted nobody can tell any more.
    """
    if not is_name(run):
        return True
    folder, person = runs_folder() / run, acting()
    known = folder.is_dir() or not person.signed_in or person.role == "owner"
    return known and visible(Belonging(folder / OWNER))
