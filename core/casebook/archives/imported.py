"""What came in with an archive of cases, and how that is said."""

from dataclasses import dataclass

from core.casebook.records import SavedCase


@dataclass(frozen=True)
class Imported:
    """added: the new cases; renamed: uid in the archive -> uid here, where another case had it. known: those that were
    here already, as they are here; answers: how many answers to those were new, left: how many of those were not added,
    since the case is another's. answered: the uids of those that got some; brought: answers that came with new cases.
    """

    added: tuple[SavedCase, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    known: tuple[SavedCase, ...] = ()
    answers: int = 0
    left: int = 0
    answered: tuple[str, ...] = ()
    brought: int = 0

    def sentences(self) -> list[str]:
        """What came in, in whole sentences."""
        added, known = len(self.added), len(self.known)
        said = [f"{added} case{' was' if added == 1 else 's were'} imported."]
        if self.renamed:
            said.append(f"{len(self.renamed)} of them got a new name, as another case here has the one it came with.")
        if known:
            said.append(f"{known} case{' was' if known == 1 else 's were'} here already.")
        if self.answers:
            said.append(f"{self.answers} answer{' was' if self.answers == 1 else 's were'} added to them.")
        if self.left:
            one = self.left == 1
            said.append(f"{self.left} answer{' was' if one else 's were'} left out: only who a case belongs to, and "
                        "those of the role ‘owner’, can bring answers to it.")  # fmt: skip
        if deleted := sum(each.deleted is not None for each in self.known):
            said.append(f"{deleted} of those {'is' if deleted == 1 else 'are'} deleted here and can be restored.")
        return said
