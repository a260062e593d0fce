"""The sets of marked images that there are, to choose from."""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from core.access.belonging import visible_names
from core.base.paths import home
from core.spurious.marked_images import NAME, PACKAGED, load_marked


class Sets(Mapping[str, str]):
    """Every set that there is, by name -> what people call it, "" first; any well-formed name counts as in it.

    Read from the folders whenever it is asked, so that a set is there as soon as it is made, and a run whose set has
    been removed still says what it was.
    """

    def __iter__(self) -> Iterator[str]:
        yield ""
        yield from sorted(path.stem for path in PACKAGED.glob("*.npz") if NAME.fullmatch(path.stem))
        with suppress(OSError):  # a home that cannot be had holds none
            made = (path.stem for path in (home() / "marked").glob("*.npz") if NAME.fullmatch(path.stem))
            yield from sorted(visible_names("marked", made))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (not name or NAME.fullmatch(name) is not None)

    def __getitem__(self, name: str) -> str:
        if name not in self:
            raise KeyError(name)
        if not name:
            return "none yet"
        try:
            found = load_marked(name)
        except (ValueError, OSError):
            return f"{name} (not to be read here)"
        return f"{found.title or name}, {len(found):,} images"


SETS = Sets()
