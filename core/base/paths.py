"""Where things lie: what ships with the project, and the one folder everything made at run time goes to."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"
CHECKPOINTS = ASSETS / "checkpoints"
SAMPLES = ASSETS / "samples"


def home() -> Path:
    """The folder for cases, uploads, weights and data: `$COUNTERPROOF_HOME`, else the platform's user data folder."""
    if chosen := os.environ.get("COUNTERPROOF_HOME"):
        return Path(chosen).expanduser().absolute()
    import platformdirs  # here, so that a run's launcher needs the standard library only

    return Path(platformdirs.user_data_path("counterproof"))


def settle() -> None:
    """Make the folders named in the environment absolute: programs started from here have another working folder."""
    for name in ("COUNTERPROOF_HOME", "COUNTERPROOF_DATA"):
        if chosen := os.environ.get(name):
            os.environ[name] = str(Path(chosen).expanduser().absolute())


def folder(name: str) -> Path:
    """A sub-folder of `home()`, made if missing."""
    path = home() / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def places() -> tuple[Path, ...]:
    """Where data laid down by hand are looked for: `$COUNTERPROOF_DATA` if set, and the data folder of `home()`."""
    chosen = os.environ.get("COUNTERPROOF_DATA")
    return (*([Path(chosen).expanduser().absolute()] if chosen else []), home() / "data")


def find(name: str) -> Path | None:
    """The file `name` in the first of `places()` that has it."""
    return next((place / name for place in places() if (place / name).is_file()), None)
