"""Where things lie: what ships with the project, and the one folder everything made at run time goes to."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"
CHECKPOINTS = ASSETS / "checkpoints"
SAMPLES = ASSETS / "samples"


VARIABLES = ("COUNTERPROOF_HOME", "COUNTERPROOF_DATA")


def expanded(path: str, called: str = "") -> Path:
    """An absolute path from one that people write, "~" and "~name" replaced.

    OSError in one sentence, which begins with `called`, where there is no user of that name.
    """
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError as error:
        named = f"{called} is {path}, but" if called else f"{path}:"
        raise OSError(f"{named} there is no user {Path(path).parts[0].removeprefix('~')!r} on this machine") from error


def home() -> Path:
    """The folder for cases, uploads, weights and data: `$COUNTERPROOF_HOME`, else the platform's user data folder.

    OSError in one sentence if the variable names none.
    """
    if chosen := os.environ.get("COUNTERPROOF_HOME"):
        return expanded(chosen, "COUNTERPROOF_HOME")
    import platformdirs  # here, so that a run's launcher needs the standard library only

    return Path(platformdirs.user_data_path("counterproof"))


def unkept() -> str:
    """Why nothing can be kept in `home()`, in a sentence without a full stop; "" if it can. It is tried."""
    try:
        home().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home(), buffering=0) as file:
            file.write(bytes(4096))  # as long as a disk has room for less, a file can be made on it
    except FileExistsError:
        return f"{home()} is no folder"
    except OSError as error:
        return f"{home()}: {error.strerror}" if error.strerror else str(error)
    return ""


def settle() -> None:
    """Make the folders named in the environment absolute: programs started from here have another working folder.

    One that names no folder stays as it is; who needs it says so.
    """
    for name in VARIABLES:
        if chosen := os.environ.get(name):
            with suppress(OSError):
                os.environ[name] = str(expanded(chosen))


def folder(name: str) -> Path:
    """A sub-folder of `home()`, made if missing."""
    path = home() / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def places() -> tuple[Path, ...]:
    """Where data laid down by hand are looked for: `$COUNTERPROOF_DATA` if set, and the data folder of `home()`.

    OSError in one sentence if a variable names none.
    """
    chosen = os.environ.get("COUNTERPROOF_DATA")
    return (*([expanded(chosen, "COUNTERPROOF_DATA")] if chosen else []), home() / "data")


def find(name: str) -> Path | None:
    """The file `name` in the first of `places()` that has it."""
    return next((place / name for place in places() if (place / name).is_file()), None)
