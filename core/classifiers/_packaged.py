"""A source of classifiers whose weights come with the project: one network, several trainings."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from core.base.errors import Unavailable
from core.base.file_stamp import file_stamp
from core.base.paths import CHECKPOINTS
from core.checkpoints.card import Card
from core.checkpoints.tensor_files import fit, read_tensors
from core.classifiers._card_checks import preprocessing
from core.classifiers._layers import as_on_card
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Progress, Source
from core.contracts.preprocessing import Preprocessing


class Packaged(Source):
    """Loads assets/checkpoints/{key}_{checkpoint}.safetensors, checked against the card beside it, which also says what
    is done to an image before.

    `titles`: checkpoint -> what people call it. `fresh(seed, labels)`: the classifier untrained,
    for its own classes or others.
    """

    packaged = True
    titles: ClassVar[Mapping[str, str]]

    @staticmethod
    @abstractmethod
    def fresh(seed: int = 0, labels: tuple[str, ...] = ()) -> Classifier: ...

    def checkpoints(self) -> Mapping[str, str]:
        return self.titles

    def stamp(self, checkpoint: str) -> str:
        path = CHECKPOINTS / f"{self.key}_{checkpoint}.safetensors"
        return file_stamp(path, path.with_suffix(".json")) if checkpoint in self.titles else ""

    def load(self, checkpoint: str, progress: Progress | None = None) -> Classifier:
        if checkpoint not in self.titles:
            raise ValueError(
                f"{self.key} has no checkpoint {checkpoint!r}; it has {', '.join(self.titles)}, and can be trained "
                "from scratch (--start scratch)"
            )
        path = CHECKPOINTS / f"{self.key}_{checkpoint}.safetensors"
        if not path.exists():
            raise Unavailable(
                f"the weights {path.name} are not here",
                f"They come with the project; `python -m core.recipes {path.stem}` trains them anew.",
            )
        tensors, digest = read_tensors(path)
        card = Card.read(path)
        if card is None or digest != card.sha256:
            raise ValueError(f"the weights {path.name} are not the ones their card describes; fetch or train them anew")
        made = as_on_card(self.fresh(), card.layers, f"the card of {path.name}")
        usual = Preprocessing.of(made)
        if missing := [name for name in usual.entries() if getattr(card, name) is None]:
            raise ValueError(f"the card of {path.name} does not say the {', '.join(missing)} of its images")
        fit(made.net, tensors, path.name)
        made.net.eval()
        how = preprocessing(card, usual)
        notes = (f"This model was trained on {card.split}.",) if card.split else ()
        return replace(made, **vars(how), key=f"{self.key}:{checkpoint}", fingerprint=digest, notes=notes)
