"""What AutoAttack found out about the images of a test set, as far as it has come."""

from dataclasses import dataclass

HELD = "9"  # in `Verdict.fell`


@dataclass(frozen=True)
class Verdict:
    """What became of each image, and what it took.

    `fell`: one character an image: "0" answered wrong to begin with, "1" to "4" fell to the first to fourth attack of
    `order`, "9" held. `place`, `done`: the attack under way (from 1) and how many of its images it has been through.
    """

    order: tuple[str, ...]
    fell: str
    place: int = 1
    done: int = 0
    seconds: float = 0.0

    @property
    def finished(self) -> bool:
        return self.place > len(self.order)

    @property
    def after(self) -> dict[str, int]:
        """Images held before the first attack ("clean") and after each that has finished.

        >>> Verdict(("a", "b"), "0129", place=3).after
        {'clean': 3, 'a': 2, 'b': 1}
        """
        names = ("clean", *self.order[: self.place - 1])
        return {name: sum(int(each) > index for each in self.fell) for index, name in enumerate(names)}
