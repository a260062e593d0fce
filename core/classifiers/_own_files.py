"""The files of own models: what they are called on disk, and the names they have in lists and links."""

import hashlib
import re
from collections import Counter
from pathlib import Path

from core.base.paths import home
from core.checkpoints.card import Card

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
ALLOWED = "1 to 40 letters, digits, - and _, beginning with a letter or digit"
UNREADABLE = "unreadable-"


def folder() -> Path:
    """Where own models lie."""
    return home() / "models"


def plain_name(text: str) -> str:
    """A text as a model may be called; "" if nothing of it is left.

    >>> plain_name("Chest X-ray v1.2"), plain_name("肺")
    ('Chest-X-ray-v1-2', '')
    """
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-_")[:40]


def free_name(text: str) -> str:
    """A name made of `text` that no model has yet."""
    wanted, taken = plain_name(text) or "model", set(weights()) | {path.stem for path in cards()}
    numbered = (f"{wanted[:36]}-{number}" for number in range(2, 1000))
    return next((name for name in (wanted, *numbered) if name not in taken), wanted)


def cards() -> list[Path]:
    """Every card that lies beside weights."""
    found = sorted(folder().glob("*.json")) if folder().is_dir() else []
    return [card for card in found if card.with_suffix(".safetensors").is_file()]


def weights() -> dict[str, Path]:
    """Model name -> file of its weights. Dots, spaces and the like become - in the name, where that leads to one file.

    A file whose name cannot be made one is listed as unreadable, by a hash of its name.
    """
    files = [card.with_suffix(".safetensors") for card in cards()]
    exact = {path.stem: path for path in files if NAME.fullmatch(path.stem)}
    others = [path for path in files if path.stem not in exact]
    made = Counter(plain_name(path.stem) for path in others)
    named = dict(exact)
    for path in others:
        name = plain_name(path.stem)
        clear = name and name not in exact and made[name] == 1 and not name.startswith(UNREADABLE)
        digest = hashlib.sha256(path.stem.encode("utf-8", "surrogateescape")).hexdigest()[:8]
        named[name if clear else f"{UNREADABLE}{digest}"] = path
    return named


def obstacle(name: str, path: Path) -> str:
    """Why the model in `path`, listed as `name`, cannot be read, in one sentence; "" if its name and card can be."""
    if name.startswith(UNREADABLE) and path.stem != name:
        return "its file's name may hold letters, digits, - and _, and no other model may be called the same"
    try:
        Card.read(path)
    except (OSError, ValueError) as error:
        return str(error)
    return ""


def called(path: Path) -> str:
    """The name of a file as short plain text."""
    return "".join(c if c.isprintable() else "_" for c in path.stem)[:60]
