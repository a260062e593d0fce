"""What is brought onto this machine: data sets, the shipped weights, those of torchvision."""

from pathlib import Path

from core.base.download import sha256_of
from core.base.errors import with_advice
from core.base.paths import CHECKPOINTS, places
from core.classifiers import torchvision_imagenet
from core.data.by_name import data_facts, data_names
from core.operations.finding import Finding
from core.operations.sizes import in_words
from core.untrusted.foreign_json import read_object

MOST_NAMED = 8


def data() -> list[Finding]:
    """Which published data sets are here, and where they were looked for; each that cannot be read."""
    here: list[str] = []
    away: list[str] = []
    findings = []
    for name in data_names():
        try:
            (away if data_facts(name) is None else here).append(name)
        except (ValueError, OSError) as error:
            advice = "Delete its file; published data are fetched again, your own are added again."
            findings.append(Finding(f"data {name}", f"cannot be read: {with_advice(error)}", "problem", advice))
    looked = " and ".join(map(str, places()))
    said = f"{len(here)} of {len(here) + len(away) + len(findings)} sets are here{_named(here)}; looked in {looked}"
    advice = "`counterproof data NAME --fetch` brings one, `counterproof data` lists them."
    return [Finding("data", said, "ok" if here else "note", "" if here else advice), *findings]


def shipped(folder: Path = CHECKPOINTS) -> Finding:
    """Whether every shipped file of weights is the one that its card names."""
    weights = sorted(folder.glob("*.safetensors"))
    found = [f"{path.stem} {why}" for path in weights if (why := _unlike(path))]
    if not weights:
        found = [f"there are none in {folder}"]
    if found:
        advice = "Bring the files from the repository again (`git checkout -- assets/checkpoints`, `git lfs pull`)."
        return Finding("shipped weights", "; ".join(found[:MOST_NAMED]), "problem", advice)
    size = in_words(sum(path.stat().st_size for path in weights))
    return Finding("shipped weights", f"{len(weights)} files, {size}, each with the SHA-256 of its card")


def torchvision() -> Finding:
    """Which of torchvision's weights have been fetched."""
    names = torchvision_imagenet.names()
    here = [name for name in names if torchvision_imagenet.weights_file(name).is_file()]
    rest = "" if len(here) == len(names) else "; the others are fetched once you agree"
    return Finding("torchvision", f"the weights of {len(here)} of {len(names)} networks are here{_named(here)}{rest}")


def _unlike(path: Path) -> str:
    """In what way a file of weights is not what its card says; "" if it is."""
    try:
        wanted = read_object(path.with_suffix(".json")).get("sha256")
        if not isinstance(wanted, str):
            return "has a card without a SHA-256"
        return "" if sha256_of(path) == wanted else "is not what its card says"
    except FileNotFoundError:
        return "has no card"
    except (OSError, ValueError) as error:
        return f"cannot be read: {with_advice(error)}"


def _named(names: list[str]) -> str:
    more = ", ..." if len(names) > MOST_NAMED else ""
    return f" ({', '.join(names[:MOST_NAMED])}{more})" if names else ""
